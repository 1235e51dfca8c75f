/**
 * Routes and subscriptions of one shard, and what a key leads to. It holds no state of endpoints:
 * health, room and the choice within a balance set are the shard's. It caches nothing: who caches a
 * resolution keeps the generation beside it.
 */
import type { BalanceSet, RouteSet, RouteSpec } from './balance-set.ts';
import { Columns } from './columns.ts';
import type { Matching } from './pattern.ts';
import type { IndexLimits } from './pattern-index.ts';
import type { SubscriptionSpec } from './pattern-node.ts';
import { PatternTable } from './pattern-table.ts';
import { type Resolution, Resolver } from './resolution.ts';
import { RouteBook } from './route-book.ts';
import { SubscriptionBook } from './subscription-book.ts';
import { type SubscriptionGroup, SubscriptionGroups } from './subscription-group.ts';

export type { BalanceSet, RouteSpec } from './balance-set.ts';
export type { IndexLimits } from './pattern-index.ts';
export type { SubscriptionSpec } from './pattern-node.ts';
export type { Resolution } from './resolution.ts';
export type { MatchedGroup, SubscriptionGroup } from './subscription-group.ts';

export class Router {
  readonly #table: PatternTable;
  readonly #routes: RouteBook;
  readonly #subscriptions: SubscriptionBook;
  readonly #resolver: Resolver;
  #generation = 0;

  /** `onEmptied` is told of each balance set that has lost its last member. */
  constructor(limits: IndexLimits = {}, onEmptied?: (set: BalanceSet) => void) {
    this.#table = new PatternTable(limits);
    const sets = new Columns<RouteSet>();
    const subscriptions = new Columns<SubscriptionGroup | undefined>();
    const groups = new SubscriptionGroups();
    this.#routes = new RouteBook(this.#table, sets, onEmptied);
    this.#subscriptions = new SubscriptionBook(this.#table, subscriptions, groups);
    this.#resolver = new Resolver({ table: this.#table, sets, subscriptions, groups });
  }

  /** Int32 that changes, and wraps, with every change of the table. */
  get generation(): number {
    return this.#generation;
  }

  get routeCount(): number {
    return this.#routes.size;
  }

  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }

  /** Matcher steps of all look-ups so far; see `KeyView.steps`. */
  get steps(): number {
    return this.#table.steps;
  }

  /**
   * All or none, as one change. Throws `ERR_BUS_INVALID_PATTERN` for bad syntax, `ERR_BUS_FULL` for
   * an over-run of the index, `ERR_BUS_DUPLICATE` for a route id in use, `ERR_BUS_CONFIG` for a
   * priority out of bounds or a `balance` that differs from the set's.
   */
  addRoutes(specs: Iterable<RouteSpec>): void {
    try {
      if (this.#routes.add(specs) > 0) this.#change();
    } finally {
      this.#table.forgetExpected();
    }
  }

  /**
   * Prepares for routes of these globs, which `addRoutes` is told next; nothing leads to them until then. What cannot be
   * prepared is passed over.
   */
  expectGlobs(patterns: Iterable<string>): void {
    this.#table.expect(patterns);
  }

  /** Unknown ids are passed over: their target may have taken the routes with it. */
  removeRoutes(ids: Iterable<number>): void {
    if (this.#routes.remove(ids) > 0) this.#change();
  }

  /** The route with this pattern that leads to the target. */
  routeTo(target: number, pattern: string, match: Matching): RouteSpec | undefined {
    return this.#routes.routeTo(target, pattern, match);
  }

  /** All that lead to the target, the oldest first. */
  routesOf(target: number): RouteSpec[] {
    return this.#routes.ofTarget(target);
  }

  /** The balance sets of a pattern, one a priority; undefined: it has none. */
  setsOf(pattern: string, match: Matching): BalanceSet[] | undefined {
    return this.#routes.setsOf(pattern, match);
  }

  /** Takes out all routes and subscriptions of a target; costs what it had, not what there is. */
  removeTarget(target: number): void {
    this.removeRoutes(this.#routes.idsOfTarget(target));
    for (const id of this.#subscriptions.idsOfTarget(target)) this.removeSubscription(id);
  }

  /** Throws as `addRoutes` does. */
  addSubscription(spec: SubscriptionSpec): void {
    this.#subscriptions.add(spec);
    this.#change();
  }

  /** An unknown id is passed over. */
  removeSubscription(id: number): void {
    if (this.#subscriptions.remove(id)) this.#change();
  }

  /** Keys that lead to the same mostly get the same object, and those that match nothing always. */
  resolve(key: string): Resolution {
    return this.#resolver.resolve(key);
  }

  #change(): void {
    this.#generation = (this.#generation + 1) | 0;
    this.#resolver.forget();
  }
}
