/**
 * All routes of the bus: identity, balance sets and registration order. Matching is the shards' business.
 *
 * A route's identity is (pattern, match, endpoint). Routes with the same pattern, match and priority form a balance
 * set: they share a cursor and agree on `balance`.
 */
import type { Balance, Matching, RouteSpec } from '../control/commands.ts';
import type { RouteRecord, RouteRequest } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import type { Settled } from './checks.ts';
import { Cursors } from './cursors.ts';

export interface RouteEntry {
  readonly record: RouteRecord;
  readonly spec: RouteSpec;
}

/** What the members of a balance set agree on besides `balance`; absent where it is the default. */
interface Choices {
  readonly hashHeader?: string;
  readonly spill?: boolean;
  readonly failover?: boolean;
}

interface BalanceSet {
  readonly balance: Balance;
  readonly choices: Choices;
  readonly cursor: number;
  members: number;
}

export class Routes {
  readonly #limit: number;
  readonly #cursors: Cursors;
  /** Endpoint id → match and pattern → route: an endpoint's end takes all of its routes at once. */
  readonly #byEndpoint = new Map<string, Map<string, RouteEntry>>();
  readonly #sets = new Map<string, BalanceSet>();
  #size = 0;
  #lastId = 0;

  constructor(limit: number, cursorWords: number) {
    this.#limit = limit;
    this.#cursors = new Cursors(cursorWords);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Adds one route to `target`. Throws `ERR_BUS_DUPLICATE`, `ERR_BUS_CONFIG` (another `balance` than its set's) or
   * `ERR_BUS_FULL`, and then has changed nothing.
   */
  add(request: Settled<RouteRequest>, target: number, createdAt: number): RouteEntry {
    const { pattern, match, endpoint, priority, balance, weight } = request;
    const choices = choicesOf(request);
    const key = routeKey(pattern, match);
    if (this.#byEndpoint.get(endpoint)?.has(key)) refuseDuplicate(request);
    if (this.#size >= this.#limit) refuseMore(this.#limit);
    const set = this.#joinSet(request);

    const id = ++this.#lastId;
    const entry: RouteEntry = {
      record: {
        id,
        pattern,
        match,
        endpoint,
        priority,
        balance,
        weight,
        createdAt,
        ...choices,
        ...(request.timeout === undefined ? {} : { timeout: request.timeout }),
      },
      spec: {
        id,
        pattern,
        match,
        priority,
        target,
        balance,
        order: id,
        weight,
        cursor: set.cursor,
        ...choices,
        ...(request.timeout === undefined ? {} : { timeoutMs: request.timeout }),
        ...(request.regex === undefined ? {} : { regex: request.regex }),
      },
    };
    const routes = this.#byEndpoint.get(endpoint) ?? new Map<string, RouteEntry>();
    if (routes.size === 0) this.#byEndpoint.set(endpoint, routes);
    routes.set(key, entry);
    this.#size++;
    return entry;
  }

  get(pattern: string, match: Matching, endpoint: string): RouteEntry | undefined {
    return this.#byEndpoint.get(endpoint)?.get(routeKey(pattern, match));
  }

  remove(pattern: string, match: Matching, endpoint: string): RouteEntry | undefined {
    const routes = this.#byEndpoint.get(endpoint);
    const entry = routes?.get(routeKey(pattern, match));
    if (routes === undefined || entry === undefined) return undefined;
    routes.delete(routeKey(pattern, match));
    if (routes.size === 0) this.#byEndpoint.delete(endpoint);
    this.#leave(entry);
    return entry;
  }

  removeEndpoint(endpoint: string): RouteEntry[] {
    const entries = [...(this.#byEndpoint.get(endpoint)?.values() ?? [])];
    this.#byEndpoint.delete(endpoint);
    for (const entry of entries) this.#leave(entry);
    return entries;
  }

  /** Its set, made when it is the first member. */
  #joinSet(request: RouteRequest): BalanceSet {
    const key = setKey(request);
    const set = this.#sets.get(key);
    if (set === undefined) {
      const { balance } = request;
      const choices = choicesOf(request);
      const fresh = { balance, choices, cursor: this.#cursors.take(), members: 1 };
      this.#sets.set(key, fresh);
      return fresh;
    }
    assertAgrees(request, set);
    set.members++;
    return set;
  }

  #leave({ record }: RouteEntry): void {
    this.#size--;
    const key = setKey(record);
    const set = this.#sets.get(key) as BalanceSet;
    set.members--;
    if (set.members > 0) return;
    this.#sets.delete(key);
    this.#cursors.giveBack(set.cursor);
  }
}

/** No kind of match has a colon in its name, so the first one ends it whatever the pattern holds. */
function routeKey(pattern: string, match: Matching): string {
  return `${match}:${pattern}`;
}

function setKey(route: RouteRequest): string {
  return `${route.priority}:${route.match}:${route.pattern}`;
}

function refuseDuplicate({ pattern, match, endpoint }: RouteRequest): never {
  throw new BusError(
    'ERR_BUS_DUPLICATE',
    `The ${match} route '${pattern}' to endpoint '${endpoint}' exists already; remove it first to change its options.`,
    { details: { pattern, match, endpoint } },
  );
}

function choicesOf({ hashHeader, spill, failover }: RouteRequest): Choices {
  return {
    ...(hashHeader === undefined ? {} : { hashHeader }),
    ...(spill === true ? { spill } : {}),
    ...(failover === false ? { failover } : {}),
  };
}

/** One message meets the set before it meets a member: what is said of the set must be said once. */
function assertAgrees(request: RouteRequest, set: BalanceSet): void {
  const { choices } = set;
  const own = choicesOf(request);
  refuseUnless(request, 'balance', set.balance, request.balance);
  refuseUnless(request, 'hashHeader', choices.hashHeader, own.hashHeader);
  refuseUnless(request, 'spill', choices.spill ?? false, own.spill ?? false);
  refuseUnless(request, 'failover', choices.failover ?? true, own.failover ?? true);
}

function refuseUnless(
  { pattern, match, priority }: RouteRequest,
  option: string,
  expected: unknown,
  got: unknown,
): void {
  if (got === expected) return;
  throw new BusError(
    'ERR_BUS_CONFIG',
    `Routes with the same pattern, match and priority agree on ${option}: '${pattern}' (${match}, priority ${priority}) ` +
      `expects ${shown(expected)}, got ${shown(got)}.`,
    { details: { option, expected, got, pattern, match, priority } },
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function refuseMore(limit: number): never {
  throw new BusError(
    'ERR_BUS_FULL',
    `The bus has ${limit} routes, the most that maxRoutes allows: remove some or raise it.`,
    { details: { limit, option: 'maxRoutes' } },
  );
}
