/**
 * Private bookkeeping of the cells of one link: which are free (first in, first out), the list of the cells of a
 * message (`next`, `previous`: deliveries), and the queue of a target's waiting cells (`after`, `before`: cell numbers).
 */
import { BlockQueue } from '../memory/block-queue.ts';
import type { Target } from './target.ts';

const NONE = -1;

export class CellPool {
  readonly count: number;
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly after: Int32Array;
  readonly before: Int32Array;
  /** Whose delivery a used cell is. An object, since target numbers are used again. */
  readonly owners: (Target | undefined)[];
  readonly #free = new BlockQueue();

  constructor(count: number) {
    this.count = count;
    this.next = new Int32Array(count).fill(NONE);
    this.previous = new Int32Array(count).fill(NONE);
    this.after = new Int32Array(count).fill(NONE);
    this.before = new Int32Array(count).fill(NONE);
    this.owners = new Array<Target | undefined>(count).fill(undefined);
    for (let cell = 0; cell < count; cell++) this.#free.put(cell);
  }

  get used(): number {
    return this.count - this.#free.length;
  }

  get free(): number {
    return this.#free.length;
  }

  /** A free cell; only when `free` > 0. */
  take(): number {
    return this.#free.take();
  }

  /** Takes the cells that are in use out of the free ones; for a successor. */
  keepOut(isUsed: (cell: number) => boolean): void {
    this.#free.dropWhere(isUsed);
  }

  put(cell: number): void {
    this.#free.put(cell);
  }
}
