const ITEMS_MIN = 64;
/** Most queues of an arena stay empty: they have no items before the first. */
const NO_ITEMS = new Int32Array(0);

/** A growing first-in, first-out queue of Int32 offsets; its size is bounded by the blocks that exist. */
export class BlockQueue {
  #items = NO_ITEMS;
  #mask = -1;
  #head = 0;
  #tail = 0;

  get length(): number {
    return (this.#tail - this.#head) | 0;
  }

  put(offset: number): void {
    if (((this.#tail - this.#head) | 0) > this.#mask) this.#grow();
    this.#items[this.#tail & this.#mask] = offset;
    this.#tail = (this.#tail + 1) | 0;
  }

  /** The oldest; only when `length` > 0. */
  take(): number {
    const offset = this.#items[this.#head & this.#mask] as number;
    this.#head = (this.#head + 1) | 0;
    return offset;
  }

  /** Removes what `drop` says yes to, keeping the order of the rest. */
  dropWhere(drop: (offset: number) => boolean): void {
    for (let left = this.length; left > 0; left--) {
      const offset = this.take();
      if (!drop(offset)) this.put(offset);
    }
  }

  #grow(): void {
    const length = this.length;
    const items = new Int32Array(Math.max(ITEMS_MIN, this.#items.length * 2));
    for (let i = 0; i < length; i++) items[i] = this.take();
    this.#items = items;
    this.#mask = items.length - 1;
    this.#head = 0;
    this.#tail = length;
  }
}
