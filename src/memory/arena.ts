/**
 * Allocator of blocks in a range of pages, by offsets from its start. Its bookkeeping is private to the owning client.
 *
 * Pages of 64 KiB: a page holds blocks of one size class, or is part of a run that holds one large block. Free blocks
 * of a class are taken first in, first out: a block that was just read by another core is left alone for a while.
 * Pages whose blocks are all free go back when another class or a run needs them.
 */
import { BlockQueue } from './block-queue.ts';
import { CLASS_BYTES, classOf, SMALL_MAX_BYTES } from './size-classes.ts';

export const PAGE_BYTES: number = 64 * 1024;
const PAGE_SHIFT = 16;

const PAGE_FREE = 255;
const PAGE_RUN_HEAD = 254;
const PAGE_RUN_BODY = 253;

/** No block: nothing was allocated, or there is no room. */
export const NO_BLOCK = -1;

export class Arena {
  readonly #pageClass: Uint8Array;
  /** Blocks in use, by page; for the head of a run its pages. */
  readonly #pageUse: Int32Array;
  readonly #queues: readonly BlockQueue[];
  #freePages: number;
  #usedBytes = 0;
  #nextPage = 0;

  constructor(pages: number) {
    this.#pageClass = new Uint8Array(pages).fill(PAGE_FREE);
    this.#pageUse = new Int32Array(pages);
    this.#queues = CLASS_BYTES.map(() => new BlockQueue());
    this.#freePages = pages;
  }

  /** Bytes of all blocks in use, rounded up to their classes. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Byte offset of a block of at least `bytes` (> 0), or NO_BLOCK; nothing changes then. */
  allocate(bytes: number): number {
    if (bytes > SMALL_MAX_BYTES) return this.#allocateRun(bytes);
    const sizeClass = classOf(bytes);
    const queue = this.#queues[sizeClass] as BlockQueue;
    if (queue.length === 0 && !this.#addPage(sizeClass, queue)) return NO_BLOCK;
    const offset = queue.take();
    const page = offset >>> PAGE_SHIFT;
    this.#pageUse[page] = (this.#pageUse[page] as number) + 1;
    this.#usedBytes += CLASS_BYTES[sizeClass] as number;
    return offset;
  }

  /** Frees a block by its offset. */
  free(offset: number): void {
    const page = offset >>> PAGE_SHIFT;
    const sizeClass = this.#pageClass[page] as number;
    if (sizeClass >= PAGE_RUN_BODY) {
      this.#freeRun(page, sizeClass);
      return;
    }
    this.#pageUse[page] = (this.#pageUse[page] as number) - 1;
    this.#usedBytes -= CLASS_BYTES[sizeClass] as number;
    (this.#queues[sizeClass] as BlockQueue).put(offset);
  }

  /** Usable bytes of the block at `offset`. */
  capacityOf(offset: number): number {
    const page = offset >>> PAGE_SHIFT;
    const sizeClass = this.#pageClass[page] as number;
    return sizeClass === PAGE_RUN_HEAD
      ? (this.#pageUse[page] as number) * PAGE_BYTES
      : (CLASS_BYTES[sizeClass] as number);
  }

  #mayTake(pages: number): boolean {
    if (this.#freePages < pages) this.#reclaimPages();
    return this.#freePages >= pages;
  }

  #addPage(sizeClass: number, queue: BlockQueue): boolean {
    if (!this.#mayTake(1)) return false;
    const page = this.#findRun(1);
    if (page < 0) return false;
    this.#pageClass[page] = sizeClass;
    this.#freePages -= 1;
    const bytes = CLASS_BYTES[sizeClass] as number;
    const end = (page + 1) * PAGE_BYTES;
    for (let at = page * PAGE_BYTES; at + bytes <= end; at += bytes) queue.put(at);
    return true;
  }

  #allocateRun(bytes: number): number {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    if (!this.#mayTake(pages)) return NO_BLOCK;
    let first = this.#findRun(pages);
    if (first < 0) {
      this.#reclaimPages();
      first = this.#findRun(pages);
      if (first < 0) return NO_BLOCK;
    }
    this.#pageClass.fill(PAGE_RUN_BODY, first, first + pages);
    this.#pageClass[first] = PAGE_RUN_HEAD;
    this.#pageUse[first] = pages;
    this.#freePages -= pages;
    this.#usedBytes += pages * PAGE_BYTES;
    return first * PAGE_BYTES;
  }

  #freeRun(page: number, pageClass: number): void {
    if (pageClass !== PAGE_RUN_HEAD) {
      throw new RangeError(`no block starts at ${page * PAGE_BYTES}`);
    }
    const pages = this.#pageUse[page] as number;
    this.#pageClass.fill(PAGE_FREE, page, page + pages);
    this.#pageUse[page] = 0;
    this.#freePages += pages;
    this.#usedBytes -= pages * PAGE_BYTES;
  }

  /** Next fit over the page table, once around. */
  #findRun(pages: number): number {
    const total = this.#pageClass.length;
    for (const [from, to] of [
      [this.#nextPage, total],
      [0, Math.min(total, this.#nextPage + pages)],
    ] as const) {
      let length = 0;
      for (let page = from; page < to; page++) {
        length = this.#pageClass[page] === PAGE_FREE ? length + 1 : 0;
        if (length === pages) {
          this.#nextPage = (page + 1) % total;
          return page - pages + 1;
        }
      }
    }
    return -1;
  }

  /** Gives back every page of blocks that are all free. */
  #reclaimPages(): void {
    const emptied = new Set<number>();
    const classes = new Set<number>();
    for (let page = 0; page < this.#pageClass.length; page++) {
      const sizeClass = this.#pageClass[page] as number;
      if (sizeClass >= PAGE_RUN_BODY || this.#pageUse[page] !== 0) continue;
      emptied.add(page);
      classes.add(sizeClass);
    }
    if (emptied.size === 0) return;
    for (const sizeClass of classes) {
      (this.#queues[sizeClass] as BlockQueue).dropWhere((offset) =>
        emptied.has(offset >>> PAGE_SHIFT),
      );
    }
    for (const page of emptied) this.#pageClass[page] = PAGE_FREE;
    this.#freePages += emptied.size;
  }
}
