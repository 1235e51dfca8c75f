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
  /** Its number in the index. */
  indexed: number = NOT_INDEXED;
  /** The others by `next`. Few: one per priority in use for this very pattern. */
  #firstSet: RouteSet | undefined = undefined;
  #subscriptions: HungSubscription[] | readonly never[] = NOTHING;

  constructor(pattern: string, match: Matching) {
    this.pattern = pattern;
    this.match = match;
  }

  get firstSet(): RouteSet | undefined {
    return this.#firstSet;
  }

  get subscriptions(): readonly HungSubscription[] {
    return this.#subscriptions;
  }

  get isEmpty(): boolean {
    return this.#firstSet === undefined && this.#subscriptions.length === 0;
  }

  setOfPriority(priority: number): RouteSet | undefined {
    let set = this.#firstSet;
    while (set !== undefined && set.priority !== priority) set = set.next;
    return set;
  }

  addSet(set: RouteSet): void {
    set.next = this.#firstSet;
    this.#firstSet = set;
  }

  removeSet(gone: RouteSet): void {
    if (this.#firstSet === gone) this.#firstSet = gone.next;
    for (let set = this.#firstSet; set !== undefined; set = set.next) {
      if (set.next === gone) set.next = gone.next;
    }
    gone.next = undefined;
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
