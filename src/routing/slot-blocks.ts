/**
 * Which slots of an array are whose: blocks of 1, 2, 4 … slots, given back when they are left. Two free neighbours are not
 * made one again; so with chains that are no longer than sixteen, but for a few, there are at most five times as many slots as were
 * in use at once, and none when the last one is given back.
 */
export class SlotBlocks {
  /** First slots of free blocks, by the power of two that is their size. */
  readonly #free: number[][] = [];
  #end = 0;
  #used = 0;

  /** All blocks so far lie before this slot. */
  get end(): number {
    return this.#end;
  }

  /** A block of so many slots, a power of two; its first slot. */
  take(size: number): number {
    this.#used += size;
    const wanted = powerOf(size);
    for (let power = wanted; power < this.#free.length; power++) {
      const at = this.#free[power]?.pop();
      if (at === undefined) continue;
      // The rest of a larger one is left free.
      for (let half = power - 1; half >= wanted; half--) this.#add(at + 2 ** half, half);
      return at;
    }
    const at = this.#end;
    this.#end += size;
    return at;
  }

  /** A block, or the upper half of one, is not used any more. */
  give(at: number, size: number): void {
    this.#used -= size;
    this.#add(at, powerOf(size));
    if (this.#used > 0) return;
    this.#free.length = 0;
    this.#end = 0;
  }

  #add(at: number, power: number): void {
    while (this.#free.length <= power) this.#free.push([]);
    this.#free[power]?.push(at);
  }
}

function powerOf(size: number): number {
  return 31 - Math.clz32(size);
}
