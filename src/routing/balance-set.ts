/**
 * Routes that share pattern, kind of match and priority: a message for them goes to one of the
 * members. The set keeps its identity and the age of its first member until it is empty, so that a
 * shard can hang state on it. How a member is chosen is not decided here.
 */
import type { Matching } from './pattern.ts';
import type { RegexProgram } from './regex-program.ts';

/** A route as a shard knows it. */
export interface RouteSpec {
  readonly id: number;
  readonly pattern: string;
  readonly match: Matching;
  /** Integer 0 … 2³¹ − 1; the higher goes first. */
  readonly priority: number;
  /** Number of the endpoint. */
  readonly target: number;
  readonly balance: string;
  /** Registration number in the whole bus; the lower goes first. */
  readonly order: number;
  readonly weight: number;
  /** Index of the set's shared round-robin word. */
  readonly cursor: number;
  readonly hashHeader?: string;
  readonly timeoutMs?: number;
  readonly spill?: boolean;
  readonly failover?: boolean;
  /** Of a regex, and only of one. */
  readonly regex?: RegexProgram | undefined;
}

export interface BalanceSet {
  readonly pattern: string;
  readonly match: Matching;
  readonly priority: number;
  readonly balance: string;
  readonly cursor: number;
  readonly hashHeader: string | undefined;
  readonly spill: boolean;
  readonly failover: boolean;
  /** The longest of the members' own timeouts; undefined: none has one. */
  readonly timeoutMs: number | undefined;
  /** By age. Another array after each change, never the same one changed. */
  readonly members: readonly RouteSpec[];
  /** Order of the first member that it ever had since it was last empty. */
  readonly order: number;
  /** For the shard alone; the router never looks at it. */
  scratch: unknown;
}

/** Priorities have 31 bits. */
export const PRIORITY_MAX: number = 2 ** 31 - 1;

/** Of a set that is not numbered. */
export const NO_NUMBER = -1;

export class RouteSet implements BalanceSet {
  readonly pattern: string;
  readonly match: Matching;
  readonly priority: number;
  readonly balance: string;
  readonly cursor: number;
  readonly hashHeader: string | undefined;
  readonly spill: boolean;
  readonly failover: boolean;
  /** 0 … 2³² − 1; the lower goes first: priority, and exact before pattern. */
  readonly rank: number;
  /** Its number among all sets of the router. */
  number: number = NO_NUMBER;
  scratch: unknown = undefined;
  #members: readonly RouteSpec[] = NOBODY;
  #order: number;
  #timeoutMs: number | undefined;

  constructor(first: RouteSpec) {
    this.pattern = first.pattern;
    this.match = first.match;
    this.priority = first.priority;
    this.balance = first.balance;
    this.cursor = first.cursor;
    this.hashHeader = first.hashHeader;
    this.spill = first.spill ?? false;
    this.failover = first.failover ?? true;
    this.rank = (PRIORITY_MAX - first.priority) * 2 + (first.match === 'exact' ? 0 : 1);
    this.#order = first.order;
  }

  get members(): readonly RouteSpec[] {
    return this.#members;
  }

  get timeoutMs(): number | undefined {
    return this.#timeoutMs;
  }

  get order(): number {
    return this.#order;
  }

  replaceMembers(members: readonly RouteSpec[]): void {
    this.#members = members;
    this.#timeoutMs = longestTimeout(members);
    const oldest = members[0];
    if (oldest !== undefined && oldest.order < this.#order) this.#order = oldest.order;
  }
}

/** Never written to: a set without members is about to go, or to get its first. */
const NOBODY: readonly never[] = Object.freeze([]);

function longestTimeout(members: readonly RouteSpec[]): number | undefined {
  let longest: number | undefined;
  for (const { timeoutMs } of members) {
    if (timeoutMs !== undefined && !(longest !== undefined && longest >= timeoutMs)) {
      longest = timeoutMs;
    }
  }
  return longest;
}
