/**
 * Private bookkeeping of the cells of one link: which are free (first in, first out), the list of the cells of a
 * message (`next`, `previous`: deliveries), and the queue of a target's waiting cells (`after`, `before`: cell numbers).
 */
import { BlockQueue } from '../memory/block-queue.ts';
import type { Target } from './target.ts';

const NONE = -1;
/** Cells go round among this many at least; further ones are touched only when they are needed. */
const ROUND = 1024;

export class CellPool {
  readonly count: number;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly after: Int32Array;
  readonly before: Int32Array;
  /** Whose delivery a used cell is. An object, since target numbers are used again. */
  readonly owners: (Target | undefined)[];
  /** The last free one was taken, and nobody who waits for one has been told since that there are some again. */
  ranOut = false;
  readonly #free = new BlockQueue();
  /** The first cell that was never used. */
  #fresh = 0;

  constructor(count: number) {
    this.count = count;
    this.next = new Int32Array(count).fill(NONE);
    this.previous = new Int32Array(count).fill(NONE);
    this.after = new Int32Array(count).fill(NONE);
    this.before = new Int32Array(count).fill(NONE);
    this.owners = new Array<Target | undefined>(count).fill(undefined);
  }

  get used(): number {
    return this.#fresh - this.#free.length;
  }

  get free(): number {
    return this.count - this.used;
  }

  /** A free cell; only when `free` > 0. */
  take(): number {
    const isFresh = this.#fresh < this.count && this.#free.length < ROUND;
    const cell = isFresh ? this.#fresh++ : this.#free.take();
    if (this.free === 0) this.ranOut = true;
    return cell;
  }

  /** The cells that are in use when a successor starts. */
  keepOut(isUsed: (cell: number) => boolean): void {
    this.#fresh = this.count;
    while (this.#fresh > 0 && !isUsed(this.#fresh - 1)) this.#fresh -= 1;
    for (let cell = 0; cell < this.#fresh; cell++) if (!isUsed(cell)) this.#free.put(cell);
    this.ranOut = this.free === 0;
  }

  put(cell: number): void {
    this.#free.put(cell);
  }
}
