/** What `endpoints.find` is asked for. */
import { LIMITS } from '../limits.ts';
import { OptionReader } from './reader.ts';
import { withoutAbsent } from './thread-options.ts';

export interface EndpointQuery {
  readonly service?: string;
  readonly version?: string;
  readonly tag?: string;
}

const NAMES: readonly (keyof EndpointQuery)[] = ['service', 'version', 'tag'];
const EVERYTHING: EndpointQuery = Object.freeze({});

/** Throws `ERR_BUS_CONFIG`. */
export function resolveEndpointQuery(query: EndpointQuery | undefined): EndpointQuery {
  if (query === undefined) return EVERYTHING;
  const read = new OptionReader(query, NAMES, 'endpoints.find');
  return withoutAbsent({
    service: read.text('service', LIMITS.nameLength),
    version: read.text('version', LIMITS.nameLength),
    tag: read.text('tag', LIMITS.nameLength),
  }) as EndpointQuery;
}
