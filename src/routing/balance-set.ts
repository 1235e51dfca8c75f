/**
 * Routes that share pattern, kind of match and priority: a message for them goes to one of the
 * members. The set keeps its identity and the age of its first member until it is empty, so that a
 * shard can hang state on it. How a member is chosen is not decided here.
 */
import type { Matching } from './pattern.ts';
import type { PatternNode } from './pattern-node.ts';
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

/**
 * There may be a hundred thousand, nearly all with one member: so what all members agree on is read from the first,
 * and a list of members is made when somebody asks for it.
 */
export class RouteSet implements BalanceSet {
  /** The node that it hangs on. */
  readonly node: PatternNode;
  /** The next one of its node. */
  next: RouteSet | undefined = undefined;
  /** Its number among all sets of the router. */
  number: number = NO_NUMBER;
  scratch: unknown = undefined;
  readonly #first: RouteSpec;
  /** Undefined: the first is the only member. */
  #members: RouteSpec[] | undefined = undefined;
  /** Made when somebody asks for it. */
  #targets: Int32Array | undefined = undefined;
  /** Somebody may have seen the list: another one is made for the next change. */
  #isShown = false;
  #order: number;
  #timeoutMs: number | undefined;

  constructor(first: RouteSpec, node: PatternNode) {
    this.#first = first;
    this.node = node;
    this.#order = first.order;
    this.#timeoutMs = first.timeoutMs;
  }

  get pattern(): string {
    return this.#first.pattern;
  }

  get match(): Matching {
    return this.#first.match;
  }

  get priority(): number {
    return this.#first.priority;
  }

  get balance(): string {
    return this.#first.balance;
  }

  get cursor(): number {
    return this.#first.cursor;
  }

  get hashHeader(): string | undefined {
    return this.#first.hashHeader;
  }

  get spill(): boolean {
    return this.#first.spill ?? false;
  }

  get failover(): boolean {
    return this.#first.failover ?? true;
  }

  /** 0 … 2³² − 1; the lower goes first: priority, and exact before pattern. */
  get rank(): number {
    const { match, priority } = this.#first;
    return (PRIORITY_MAX - priority) * 2 + (match === 'exact' ? 0 : 1);
  }

  get members(): readonly RouteSpec[] {
    this.#isShown = true;
    this.#members ??= [this.#first];
    return this.#members;
  }

  /** Distinct targets of the members, the oldest member's first. A set may have members by the thousand. */
  get targets(): Int32Array {
    const members = this.#members ?? [this.#first];
    this.#targets ??= Int32Array.from(new Set(members.map(({ target }) => target)));
    return this.#targets;
  }

  get memberCount(): number {
    return this.#members?.length ?? 1;
  }

  get timeoutMs(): number | undefined {
    return this.#timeoutMs;
  }

  get order(): number {
    return this.#order;
  }

  /** The member that leads to the target; the oldest, where there are several. */
  memberTo(target: number): RouteSpec | undefined {
    if (this.#members !== undefined) return this.#members.find((one) => one.target === target);
    return this.#first.target === target ? this.#first : undefined;
  }

  /** The member with this id. */
  memberOf(id: number): RouteSpec | undefined {
    if (this.#members !== undefined) return this.#members.find((one) => one.id === id);
    return this.#first.id === id ? this.#first : undefined;
  }

  /** The target of the only member; undefined: there are more, or none. */
  get soleTarget(): number | undefined {
    if (this.#members === undefined) return this.#first.target;
    return this.#members.length === 1 ? this.#members[0]?.target : undefined;
  }

  join(spec: RouteSpec): void {
    let members = this.#members ?? [this.#first];
    if (this.#isShown) members = members.slice();
    const isLast = (members.at(-1)?.order ?? 0) < spec.order;
    members.push(spec);
    if (!isLast) members.sort((left, right) => left.order - right.order);
    this.#replace(members);
    if (spec.order < this.#order) this.#order = spec.order;
  }

  /** Those members go; it keeps its age. */
  leave(isGone: (member: RouteSpec) => boolean): void {
    this.#replace((this.#members ?? [this.#first]).filter((member) => !isGone(member)));
  }

  /** Undoes a `join`: the age that it had. */
  restoreOrder(order: number): void {
    this.#order = order;
  }

  #replace(members: RouteSpec[]): void {
    this.#members = members;
    this.#targets = undefined;
    this.#isShown = false;
    this.#timeoutMs = longestTimeout(members);
  }
}

function longestTimeout(members: readonly RouteSpec[]): number | undefined {
  let longest: number | undefined;
  for (const { timeoutMs } of members) {
    if (timeoutMs !== undefined && !(longest !== undefined && longest >= timeoutMs)) {
      longest = timeoutMs;
    }
  }
  return longest;
}
