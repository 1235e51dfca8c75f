/** The endpoints of the bus, by id and by target. Says nothing about routes to them. */
import type { EndpointSpec, ThreadEnd } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';

export type EndpointState = 'active' | 'draining' | 'isolated' | 'closed';

export interface EndpointEntry {
  readonly spec: EndpointSpec;
  readonly client: number;
  readonly target: number;
  readonly state: EndpointState;
  /** Of a pool: the thread that ended last; and why it has none any more. */
  readonly lastEnd?: ThreadEnd;
  readonly failure?: string;
}

export interface EndpointQuery {
  readonly service?: string;
  readonly version?: string;
  readonly tag?: string;
}

export class Endpoints {
  readonly #limit: number;
  readonly #byId = new Map<string, EndpointEntry>();
  readonly #byTarget = new Map<number, EndpointEntry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws `ERR_BUS_DUPLICATE` for a known id and `ERR_BUS_FULL` beyond the limit. */
  add(client: number, target: number, spec: EndpointSpec): EndpointEntry {
    if (this.#byId.has(spec.id)) {
      throw new BusError(
        'ERR_BUS_DUPLICATE',
        `An endpoint '${spec.id}' exists already: ids are unique in the bus; close the other one or choose another id.`,
        { details: { endpoint: spec.id } },
      );
    }
    if (this.#byId.size >= this.#limit) {
      throw new BusError(
        'ERR_BUS_FULL',
        `The bus has ${this.#limit} endpoints, the most that maxEndpoints allows: '${spec.id}' was not registered.`,
        { details: { limit: this.#limit, option: 'maxEndpoints' } },
      );
    }
    const entry: EndpointEntry = { spec, client, target, state: 'active' };
    this.#byId.set(spec.id, entry);
    this.#byTarget.set(target, entry);
    return entry;
  }

  /** Throws `ERR_BUS_ENDPOINT_NOT_FOUND`. */
  get(id: string): EndpointEntry {
    const entry = this.#byId.get(id);
    if (entry === undefined) {
      throw new BusError(
        'ERR_BUS_ENDPOINT_NOT_FOUND',
        `There is no endpoint '${id}': register it first.`,
        { details: { endpoint: id } },
      );
    }
    return entry;
  }

  targetOf(id: string): number | undefined {
    return this.#byId.get(id)?.target;
  }

  /** Throws `ERR_BUS_ENDPOINT_NOT_FOUND`. */
  setState(id: string, state: EndpointState): EndpointEntry {
    const entry = this.get(id);
    // A pool without threads does not come back.
    return entry.failure === undefined ? this.#replace({ ...entry, state }) : entry;
  }

  /** Notes what became of a pool's threads. Undefined when there is no endpoint there. */
  note(
    target: number,
    news: Pick<EndpointEntry, 'failure'> | Pick<EndpointEntry, 'lastEnd'>,
  ): EndpointEntry | undefined {
    const entry = this.#byTarget.get(target);
    if (entry === undefined) return undefined;
    const isOver = 'failure' in news && news.failure !== undefined;
    return this.#replace({ ...entry, ...news, ...(isOver ? { state: 'closed' } : {}) });
  }

  at(target: number): EndpointEntry | undefined {
    return this.#byTarget.get(target);
  }

  remove(target: number): EndpointEntry | undefined {
    const entry = this.#byTarget.get(target);
    if (entry === undefined) return undefined;
    this.#byTarget.delete(target);
    this.#byId.delete(entry.spec.id);
    return entry;
  }

  #replace(entry: EndpointEntry): EndpointEntry {
    this.#byId.set(entry.spec.id, entry);
    this.#byTarget.set(entry.target, entry);
    return entry;
  }

  /** In order of registration; an empty query finds all. */
  find(query: EndpointQuery): EndpointEntry[] {
    return [...this.#byId.values()].filter(({ spec }) => matches(spec, query));
  }
}

function matches(spec: EndpointSpec, query: EndpointQuery): boolean {
  if (query.service !== undefined && query.service !== spec.service) return false;
  if (query.version !== undefined && query.version !== spec.version) return false;
  return query.tag === undefined || spec.tags.includes(query.tag);
}
