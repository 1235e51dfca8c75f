import { describe, expect, it } from 'vitest';
import { SlotBlocks } from '../../../src/routing/slot-blocks.ts';

describe('SlotBlocks', () => {
  it('gives each slot to one block at a time', () => {
    const blocks = new SlotBlocks();
    const owners: number[] = [];
    const taken: { at: number; size: number }[] = [];
    for (let i = 0; i < 2000; i++) {
      const isTaking = (i * 7) % 10 < (i < 1000 ? 6 : 4);
      if (isTaking) {
        const size = 2 ** ((i * 13) % 5);
        const at = blocks.take(size);
        for (let slot = at; slot < at + size; slot++) {
          expect(owners[slot] ?? 0).toBe(0);
          owners[slot] = 1;
        }
        expect(at + size).toBeLessThanOrEqual(blocks.end);
        taken.push({ at, size });
      } else if (taken.length > 0) {
        const [{ at, size }] = taken.splice((i * 31) % taken.length, 1) as [
          { at: number; size: number },
        ];
        owners.fill(0, at, at + size);
        blocks.give(at, size);
      }
    }
  });

  it('uses what was given back, whole or in parts, and starts again when all is', () => {
    const blocks = new SlotBlocks();
    const at = blocks.take(8);
    const kept = blocks.take(1);
    blocks.give(at, 8);
    const small = [blocks.take(1), blocks.take(2), blocks.take(4), blocks.take(1)];
    expect(blocks.end).toBe(9);
    for (const [i, size] of [1, 2, 4, 1].entries()) blocks.give(small[i] as number, size);
    expect(blocks.end).toBe(9);
    blocks.give(kept, 1);
    expect(blocks.end).toBe(0);
    expect(blocks.take(16)).toBe(0);
  });

  it('takes the upper half of a block back', () => {
    const blocks = new SlotBlocks();
    const at = blocks.take(4);
    blocks.give(at + 2, 2);
    expect(blocks.take(2)).toBe(at + 2);
  });
});
