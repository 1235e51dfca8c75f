import { describe, expect, it } from 'vitest';
import {
  BLOCK_ALIGN_BYTES,
  CLASS_BYTES,
  classOf,
  SMALL_MAX_BYTES,
} from '../../../src/memory/size-classes.ts';

describe('size classes', () => {
  it('rise, are aligned to cache lines, and end at the largest small block', () => {
    for (let i = 0; i < CLASS_BYTES.length; i++) {
      const bytes = CLASS_BYTES[i] as number;
      expect(bytes % BLOCK_ALIGN_BYTES).toBe(0);
      if (i > 0) expect(bytes).toBeGreaterThan(CLASS_BYTES[i - 1] as number);
    }
    expect(CLASS_BYTES[0]).toBe(BLOCK_ALIGN_BYTES);
    expect(CLASS_BYTES.at(-1)).toBe(SMALL_MAX_BYTES);
  });

  it('give every size of 1 to 16 KiB the smallest class that holds it', () => {
    let smallest = 0;
    for (let bytes = 1; bytes <= SMALL_MAX_BYTES; bytes++) {
      while ((CLASS_BYTES[smallest] as number) < bytes) smallest += 1;
      if (classOf(bytes) !== smallest) expect([bytes, classOf(bytes)]).toEqual([bytes, smallest]);
    }
    expect(smallest).toBe(CLASS_BYTES.length - 1);
  });

  it('waste at most a quarter of a block above 1 KiB', () => {
    for (let i = 1; i < CLASS_BYTES.length; i++) {
      const [below, bytes] = [CLASS_BYTES[i - 1] as number, CLASS_BYTES[i] as number];
      if (bytes > 1024) expect((bytes - below - 1) / bytes).toBeLessThan(0.25);
    }
  });

  it('leave numbers for the marks of free pages and runs', () => {
    expect(CLASS_BYTES.length).toBeLessThan(253);
  });
});
