/**
 * One distinct pattern and all that hangs on it: its balance sets, one per priority, and its
 * subscriptions. A pattern is matched once, however many routes and subscriptions it has.
 */
import type { RouteSet } from './balance-set.ts';
import type { Matching } from './pattern.ts';
import type { IndexedPattern } from './pattern-index.ts';
import type { Target } from './targets.ts';

/** A subscription's pattern as a shard knows it. */
export interface SubscriptionSpec {
  readonly id: number;
  readonly pattern: string;
  readonly match: Matching;
  /** Number of the subscription among the targets. */
  readonly target: number;
  /** Registration number in the whole bus. */
  readonly order: number;
}

export interface ListedSubscription {
  readonly spec: SubscriptionSpec;
  readonly target: Target;
}

export class PatternNode {
  readonly pattern: string;
  readonly match: Matching;
  /** Few: one per priority in use for this very pattern. */
  readonly sets: RouteSet[] = [];
  readonly subscriptions: ListedSubscription[] = [];
  /** Its place in the index; exact patterns have none. */
  indexed: IndexedPattern<PatternNode> | undefined = undefined;

  constructor(pattern: string, match: Matching) {
    this.pattern = pattern;
    this.match = match;
  }

  get isEmpty(): boolean {
    return this.sets.length === 0 && this.subscriptions.length === 0;
  }

  setOfPriority(priority: number): RouteSet | undefined {
    return this.sets.find((set) => set.priority === priority);
  }
}
