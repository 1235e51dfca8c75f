/**
 * Deadlines of the slots of one link: a hashed wheel of 1 ms ticks, one lap about a second. Adding and removing are
 * O(1) without allocation; a later deadline is looked at once a lap. NOT thread safe, keeps no clock of its own.
 */

const TICKS = 1024;
const TICK_MASK = TICKS - 1;
const NONE = -1;

export class TimerWheel {
  readonly #heads = new Int32Array(TICKS).fill(NONE);
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #due: Int32Array;
  /** Tick of an item + 1; 0: not in the wheel. */
  readonly #place: Int32Array;
  #cursor: number;
  #count = 0;

  /** Items are numbered 0 … capacity − 1. */
  constructor(capacity: number, nowMs: number) {
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#due = new Int32Array(capacity);
    this.#place = new Int32Array(capacity);
    this.#cursor = nowMs | 0;
  }

  get count(): number {
    return this.#count;
  }

  /** `dueMs` is an Int32 time compared by difference; one that has passed is due at the next `expire`. */
  add(item: number, dueMs: number): void {
    if (this.#place[item] !== 0) this.remove(item);
    const tick = (((dueMs - this.#cursor) | 0) > 0 ? dueMs : this.#cursor + 1) & TICK_MASK;
    const head = this.#heads[tick] as number;
    this.#due[item] = dueMs;
    this.#next[item] = head;
    this.#previous[item] = NONE;
    if (head !== NONE) this.#previous[head] = item;
    this.#heads[tick] = item;
    this.#place[item] = tick + 1;
    this.#count += 1;
  }

  remove(item: number): void {
    const place = this.#place[item] as number;
    if (place === 0) return;
    const next = this.#next[item] as number;
    const previous = this.#previous[item] as number;
    if (previous === NONE) this.#heads[place - 1] = next;
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
    this.#place[item] = 0;
    this.#count -= 1;
  }

  /** Takes one item that is due at `nowMs` out of the wheel; NONE (−1) when there is none left. */
  takeDue(nowMs: number): number {
    if (this.#count === 0) {
      this.#cursor = nowMs | 0;
      return NONE;
    }
    const behind = (nowMs - this.#cursor) | 0;
    if (behind > TICKS) this.#cursor = (nowMs - TICKS) | 0;
    while (((nowMs - this.#cursor) | 0) > 0) {
      const tick = (this.#cursor + 1) & TICK_MASK;
      for (let item = this.#heads[tick] as number; item !== NONE; ) {
        const next = this.#next[item] as number;
        if (((nowMs - (this.#due[item] as number)) | 0) >= 0) {
          this.remove(item);
          return item;
        }
        item = next;
      }
      this.#cursor = (this.#cursor + 1) | 0;
    }
    return NONE;
  }

  /** Milliseconds until the wheel wants to be looked at again, at most one lap; −1 when it is empty. */
  sleepMs(nowMs: number): number {
    if (this.#count === 0) return NONE;
    for (let ahead = 1; ahead <= TICKS; ahead++) {
      if (this.#heads[(this.#cursor + ahead) & TICK_MASK] !== NONE) {
        return Math.max(0, (this.#cursor + ahead - nowMs) | 0);
      }
    }
    return TICKS;
  }
}
