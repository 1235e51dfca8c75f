/** Whose threads run the handlers of an endpoint: of a pool, those of its threads that are there. */
import type { EndpointEntry } from '../registry/endpoints.ts';
import type { Registry } from '../registry/registry.ts';

/** Target and client of each. */
export function receiversOf(
  registry: Registry,
  { client, spec, target }: EndpointEntry,
): { readonly client: number; readonly target: number }[] {
  if (spec.threadConcurrency === undefined) return [{ client, target }];
  return registry.membersOf(target).flatMap((member) => {
    const owner = registry.ownerOf(member);
    return owner === undefined ? [] : [{ client: owner, target: member }];
  });
}

export function clientsOf(registry: Registry, entry: EndpointEntry): number[] {
  return receiversOf(registry, entry).map(({ client }) => client);
}
