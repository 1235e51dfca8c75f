/**
 * The keys of an `ordered` endpoint that are taken: a delivery that was handed over has its key's lane until its cell is
 * free, through all its retries; that of a pool from the moment at which it goes to a thread, whatever thread has it
 * next. Keys are told apart by their hashes: two with the same one wait for each other too. Bounded by the cells.
 */

export class KeyLanes {
  readonly #deliveries = new Map<number, number>();
  readonly #hashes = new Map<number, number>();

  get size(): number {
    return this.#deliveries.size;
  }

  /** `delivery` may be handed over. */
  isFree(hash: number, delivery: number): boolean {
    const taken = this.#deliveries.get(hash);
    return taken === undefined || taken === delivery;
  }

  /** Unless another has it. */
  take(hash: number, delivery: number): void {
    if (!this.isFree(hash, delivery)) return;
    this.#deliveries.set(hash, delivery);
    this.#hashes.set(delivery, hash);
  }

  /** The delivery goes on as another one. */
  pass(from: number, to: number): void {
    const hash = this.#hashes.get(from);
    if (hash === undefined) return;
    this.leave(from);
    this.take(hash, to);
  }

  leave(delivery: number): void {
    const hash = this.#hashes.get(delivery);
    if (hash === undefined) return;
    this.#hashes.delete(delivery);
    this.#deliveries.delete(hash);
  }
}
