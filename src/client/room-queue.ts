/** Calls that wait for a slot or heap, first come first served; bounded. */
export interface RoomWaiter {
  /** True: it found room, or does not want it any more. May throw. */
  readonly attempt: () => boolean;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

export class RoomQueue {
  readonly #limit: number;
  #waiters: RoomWaiter[] = [];
  #serving = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#waiters.length;
  }

  /** The attempts of `serve` are under way: they go before everybody else. */
  get isServing(): boolean {
    return this.#serving;
  }

  /** False: too many wait. */
  push(waiter: RoomWaiter): boolean {
    if (this.#waiters.length >= this.#limit) return false;
    this.#waiters.push(waiter);
    return true;
  }

  serve(): void {
    if (this.#waiters.length === 0 || this.#serving) return;
    this.#serving = true;
    let served = 0;
    for (const waiter of this.#waiters) {
      try {
        if (!waiter.attempt()) break;
        waiter.done();
      } catch (error) {
        waiter.fail(error as Error);
      }
      served += 1;
    }
    this.#waiters = this.#waiters.slice(served);
    this.#serving = false;
  }

  failAll(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.fail(error);
  }
}
