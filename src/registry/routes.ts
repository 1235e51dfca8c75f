/**
 * All routes of the bus: identity, balance sets and registration order. Matching is the router's business, which also
 * keeps the routes: a hundred thousand in one call must not stand in several tables each.
 *
 * A route's identity is (pattern, match, endpoint). Routes with the same pattern, match and priority form a balance
 * set: they share a cursor and agree on `balance`.
 */
import type { Matching, RouteSpec } from '../control/commands.ts';
import type { RouteRecord, RouteRequest } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import { compileRegex } from '../routing/regex.ts';
import { type BalanceSet, type IndexLimits, Router } from '../routing/router.ts';
import { assertAgrees, choicesOf, NO_CHOICES } from './balance-choices.ts';
import { checkRoute } from './checks.ts';
import { Cursors } from './cursors.ts';

/** A route as main knows it. */
export interface RouteEntry extends RouteSpec {
  /** Epoch ms. */
  readonly createdAt: number;
}

/** What the route's owner is told; made anew, since a hundred thousand are asked for once. */
export function recordOf(entry: RouteEntry, endpoint: string): RouteRecord {
  const { id, pattern, match, priority, balance, weight, timeoutMs, createdAt } = entry;
  const record = { id, pattern, match, endpoint, priority, balance, weight, createdAt };
  const choices = choicesOf(entry);
  if (choices === NO_CHOICES && timeoutMs === undefined) return record;
  return { ...record, ...choices, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) };
}

export interface RoutesLimits extends IndexLimits {
  readonly maxRoutes: number;
  /** Shared round-robin words. */
  readonly cursors: number;
}

export class Routes {
  /** Every route in it is a {@link RouteEntry}; it has the subscriptions too. */
  readonly router: Router;
  readonly #limit: number;
  readonly #cursors: Cursors;
  #lastId = 0;
  /** Taken for a set that the router has not made yet. */
  #cursor: number | undefined;

  constructor(limits: RoutesLimits) {
    const cursors = new Cursors(limits.cursors);
    this.#limit = limits.maxRoutes;
    this.#cursors = cursors;
    this.router = new Router(limits, ({ cursor }) => cursors.giveBack(cursor));
  }

  /**
   * All or none. `targetOf` throws for an endpoint that there is not; `nowMs` is epoch ms. Throws
   * `ERR_BUS_INVALID_PATTERN`, `ERR_BUS_CONFIG`, `ERR_BUS_DUPLICATE`, `ERR_BUS_FULL`, and what `targetOf` throws.
   */
  add(
    requests: Iterable<RouteRequest>,
    targetOf: (endpoint: string) => number,
    nowMs: number,
  ): RouteEntry[] {
    const added: RouteEntry[] = [];
    try {
      this.router.addRoutes(this.#enter(requests, targetOf, nowMs, added));
    } catch (error) {
      if (this.#cursor !== undefined) this.#cursors.giveBack(this.#cursor);
      this.#cursor = undefined;
      throw error;
    }
    return added;
  }

  /** Undefined when there is no such route. */
  remove(pattern: string, match: Matching, target: number): RouteEntry | undefined {
    const entry = this.router.routeTo(target, pattern, match);
    if (entry !== undefined) this.router.removeRoutes([entry.id]);
    return entry as RouteEntry | undefined;
  }

  /** Those that led there. */
  removeTarget(target: number): RouteEntry[] {
    const entries = this.router.routesOf(target);
    this.router.removeRoutes(entries.map(({ id }) => id));
    return entries as RouteEntry[];
  }

  /** In the order of choice: by balance set, and by age within one. */
  find(key: string): RouteEntry[] {
    return this.router.resolve(key).sets.flatMap(({ members }) => members as RouteEntry[]);
  }

  /** One by one, as the router takes them: each is still in the core's cache then. */
  *#enter(
    requests: Iterable<RouteRequest>,
    targetOf: (endpoint: string) => number,
    nowMs: number,
    added: RouteEntry[],
  ): Generator<RouteEntry> {
    for (const request of requests) {
      const match = checkRoute(request);
      const entry = this.#entryOf(request, match, targetOf(request.endpoint), nowMs);
      added.push(entry);
      yield entry;
      this.#cursor = undefined;
    }
  }

  #entryOf(request: RouteRequest, match: Matching, target: number, createdAt: number): RouteEntry {
    const { pattern, priority, balance, weight, timeout } = request;
    const { router } = this;
    // Of a hundred thousand routes nearly all are the first with their pattern: that takes one look.
    const sets = router.setsOf(pattern, match);
    const isThere = sets !== undefined && router.routeTo(target, pattern, match) !== undefined;
    if (isThere) refuseDuplicate(request, match);
    if (router.routeCount >= this.#limit) refuseMore(this.#limit);
    const regex = match === 'regex' ? compileRegex(pattern) : undefined;
    const cursor = this.#cursorOf(
      request,
      sets?.find((set) => set.priority === priority),
    );
    const id = ++this.#lastId;
    const order = id;
    const own = { id, pattern, match, priority, target, balance, order, weight, cursor, createdAt };
    const choices = choicesOf(request);
    // One of a hundred thousand: what is mostly not there costs nothing.
    if (choices === NO_CHOICES && timeout === undefined && regex === undefined) return own;
    return {
      ...own,
      ...choices,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(regex === undefined ? {} : { regex }),
    };
  }

  #cursorOf(request: RouteRequest, set: BalanceSet | undefined): number {
    if (set === undefined) {
      this.#cursor = this.#cursors.take();
      return this.#cursor;
    }
    assertAgrees(request, set);
    return set.cursor;
  }
}

function refuseDuplicate({ pattern, endpoint }: RouteRequest, match: Matching): never {
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
