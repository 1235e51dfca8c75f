import { describe, expect, it } from 'vitest';
import { PackedOrder } from '../../../src/routing/packed-order.ts';

function sorted(values: readonly number[], shift: number, bits: number): number[] {
  const order = new PackedOrder();
  order.reset(values.length);
  order.values.set(values);
  order.sort(values.length, shift, bits);
  return [...order.values.subarray(0, values.length)];
}

describe('PackedOrder', () => {
  it('sorts by as many upper bits as it is told, in one pass or in several', () => {
    for (const bits of [1, 2, 9, 10, 11, 17, 20, 21, 30, 31, 32]) {
      const values = Array.from(
        { length: 300 },
        (_, i) => Math.imul(i, 0x9e3779b1) >>> (32 - bits),
      );
      expect(sorted(values, 0, bits)).toEqual(values.toSorted((left, right) => left - right));
    }
  });

  it('takes the lower bits along and keeps the order of equal upper ones', () => {
    expect(sorted([0x2f, 0x11, 0x20, 0x1f, 0x05], 4, 2)).toEqual([0x05, 0x11, 0x1f, 0x2f, 0x20]);
  });

  it('leaves numbers without upper bits as they are', () => {
    expect(sorted([3, 1, 2], 2, 0)).toEqual([3, 1, 2]);
    expect(sorted([], 0, 8)).toEqual([]);
  });
});
