/**
 * One distinct pattern and all that hangs on it: its balance sets, one per priority, and its
 * subscriptions. A pattern is matched once, however many routes and subscriptions it has.
 */
import type { RouteSet } from './balance-set.ts';
import type { Matching } from './pattern.ts';
import type { RegexProgram } from './regex-program.ts';

/** A subscription's pattern as a shard knows it. */
export interface SubscriptionSpec {
  readonly id: number;
  readonly pattern: string;
  readonly match: Matching;
  /** Number of the subscription among the targets. */
  readonly target: number;
  /** Registration number in the whole bus. */
  readonly order: number;
  /** Number of the group that it is a member of, > 0. */
  readonly group?: number;
  /** Of a regex, and only of one. */
  readonly regex?: RegexProgram | undefined;
}

export interface HungSubscription {
  readonly spec: SubscriptionSpec;
  readonly node: PatternNode;
  /** Its number among all subscriptions of the router. */
  readonly number: number;
}

/** In place of the number of a pattern that is not in the index: an exact one. */
export const NOT_INDEXED = -1;

export class PatternNode {
  readonly pattern: string;
  readonly match: Matching;
  #sets: readonly RouteSet[] = NOTHING;
  #subscriptions: HungSubscription[] | readonly never[] = NOTHING;
  /** Its number in the index. */
  indexed: number = NOT_INDEXED;

  constructor(pattern: string, match: Matching) {
    this.pattern = pattern;
    this.match = match;
  }

  /** Few: one per priority in use for this very pattern. */
  get sets(): readonly RouteSet[] {
    return this.#sets;
  }

  get subscriptions(): readonly HungSubscription[] {
    return this.#subscriptions;
  }

  get isEmpty(): boolean {
    return this.#sets.length === 0 && this.#subscriptions.length === 0;
  }

  setOfPriority(priority: number): RouteSet | undefined {
    for (const set of this.#sets) if (set.priority === priority) return set;
    return undefined;
  }

  addSet(set: RouteSet): void {
    this.#sets = this.#sets.length === 0 ? [set] : this.#sets.concat(set);
  }

  removeSet(set: RouteSet): void {
    this.#sets = this.#sets.filter((other) => other !== set);
  }

  addSubscription(subscription: HungSubscription): void {
    if (this.#subscriptions === NOTHING) this.#subscriptions = [];
    (this.#subscriptions as HungSubscription[]).push(subscription);
  }

  removeSubscription(subscription: HungSubscription): void {
    const subscriptions = this.#subscriptions as HungSubscription[];
    const place = subscriptions.indexOf(subscription);
    if (place >= 0) subscriptions.splice(place, 1);
  }
}

/** Most nodes have either routes or subscriptions; what a node does not have costs it no list. */
const NOTHING: readonly never[] = Object.freeze([]);
