import { describe, expect, it } from 'vitest';
import { RadixOrder } from '../../../src/routing/radix-order.ts';

function order(numbers: readonly number[]): number[] {
  const radix = new RadixOrder();
  radix.reset(numbers.length);
  radix.numbers.set(numbers);
  radix.sort(numbers.length);
  return [...radix.places.subarray(0, numbers.length)];
}

describe('RadixOrder', () => {
  it('sorts places by numbers of all 32 bits', () => {
    expect(order([2 ** 32 - 1, 0, 2 ** 31, 255, 256, 65_536, 2 ** 24])).toEqual([
      1, 3, 4, 5, 6, 2, 0,
    ]);
  });

  it('keeps the order of equal numbers', () => {
    expect(order([7, 3, 7, 3, 7])).toEqual([1, 3, 0, 2, 4]);
  });

  it('sorts by a second number within the first one when sorted twice', () => {
    const radix = new RadixOrder();
    radix.reset(4);
    radix.numbers.set([4, 3, 2, 1]);
    radix.sort(4);
    radix.numbers.set([1, 0, 1, 0]);
    radix.sort(4);
    expect([...radix.places.subarray(0, 4)]).toEqual([3, 1, 2, 0]);
  });

  it('takes none and one', () => {
    expect(order([])).toEqual([]);
    expect(order([9])).toEqual([0]);
  });
});
