import { describe, expect, it } from 'vitest';
import { spreadOf } from '../../../../bench/harness/statistics.ts';

describe('spreadOf', () => {
  it('takes the middle value of an odd number, by size and not by text', () => {
    expect(spreadOf([100, 9, 20])).toEqual({ median: 20, min: 9, max: 100 });
  });

  it('takes the mean of the two middle values of an even number', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('refuses an empty list', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});
