/**
 * The keys of an `ordered` endpoint that are taken: a delivery that was handed over has its key's lane until its cell is
 * free, through all its retries. Keys are told apart by their hashes: two with the same one wait for each other too.
 * Bounded by the cells.
 */

export class KeyLanes {
  readonly #cells = new Map<number, number>();
  readonly #hashes = new Map<number, number>();

  get size(): number {
    return this.#cells.size;
  }

  /** The delivery in `cell` may be handed over. */
  isFree(hash: number, cell: number): boolean {
    const taken = this.#cells.get(hash);
    return taken === undefined || taken === cell;
  }

  /** Unless another has it. */
  take(hash: number, cell: number): void {
    if (!this.isFree(hash, cell)) return;
    this.#cells.set(hash, cell);
    this.#hashes.set(cell, hash);
  }

  leave(cell: number): void {
    const hash = this.#hashes.get(cell);
    if (hash === undefined) return;
    this.#hashes.delete(cell);
    this.#cells.delete(hash);
  }
}
