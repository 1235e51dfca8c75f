/**
 * Deadlines of the slots of one link: a hierarchy of wheels with ticks of 1 ms, 1 024 ms and about 17 minutes. A far
 * deadline lies in a coarse wheel and moves to a finer one when its time comes near, so that a shard sleeps until
 * something is due, or at most once a coarse tick. Adding and removing are O(1) without allocation. Times are Int32 ms
 * compared by difference: at most 2^31 − 1 ms ahead. NOT thread safe, keeps no clock of its own.
 */

const BITS = 10;
const TICKS = 1 << BITS;
const MASK = TICKS - 1;
/** The coarsest wheel reaches as far as the difference of two Int32 times. */
const TOP_MASK = 2 * TICKS - 1;
const NONE = -1;

/** Where the wheels begin in the array of their heads. */
const MIDDLE = TICKS;
const TOP = 2 * TICKS;
const HEADS = 4 * TICKS;

export class TimerWheel {
  readonly #heads = new Int32Array(HEADS).fill(NONE);
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #due: Int32Array;
  /** Index of an item's head + 1; 0: not in a wheel. */
  readonly #place: Int32Array;
  /** Everything up to here has been looked at. */
  #cursor: number;
  #fineCount = 0;
  #coarseCount = 0;

  /** Items are numbered 0 … capacity − 1. */
  constructor(capacity: number, nowMs: number) {
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#due = new Int32Array(capacity);
    this.#place = new Int32Array(capacity);
    this.#cursor = nowMs | 0;
  }

  get count(): number {
    return this.#fineCount + this.#coarseCount;
  }

  /** One that has passed is due at the next look. */
  add(item: number, dueMs: number): void {
    if (this.#place[item] !== 0) this.remove(item);
    this.#due[item] = dueMs;
    const ahead = (dueMs - this.#cursor) | 0;
    if (ahead <= 0) this.#link(item, (this.#cursor + 1) & MASK);
    else if (ahead <= TICKS) this.#link(item, dueMs & MASK);
    else if (ahead <= TICKS << BITS) this.#link(item, MIDDLE + ((dueMs >>> BITS) & MASK));
    else this.#link(item, TOP + ((dueMs >>> (2 * BITS)) & TOP_MASK));
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
    if (place <= MIDDLE) this.#fineCount -= 1;
    else this.#coarseCount -= 1;
  }

  /** Takes one item that is due at `nowMs` out of the wheel; −1 when there is none left. */
  takeDue(nowMs: number): number {
    if (this.count === 0) {
      this.#cursor = nowMs | 0;
      return NONE;
    }
    while (((nowMs - this.#cursor) | 0) > 0) {
      const tick = (this.#cursor + 1) | 0;
      if ((tick & MASK) === 0) this.#bringNear(tick);
      const item = this.#heads[tick & MASK] as number;
      if (item !== NONE) {
        this.remove(item);
        return item;
      }
      this.#cursor = this.#fineCount > 0 ? tick : this.#skip(tick, nowMs);
    }
    return NONE;
  }

  /** Ms until the wheel wants to be looked at again; −1 when it is empty. */
  sleepMs(nowMs: number): number {
    if (this.count === 0) return NONE;
    let soonest = Number.POSITIVE_INFINITY;
    if (this.#fineCount > 0) soonest = this.#aheadIn(0, MASK, 0);
    if (this.#coarseCount > 0) {
      const middle = this.#aheadIn(MIDDLE, MASK, BITS);
      const top = this.#aheadIn(TOP, TOP_MASK, 2 * BITS);
      soonest = Math.min(soonest, middle, top);
    }
    return Math.max(0, soonest - ((nowMs - this.#cursor) | 0));
  }

  /** Moves what begins at `tick`, a multiple of the finest wheel's size, to finer wheels. */
  #bringNear(tick: number): void {
    if (this.#coarseCount === 0) return;
    if ((tick & ((TICKS << BITS) - 1)) === 0) {
      this.#spread(TOP + ((tick >>> (2 * BITS)) & TOP_MASK));
    }
    this.#spread(MIDDLE + ((tick >>> BITS) & MASK));
  }

  #spread(head: number): void {
    for (let item = this.#heads[head] as number; item !== NONE; ) {
      const next = this.#next[item] as number;
      this.add(item, this.#due[item] as number);
      item = next;
    }
  }

  /** The last tick before the next one that can matter, while the finest wheel is empty. */
  #skip(tick: number, nowMs: number): number {
    const last = tick | MASK;
    return ((last - nowMs) | 0) > 0 ? nowMs | 0 : last;
  }

  /** Ms from the cursor to the next tick of a wheel that holds something; Infinity: none. */
  #aheadIn(wheel: number, mask: number, shift: number): number {
    const now = this.#cursor >>> shift;
    for (let ticks = 1; ticks <= mask + 1; ticks++) {
      if (this.#heads[wheel + ((now + ticks) & mask)] === NONE) continue;
      return (((now + ticks) << shift) - this.#cursor) | 0;
    }
    return Number.POSITIVE_INFINITY;
  }

  #link(item: number, head: number): void {
    const first = this.#heads[head] as number;
    this.#next[item] = first;
    this.#previous[item] = NONE;
    if (first !== NONE) this.#previous[first] = item;
    this.#heads[head] = item;
    this.#place[item] = head + 1;
    if (head < MIDDLE) this.#fineCount += 1;
    else this.#coarseCount += 1;
  }
}
