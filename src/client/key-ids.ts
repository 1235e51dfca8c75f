/** Ids for interned keys: 32 bits, and an epoch of 16 bits that goes on when they start again. */

const EPOCH_MASK = 0xffff;

export class KeyIds {
  #next: number;
  #epoch = 0;

  /** `first`: the first id, an Int32. */
  constructor(first = 0) {
    this.#next = first;
  }

  /** An id and an epoch that have not been given out together before. */
  take(): { readonly id: number; readonly epoch: number } {
    const taken = { id: this.#next, epoch: this.#epoch };
    this.#next = (this.#next + 1) | 0;
    if (this.#next === 0) this.#epoch = (this.#epoch + 1) & EPOCH_MASK;
    return taken;
  }
}
