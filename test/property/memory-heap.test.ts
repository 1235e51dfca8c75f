import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Heap, NO_BLOCK, PAGE_BYTES } from '../../src/memory/heap.ts';
import { CLASS_BYTES, SMALL_MAX_BYTES } from '../../src/memory/size-classes.ts';
import { scaledRuns } from '../setup/property-runs.ts';

interface Block {
  readonly offset: number;
  readonly bytes: number;
  readonly mark: number;
}

const size = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.constantFrom(...CLASS_BYTES, ...CLASS_BYTES.map((bytes) => bytes + 1)),
  fc.integer({ min: SMALL_MAX_BYTES, max: 3 * PAGE_BYTES }),
);
const step = fc.oneof(
  fc.record({ op: fc.constant('allocate' as const), bytes: size, keepReserve: fc.boolean() }),
  fc.record({ op: fc.constant('free' as const), choice: fc.nat() }),
);

describe('Heap', () => {
  it('keeps blocks apart and their bytes, counts them, and is whole again when all are freed', () => {
    const pages = fc.integer({ min: 2, max: 12 });
    fc.assert(
      fc.property(pages, fc.array(step, { maxLength: 120 }), (pageCount, steps) => {
        const heap = new Heap(pageCount * PAGE_BYTES, 0.125);
        const memory = new Uint8Array(pageCount * PAGE_BYTES);
        const blocks: Block[] = [];
        for (const [turn, next] of steps.entries()) {
          if (next.op === 'allocate') {
            allocate(heap, memory, blocks, { ...next, mark: (turn % 255) + 1 });
          } else if (blocks.length > 0) {
            const [block] = blocks.splice(next.choice % blocks.length, 1);
            release(heap, memory, block as Block);
          }
          const used = blocks.reduce((sum, block) => sum + heap.capacityOf(block.offset), 0);
          expect(heap.usedBytes).toBe(used);
        }
        for (const block of blocks) release(heap, memory, block);
        expect(heap.usedBytes).toBe(0);
        const open = pageCount - Math.ceil(pageCount / 8);
        expect(heap.allocate(open * PAGE_BYTES, false)).toBe(0);
        const kept = heap.allocate((pageCount - open) * PAGE_BYTES, false);
        expect(kept).toBe(open * PAGE_BYTES);
      }),
      { numRuns: scaledRuns(150) },
    );
  });

  it('never lets ordinary messages into the pages kept for replies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(size), (pageCount, sizes) => {
        const heap = new Heap(pageCount * PAGE_BYTES, 0.125);
        for (const bytes of sizes) {
          heap.allocate(bytes, true);
          // A reply that comes and goes leaves nothing to them, whatever its class.
          const reply = heap.allocate(bytes, false);
          if (reply !== NO_BLOCK) heap.free(reply);
        }
        while (heap.allocate(64, true) !== NO_BLOCK);
        const kept = Math.ceil(pageCount / 8);
        let free = 0;
        while (heap.allocate(PAGE_BYTES, false) !== NO_BLOCK) free += 1;
        expect(free).toBe(kept);
      }),
    );
  });
});

function allocate(
  heap: Heap,
  memory: Uint8Array,
  blocks: Block[],
  wish: { bytes: number; keepReserve: boolean; mark: number },
): void {
  const offset = heap.allocate(wish.bytes, wish.keepReserve);
  if (offset === NO_BLOCK) return;
  expect(heap.capacityOf(offset)).toBeGreaterThanOrEqual(wish.bytes);
  // Whatever the block overlaps would show here: free bytes are 0.
  const place = memory.subarray(offset, offset + wish.bytes);
  expect(place.length).toBe(wish.bytes);
  expect(place.every((byte) => byte === 0)).toBe(true);
  place.fill(wish.mark);
  blocks.push({ offset, bytes: wish.bytes, mark: wish.mark });
}

function release(heap: Heap, memory: Uint8Array, { offset, bytes, mark }: Block): void {
  const place = memory.subarray(offset, offset + bytes);
  expect(place.every((byte) => byte === mark)).toBe(true);
  place.fill(0);
  heap.free(offset);
}
