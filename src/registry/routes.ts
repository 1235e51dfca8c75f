/**
 * All routes of the bus: identity, balance sets and registration order. Matching is the shards' business.
 *
 * A route's identity is (pattern, match, endpoint). Routes with the same pattern, match and priority form a balance
 * set: they share a cursor and agree on `balance`.
 */
import type { Matching, RouteSpec } from '../control/commands.ts';
import type { RouteRecord, RouteRequest } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import { BalanceSets, choicesOf, NO_CHOICES } from './balance-sets.ts';
import type { Settled } from './checks.ts';

export interface RouteEntry {
  readonly spec: RouteSpec;
  readonly endpoint: string;
  /** Epoch ms. */
  readonly createdAt: number;
}

/** What the entry's owner is told; made anew, since a hundred thousand are asked for once. */
export function recordOf({ createdAt, endpoint, spec }: RouteEntry): RouteRecord {
  const { id, pattern, match, priority, balance, weight, timeoutMs } = spec;
  const record = { id, pattern, match, endpoint, priority, balance, weight, createdAt };
  const choices = choicesOf(spec);
  if (choices === NO_CHOICES && timeoutMs === undefined) return record;
  return { ...record, ...choices, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) };
}

/** One endpoint's, by pattern. */
type RoutesOfEndpoint = Readonly<Record<Matching, Map<string, RouteEntry>>>;

export class Routes {
  readonly #limit: number;
  readonly #sets: BalanceSets;
  /** An endpoint's end takes all of its routes at once. */
  readonly #byEndpoint = new Map<string, RoutesOfEndpoint>();
  #size = 0;
  #lastId = 0;

  constructor(limit: number, cursorWords: number) {
    this.#limit = limit;
    this.#sets = new BalanceSets(cursorWords);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Adds one route to `target`. Throws `ERR_BUS_DUPLICATE`, `ERR_BUS_CONFIG` (another `balance` than its set's) or
   * `ERR_BUS_FULL`, and then has changed nothing.
   */
  add(request: Settled<RouteRequest>, target: number, createdAt: number): RouteEntry {
    const { pattern, match, endpoint } = request;
    let routes = this.#byEndpoint.get(endpoint);
    if (routes?.[match].has(pattern)) refuseDuplicate(request);
    if (this.#size >= this.#limit) refuseMore(this.#limit);
    const { cursor } = this.#sets.join(request);
    const entry = entryOf(request, { id: ++this.#lastId, target, createdAt, cursor });
    if (routes === undefined) {
      routes = { exact: new Map(), glob: new Map(), regex: new Map() };
      this.#byEndpoint.set(endpoint, routes);
    }
    routes[match].set(pattern, entry);
    this.#size++;
    return entry;
  }

  get(pattern: string, match: Matching, endpoint: string): RouteEntry | undefined {
    return this.#byEndpoint.get(endpoint)?.[match].get(pattern);
  }

  remove(pattern: string, match: Matching, endpoint: string): RouteEntry | undefined {
    const routes = this.#byEndpoint.get(endpoint);
    const entry = routes?.[match].get(pattern);
    if (routes === undefined || entry === undefined) return undefined;
    routes[match].delete(pattern);
    if (routes.exact.size + routes.glob.size + routes.regex.size === 0) {
      this.#byEndpoint.delete(endpoint);
    }
    this.#leave(entry);
    return entry;
  }

  removeEndpoint(endpoint: string): RouteEntry[] {
    const routes = this.#byEndpoint.get(endpoint);
    if (routes === undefined) return [];
    const { exact, glob, regex } = routes;
    const entries = [...exact.values(), ...glob.values(), ...regex.values()];
    this.#byEndpoint.delete(endpoint);
    for (const entry of entries) this.#leave(entry);
    return entries;
  }

  #leave({ spec: { match, pattern, priority } }: RouteEntry): void {
    this.#size--;
    this.#sets.leave(pattern, match, priority);
  }
}

function entryOf(
  request: Settled<RouteRequest>,
  given: {
    readonly id: number;
    readonly target: number;
    readonly createdAt: number;
    readonly cursor: number;
  },
): RouteEntry {
  const { pattern, match, endpoint, priority, balance, weight, regex, timeout } = request;
  const { id, target, createdAt, cursor } = given;
  const spec = { id, pattern, match, priority, target, balance, order: id, weight, cursor };
  const choices = choicesOf(request);
  // One of a hundred thousand: what is mostly not there costs nothing.
  if (choices === NO_CHOICES && timeout === undefined && regex === undefined)
    return { spec, endpoint, createdAt };
  return {
    endpoint,
    createdAt,
    spec: {
      ...spec,
      ...choices,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(regex === undefined ? {} : { regex }),
    },
  };
}

function refuseDuplicate({ pattern, match, endpoint }: RouteRequest): never {
  throw new BusError(
    'ERR_BUS_DUPLICATE',
    `The ${match} route '${pattern}' to endpoint '${endpoint}' exists already; remove it first to change its options.`,
    { details: { pattern, match, endpoint } },
  );
}

function refuseMore(limit: number): never {
  throw new BusError(
    'ERR_BUS_FULL',
    `The bus has ${limit} routes, the most that maxRoutes allows: remove some or raise it.`,
    { details: { limit, option: 'maxRoutes' } },
  );
}
