/** A shard's answer to `explain` with the names that only main knows. What has left meanwhile is left out. */
import type { ShardExplanation } from '../control/commands.ts';
import type { ExplainedRoute, Explanation } from '../control/plane.ts';
import type { Registry } from '../registry/registry.ts';

export function explanationOf(
  registry: Registry,
  asked: { readonly key: string; readonly shard: number },
  answer: ShardExplanation,
): Explanation {
  const { generation, cached, notification, request, subscriptions } = answer;
  const nameOf = (target: number): string | undefined => registry.endpointAt(target)?.spec.id;
  return {
    ...asked,
    generation,
    cached,
    routes: answer.routes.flatMap((route) => explainedRoute(registry, route)),
    request: (request === undefined ? undefined : nameOf(request)) ?? null,
    notification: notification.map(nameOf).filter((id) => id !== undefined),
    subscriptions: subscriptions.flatMap((target) => {
      const entry = registry.subscriptionAt(target);
      if (entry === undefined) return [];
      const { group, name, spec } = entry;
      return [{ id: name, pattern: spec.pattern, ...(group === undefined ? {} : { group }) }];
    }),
  };
}

function explainedRoute(
  registry: Registry,
  route: ShardExplanation['routes'][number],
): ExplainedRoute[] {
  const entry = registry.endpointAt(route.target);
  if (entry === undefined) return [];
  const { pattern, match, priority, order, reason } = route;
  return [
    {
      pattern,
      match,
      priority,
      endpoint: entry.spec.id,
      order,
      state: entry.state,
      eligible: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}
