/**
 * Balance sets by number, and of each the words by which a look-up orders them and finds whom to notify: in
 * columns, because a key may lead to a thousand sets, and each set is an object or more in main memory.
 */
import type { RouteSet } from './balance-set.ts';

/** In place of the target of a set that has several. */
export const SEVERAL = -1;

/** Ranks have 32 bits, and so have orders, unless a bus lives very long. */
const ORDERS = 2 ** 32;

export class SetColumns {
  readonly #sets: (RouteSet | undefined)[] = [];
  readonly #free: number[] = [];
  /** By number, as the others are; the set's `rank`. */
  ranks: Uint32Array = new Uint32Array(64);
  /** The set's `order`. */
  orders: Uint32Array = new Uint32Array(64);
  /** Of the set's only member, or {@link SEVERAL}. */
  targets: Int32Array = new Int32Array(64);
  #isWide = false;

  /** Whether a set has come whose order does not fit its column. */
  get isWide(): boolean {
    return this.#isWide;
  }

  get(number: number): RouteSet {
    return this.#sets[number] as RouteSet;
  }

  /** Numbers a set. */
  add(set: RouteSet): number {
    const number = this.#free.pop() ?? this.#sets.length;
    if (number === this.ranks.length) this.#grow();
    this.#sets[number] = set;
    return number;
  }

  /** Its members have changed. */
  note(set: RouteSet): void {
    const { members, number } = set;
    if (!(set.order >= 0 && set.order < ORDERS)) this.#isWide = true;
    this.ranks[number] = set.rank;
    this.orders[number] = set.order;
    this.targets[number] = members.length === 1 ? (members[0]?.target ?? SEVERAL) : SEVERAL;
  }

  remove(set: RouteSet): void {
    this.#sets[set.number] = undefined;
    this.#free.push(set.number);
  }

  #grow(): void {
    const size = 2 * this.ranks.length;
    this.ranks = widened(this.ranks, new Uint32Array(size));
    this.orders = widened(this.orders, new Uint32Array(size));
    this.targets = widened(this.targets, new Int32Array(size));
  }
}

function widened<Column extends Int32Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
