/**
 * Calls that wait for a slot or heap, first come first served; bounded. Events may be held back while there is room for
 * others: those go before them then, but for messages of the same key, which stay behind.
 */
export interface RoomWaiter {
  /** True: it found room, or does not want it any more. May throw. */
  readonly attempt: () => boolean;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
  /** It is an event, or waits for room for one. */
  readonly isEvent?: boolean;
  readonly key?: string;
  /** It does not want room any more. */
  readonly isOver?: () => boolean;
}

export class RoomQueue {
  readonly #limit: number;
  readonly #isHeldBack: () => boolean;
  #waiters: RoomWaiter[] = [];
  /** Keys of those that are held back, and how many others there are. */
  readonly #keys = new Set<string>();
  #others = 0;
  #serving = false;

  /** `isHeldBack`: whether events must wait though there may be room. */
  constructor(limit: number, isHeldBack: () => boolean = () => false) {
    this.#limit = limit;
    this.#isHeldBack = isHeldBack;
  }

  get length(): number {
    return this.#waiters.length;
  }

  /** The attempts of `serve` are under way: they go before everybody else. */
  get isServing(): boolean {
    return this.#serving;
  }

  /** All who wait are held back. */
  get isHeldBack(): boolean {
    return this.#waiters.length > 0 && this.#others === 0 && this.#isHeldBack();
  }

  /** Whether a message of this key that is no event may go before all who wait. */
  mayPass(key: string): boolean {
    return this.isHeldBack && !this.#keys.has(key);
  }

  /** False: too many wait. */
  push(waiter: RoomWaiter): boolean {
    if (this.#waiters.length >= this.#limit) return false;
    this.#waiters.push(waiter);
    if (!this.#serving) this.#note(waiter, this.#mustStay(waiter));
    return true;
  }

  serve(): void {
    if (this.#waiters.length === 0 || this.#serving) return;
    this.#serving = true;
    const left: RoomWaiter[] = [];
    let isFull = false;
    this.#keys.clear();
    this.#others = 0;
    // Who comes meanwhile stands at the end.
    for (const waiter of this.#waiters) {
      const mustStay = !isFull && this.#mustStay(waiter);
      if (isFull || mustStay || !this.#attempt(waiter)) {
        if (!mustStay) isFull = true;
        left.push(waiter);
        this.#note(waiter, mustStay);
      }
    }
    this.#waiters = left;
    this.#serving = false;
  }

  failAll(error: Error): void {
    this.#keys.clear();
    this.#others = 0;
    for (const waiter of this.#waiters.splice(0)) waiter.fail(error);
  }

  #mustStay({ isEvent, isOver, key }: RoomWaiter): boolean {
    if (isOver?.()) return false;
    if (key !== undefined && this.#keys.has(key)) return true;
    return isEvent === true && this.#isHeldBack();
  }

  #note({ key }: RoomWaiter, isHeldBack: boolean): void {
    if (!isHeldBack) this.#others += 1;
    else if (key !== undefined) this.#keys.add(key);
  }

  #attempt(waiter: RoomWaiter): boolean {
    try {
      if (!waiter.attempt()) return false;
      waiter.done();
    } catch (error) {
      waiter.fail(error as Error);
    }
    return true;
  }
}
