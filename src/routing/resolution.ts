/**
 * What a key leads to: balance sets in choice order, endpoints to notify, subscriptions. Made from
 * the matching patterns; which patterns match is decided elsewhere.
 */
import type { BalanceSet, RouteSet } from './balance-set.ts';
import { sortByChoice } from './choice-order.ts';
import { type Columns, SEVERAL } from './columns.ts';
import { Found } from './found.ts';
import type { PatternTable } from './pattern-table.ts';
import { ResolutionPool } from './resolution-pool.ts';
import type { MatchedGroup, SubscriptionGroup, SubscriptionGroups } from './subscription-group.ts';
import { TargetList } from './target-list.ts';

/** Immutable; good until the router's generation changes. */
export interface Resolution {
  /** In choice order: higher priority, exact before pattern, then older. */
  readonly sets: readonly BalanceSet[];
  /** Distinct targets of all matching routes, in choice order. */
  readonly notify: readonly number[];
  /** Distinct subscription targets outside of groups, the oldest subscription first. */
  readonly subscriptions: readonly number[];
  /** Groups with members that match, the oldest first. */
  readonly groups: readonly MatchedGroup[];
}

const NONE: readonly never[] = Object.freeze([]);

/** Shared by all keys that match nothing. */
const EMPTY_RESOLUTION: Resolution = Object.freeze({
  sets: NONE,
  notify: NONE,
  subscriptions: NONE,
  groups: NONE,
});

export interface ResolverParts {
  readonly table: PatternTable;
  readonly sets: Columns<RouteSet>;
  readonly subscriptions: Columns<SubscriptionGroup | undefined>;
  readonly groups: SubscriptionGroups;
}

/** Makes resolutions of one router. */
export class Resolver {
  readonly #table: PatternTable;
  readonly #sets: Columns<RouteSet>;
  readonly #subscriptions: Columns<SubscriptionGroup | undefined>;
  readonly #groups: SubscriptionGroups;
  readonly #foundSets = new Found();
  readonly #foundSubscriptions = new Found();
  readonly #pool = new ResolutionPool<Resolution>();
  readonly #list = new TargetList();

  constructor({ groups, sets, subscriptions, table }: ResolverParts) {
    this.#table = table;
    this.#sets = sets;
    this.#subscriptions = subscriptions;
    this.#groups = groups;
  }

  /** Keys that lead to the same mostly get the same object, and those that match nothing always. */
  resolve(key: string): Resolution {
    const sets = this.#foundSets;
    const subscriptions = this.#foundSubscriptions;
    sets.count = 0;
    subscriptions.count = 0;
    this.#table.collect(key, sets, subscriptions);
    if (sets.count === 0 && subscriptions.count === 0) return EMPTY_RESOLUTION;
    const pooled = this.#pool.find(sets, subscriptions);
    if (pooled !== undefined) return pooled;
    this.#pool.start(sets, subscriptions);
    sortByChoice(sets, this.#sets);
    sortByChoice(subscriptions, this.#subscriptions);
    const made = {
      sets: this.#setsOf(sets),
      notify: this.#targetsOfSets(sets),
      subscriptions: this.#targetsOfSubscriptions(subscriptions),
      groups: this.#groups.isAny ? this.#groupsOf(subscriptions) : NONE,
    };
    this.#pool.put(made);
    return made;
  }

  /** The table has changed. */
  forget(): void {
    this.#pool.clear();
  }

  #setsOf({ count, numbers }: Found): readonly BalanceSet[] {
    if (count === 0) return NONE;
    const columns = this.#sets;
    const sets = new Array<BalanceSet>(count);
    for (let i = 0; i < count; i++) sets[i] = columns.get(numbers[i] as number);
    return sets;
  }

  #targetsOfSets({ count, numbers }: Found): readonly number[] {
    if (count === 0) return NONE;
    const columns = this.#sets;
    const { targets } = columns;
    const list = this.#list;
    list.start();
    for (let i = 0; i < count; i++) {
      const number = numbers[i] as number;
      const target = targets[number] as number;
      if (target !== SEVERAL) list.add(target);
      else list.addAll(columns.get(number).targets);
    }
    return list.finish();
  }

  #targetsOfSubscriptions({ count, numbers }: Found): readonly number[] {
    if (count === 0) return NONE;
    const columns = this.#subscriptions;
    const { targets } = columns;
    const { isAny } = this.#groups;
    const list = this.#list;
    list.start();
    for (let i = 0; i < count; i++) {
      const number = numbers[i] as number;
      if (isAny && columns.get(number) !== undefined) continue;
      list.add(targets[number] as number);
    }
    return list.finish();
  }

  #groupsOf({ count, numbers }: Found): readonly MatchedGroup[] {
    const columns = this.#subscriptions;
    const found = new Map<SubscriptionGroup, Set<number>>();
    for (let i = 0; i < count; i++) {
      const number = numbers[i] as number;
      const group = columns.get(number);
      if (group === undefined) continue;
      const target = columns.targets[number] as number;
      const members = found.get(group);
      if (members === undefined) found.set(group, new Set([target]));
      else members.add(target);
    }
    return Array.from(found, ([group, members]) => ({ group, members: [...members] }));
  }
}
