/**
 * Allocator of a payload heap. The bytes are shared; this bookkeeping is private to the owning client, the only one
 * that allocates and frees, so it is ordinary single-threaded code. A heap whose owner has died goes as a whole.
 *
 * The last pages are kept for replies: two clients full of requests to each other would otherwise wedge. They are an
 * arena of their own, so that no block of theirs ever holds a message, of whatever class.
 */
import { Arena, NO_BLOCK, PAGE_BYTES } from './arena.ts';

export { NO_BLOCK, PAGE_BYTES };

export class Heap {
  readonly #open: Arena;
  readonly #reserve: Arena;
  /** Offset of the first byte of the reserve. */
  readonly #reserveStart: number;

  /** `reserveShare` of the pages (0 … 1, rounded up) are for `keepReserve = false` allocations alone. */
  constructor(heapBytes: number, reserveShare: number) {
    const pages = Math.floor(heapBytes / PAGE_BYTES);
    if (pages < 2)
      throw new RangeError(`a heap needs at least ${2 * PAGE_BYTES} bytes, got ${heapBytes}`);
    const reservePages = Math.ceil(pages * reserveShare);
    this.#open = new Arena(pages - reservePages);
    this.#reserve = new Arena(reservePages);
    this.#reserveStart = (pages - reservePages) * PAGE_BYTES;
  }

  /** Bytes of all blocks in use, rounded up to their classes. */
  get usedBytes(): number {
    return this.#open.usedBytes + this.#reserve.usedBytes;
  }

  /** Byte offset of a block of at least `bytes` (> 0), or NO_BLOCK; nothing changes then. */
  allocate(bytes: number, keepReserve: boolean): number {
    const offset = this.#open.allocate(bytes);
    if (offset !== NO_BLOCK || keepReserve) return offset;
    const within = this.#reserve.allocate(bytes);
    return within === NO_BLOCK ? NO_BLOCK : this.#reserveStart + within;
  }

  /** Frees a block by its offset. */
  free(offset: number): void {
    if (offset < this.#reserveStart) this.#open.free(offset);
    else this.#reserve.free(offset - this.#reserveStart);
  }

  /** Usable bytes of the block at `offset`. */
  capacityOf(offset: number): number {
    return offset < this.#reserveStart
      ? this.#open.capacityOf(offset)
      : this.#reserve.capacityOf(offset - this.#reserveStart);
  }
}
