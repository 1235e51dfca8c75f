import { describe, expect, it } from 'vitest';
import { Heap, NO_BLOCK, PAGE_BYTES } from '../../../src/memory/heap.ts';
import { SMALL_MAX_BYTES } from '../../../src/memory/size-classes.ts';

describe('Heap', () => {
  it('refuses a heap of fewer than two pages and says how many bytes it needs', () => {
    expect(() => new Heap(PAGE_BYTES, 0)).toThrow(/at least 131072 bytes, got 65536/);
  });

  it('rounds a block up to its class and counts those bytes', () => {
    const heap = new Heap(4 * PAGE_BYTES, 0);
    const offset = heap.allocate(65, false);
    expect(heap.capacityOf(offset)).toBe(128);
    expect(heap.usedBytes).toBe(128);
    heap.free(offset);
    expect(heap.usedBytes).toBe(0);
  });

  it('gives a large block whole pages in a row', () => {
    const heap = new Heap(4 * PAGE_BYTES, 0);
    const offset = heap.allocate(PAGE_BYTES + 1, false);
    expect(offset % PAGE_BYTES).toBe(0);
    expect(heap.capacityOf(offset)).toBe(2 * PAGE_BYTES);
    expect(heap.usedBytes).toBe(2 * PAGE_BYTES);
  });

  it('gives 16 KiB a small block and one byte more a page', () => {
    const heap = new Heap(4 * PAGE_BYTES, 0);
    expect(heap.capacityOf(heap.allocate(SMALL_MAX_BYTES, false))).toBe(SMALL_MAX_BYTES);
    expect(heap.capacityOf(heap.allocate(SMALL_MAX_BYTES + 1, false))).toBe(PAGE_BYTES);
  });

  it('says NO_BLOCK when it is full and changes nothing', () => {
    const heap = new Heap(2 * PAGE_BYTES, 0);
    heap.allocate(2 * PAGE_BYTES, false);
    const used = heap.usedBytes;
    expect(heap.allocate(1, false)).toBe(NO_BLOCK);
    expect(heap.allocate(PAGE_BYTES, false)).toBe(NO_BLOCK);
    expect(heap.usedBytes).toBe(used);
  });

  it('keeps its reserve for those who may use it', () => {
    const heap = new Heap(4 * PAGE_BYTES, 0.25);
    expect(heap.allocate(4 * PAGE_BYTES, true)).toBe(NO_BLOCK);
    expect(heap.allocate(3 * PAGE_BYTES, true)).not.toBe(NO_BLOCK);
    expect(heap.allocate(64, true)).toBe(NO_BLOCK);
    expect(heap.allocate(64, false)).not.toBe(NO_BLOCK);
  });

  it('gives no message what a reply leaves of a page that is kept for replies', () => {
    const heap = new Heap(4 * PAGE_BYTES, 0.25);
    while (heap.allocate(8_000, true) !== NO_BLOCK);
    const reply = heap.allocate(8_000, false);
    expect(reply).toBeGreaterThanOrEqual(3 * PAGE_BYTES);
    expect(heap.allocate(8_000, true)).toBe(NO_BLOCK);
    expect(heap.capacityOf(reply)).toBe(8 * 1024);
    heap.free(reply);
    expect(heap.allocate(8_000, true)).toBe(NO_BLOCK);
    expect(heap.allocate(PAGE_BYTES, false)).toBe(3 * PAGE_BYTES);
  });

  it('takes freed blocks first in, first out, after the untouched ones', () => {
    const heap = new Heap(2 * PAGE_BYTES, 0);
    const first = heap.allocate(SMALL_MAX_BYTES, false);
    const second = heap.allocate(SMALL_MAX_BYTES, false);
    heap.free(first);
    heap.free(second);
    const order = Array.from({ length: 4 }, () => heap.allocate(SMALL_MAX_BYTES, false));
    expect(order.slice(2)).toEqual([first, second]);
  });

  it('gives pages of free blocks to another class and to runs', () => {
    const heap = new Heap(2 * PAGE_BYTES, 0);
    const small = Array.from({ length: (2 * PAGE_BYTES) / 64 }, () => heap.allocate(64, false));
    expect(small).not.toContain(NO_BLOCK);
    expect(heap.allocate(128, false)).toBe(NO_BLOCK);
    for (const offset of small) heap.free(offset);
    const other = heap.allocate(128, false);
    expect(other).not.toBe(NO_BLOCK);
    heap.free(other);
    expect(heap.allocate(2 * PAGE_BYTES, false)).toBe(0);
  });

  it('finds a run that lies before the place where the last search ended', () => {
    const heap = new Heap(4 * PAGE_BYTES, 0);
    const blocks = Array.from({ length: 4 }, () => heap.allocate(PAGE_BYTES, false));
    heap.free(blocks[1] as number);
    heap.free(blocks[2] as number);
    expect(heap.allocate(2 * PAGE_BYTES, false)).toBe(blocks[1]);
  });

  it('refuses to free the middle of a run', () => {
    const heap = new Heap(4 * PAGE_BYTES, 0);
    heap.allocate(2 * PAGE_BYTES, false);
    expect(() => heap.free(PAGE_BYTES)).toThrow(/no block starts at 65536/);
    expect(() => heap.free(3 * PAGE_BYTES)).toThrow(/no block starts at 196608/);
  });
});
