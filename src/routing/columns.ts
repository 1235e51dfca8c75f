/**
 * Balance sets, or subscriptions, by number, and of each the words by which a look-up orders them and finds whom
 * they lead to: in columns, because a key may lead to a thousand, and each is an object or more in main memory.
 */

/** In place of the target of an item that has several. */
export const SEVERAL = -1;

/** What an item's words are; the lower `rank` goes first, then the lower `order`. */
export interface Words {
  /** 0 … 2³² − 1. */
  readonly rank: number;
  /** ≥ 0. */
  readonly order: number;
  /** {@link SEVERAL}: the item itself says which. */
  readonly target: number;
}

export class Columns<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];
  /** By number, as the others are. */
  ranks: Uint32Array = new Uint32Array(COUNT_MIN);
  orders: Float64Array = new Float64Array(COUNT_MIN);
  targets: Int32Array = new Int32Array(COUNT_MIN);

  get(number: number): Item {
    return this.#items[number] as Item;
  }

  /** Numbers an item; `set` gives it its words. */
  add(item: Item): number {
    const number = this.#free.pop() ?? this.#items.length;
    if (number === this.ranks.length) this.#grow();
    this.#items[number] = item;
    return number;
  }

  set(number: number, { order, rank, target }: Words): void {
    this.ranks[number] = rank;
    this.orders[number] = order;
    this.targets[number] = target;
  }

  /** The number may be another's from now on. */
  remove(number: number): void {
    this.#items[number] = undefined;
    this.#free.push(number);
  }

  #grow(): void {
    const size = 2 * this.ranks.length;
    const ranks = new Uint32Array(size);
    const orders = new Float64Array(size);
    const targets = new Int32Array(size);
    ranks.set(this.ranks);
    orders.set(this.orders);
    targets.set(this.targets);
    this.ranks = ranks;
    this.orders = orders;
    this.targets = targets;
  }
}

const COUNT_MIN = 64;
