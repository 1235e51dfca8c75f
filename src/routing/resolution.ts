/**
 * What a key leads to: balance sets in choice order, endpoints to notify, subscriptions. Made from
 * the matching patterns; which patterns match is decided elsewhere.
 */
import type { BalanceSet } from './balance-set.ts';
import { sortSets } from './choice-order.ts';
import { Found } from './found.ts';
import type { SubscriptionSpec } from './pattern-node.ts';
import type { PatternTable } from './pattern-table.ts';
import { SEVERAL, type SetColumns } from './set-columns.ts';

/** Immutable; good until the router's generation changes. */
export interface Resolution {
  /** In choice order: higher priority, exact before pattern, then older. */
  readonly sets: readonly BalanceSet[];
  /** Distinct targets of all matching routes, in choice order. */
  readonly notify: readonly number[];
  /** Distinct subscription targets, the oldest subscription first. */
  readonly subscriptions: readonly number[];
}

const NONE: readonly never[] = Object.freeze([]);

/** Shared by all keys that match nothing. */
const EMPTY_RESOLUTION: Resolution = Object.freeze({
  sets: NONE,
  notify: NONE,
  subscriptions: NONE,
});

/** Makes resolutions of one router. */
export class Resolver {
  readonly #table: PatternTable;
  readonly #columns: SetColumns;
  readonly #sets = new Found();
  readonly #subscriptions: SubscriptionSpec[] = [];
  /** For each target the number of the last list that has it. */
  #listedBy = new Uint32Array(64);
  #listing = 0;

  constructor(table: PatternTable, columns: SetColumns) {
    this.#table = table;
    this.#columns = columns;
  }

  /** A key that matches nothing gets one shared frozen object. */
  resolve(key: string): Resolution {
    const found = this.#sets;
    const subscriptions = this.#subscriptions;
    found.count = 0;
    subscriptions.length = 0;
    this.#table.collect(key, found, subscriptions);
    if (found.count === 0 && subscriptions.length === 0) return EMPTY_RESOLUTION;
    sortSets(found, this.#columns);
    return {
      sets: this.#setsOf(found),
      notify: this.#targetsOfSets(found),
      subscriptions: this.#targetsOfSubscriptions(subscriptions),
    };
  }

  #setsOf({ count, numbers }: Found): readonly BalanceSet[] {
    if (count === 0) return NONE;
    const columns = this.#columns;
    const sets = new Array<BalanceSet>(count);
    for (let i = 0; i < count; i++) sets[i] = columns.get(numbers[i] as number);
    return sets;
  }

  #targetsOfSets({ count, numbers }: Found): readonly number[] {
    if (count === 0) return NONE;
    this.#startList();
    const columns = this.#columns;
    const { targets } = columns;
    const ids: number[] = [];
    for (let i = 0; i < count; i++) {
      const number = numbers[i] as number;
      const target = targets[number] as number;
      if (target !== SEVERAL) this.#listOnce(target, ids);
      else for (const member of columns.get(number).members) this.#listOnce(member.target, ids);
    }
    return ids;
  }

  #targetsOfSubscriptions(subscriptions: SubscriptionSpec[]): readonly number[] {
    if (subscriptions.length === 0) return NONE;
    this.#startList();
    if (subscriptions.length > 1) subscriptions.sort((left, right) => left.order - right.order);
    const ids: number[] = [];
    for (const { target } of subscriptions) this.#listOnce(target, ids);
    return ids;
  }

  #startList(): void {
    this.#listing = (this.#listing + 1) >>> 0;
    if (this.#listing > 0) return;
    // Lists are numbered from the start again: what one of 2³² lists ago had is not in this one.
    this.#listedBy.fill(0);
    this.#listing = 1;
  }

  #listOnce(target: number, ids: number[]): void {
    if (target >= this.#listedBy.length) {
      const listedBy = new Uint32Array(2 * target);
      listedBy.set(this.#listedBy);
      this.#listedBy = listedBy;
    }
    if (this.#listedBy[target] === this.#listing) return;
    this.#listedBy[target] = this.#listing;
    ids.push(target);
  }
}
