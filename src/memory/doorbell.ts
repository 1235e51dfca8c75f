/**
 * How a thread sleeps and is woken: PARKED, written by its owner only, and BELL, a counter that anyone adds to.
 *
 * sleeper: drain all; b = bell; parked = 1; drain all again; nothing: wait(bell, b); parked = 0
 * waker:   publish its tail; if parked: add to bell, notify
 *
 * The counter makes the wait fail when a waker came between the second drain and the wait. The waiting itself belongs
 * to the thread's loop (`Atomics.wait` in shards, `waitAsync` on event loops).
 */
import { add, load, notify, store } from './seam.ts';

/** The waker's end. */
export class Bell {
  readonly #words: Int32Array;
  readonly #parked: number;
  readonly #bell: number;

  constructor(words: Int32Array, parked: number, bell: number) {
    this.#words = words;
    this.#parked = parked;
    this.#bell = bell;
  }

  /** Call after the tail that announces the work was published. */
  ringIfParked(): void {
    // SYNC parked: pairs with Sleeper.park. Either this load sees 1, or the sleeper's second drain sees the tail.
    if (load(this.#words, this.#parked) !== 0) this.ring();
  }

  /** Wakes the thread in any case: control commands, and every thread's exit. */
  ring(): void {
    // SYNC bell: pairs with Sleeper.park. The changed counter makes a wait that has not begun return at once.
    add(this.#words, this.#bell, 1);
    notify(this.#words, this.#bell);
  }
}

/** The sleeper's end; the second drain lies between `park` and the wait. */
export class Sleeper {
  readonly words: Int32Array;
  readonly bell: number;
  readonly #parked: number;

  constructor(words: Int32Array, parked: number, bell: number) {
    this.words = words;
    this.bell = bell;
    this.#parked = parked;
  }

  /** Announces the sleep and returns the bell value to wait on. Drain once more before waiting. */
  park(): number {
    // SYNC bell: pairs with Bell.ring. Read before PARKED is set, so that any later ring changes it.
    const rung = load(this.words, this.bell);
    // SYNC parked: pairs with Bell.ringIfParked.
    store(this.words, this.#parked, 1);
    return rung;
  }

  /** Rings the own bell, so that a wait that is still pending ends. */
  end(): void {
    new Bell(this.words, this.#parked, this.bell).ring();
  }

  unpark(): void {
    // SYNC parked: pairs with Bell.ringIfParked. Until this store a waker only rings once too often.
    store(this.words, this.#parked, 0);
  }
}
