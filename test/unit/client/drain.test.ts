import { describe, expect, it } from 'vitest';
import { drain } from '../../../src/client/drain.ts';

/** Longer than a test may take: who waits for it fails. */
const NEVER_MS = 600_000;

function work(wanted: number[], leftBehind: number[]) {
  const next = (list: number[]): number => (list.length > 1 ? list.shift() : list[0]) as number;
  return { wanted: () => next(wanted), leftBehind: () => next(leftBehind), isOver: () => false };
}

describe('drain', () => {
  it('ends when nothing is left, long before its limit', async () => {
    const left = { wanted: [2, 1, 0], leftBehind: [1, 1, 0] };
    await drain(work(left.wanted, left.leftBehind), NEVER_MS, NEVER_MS);
    expect(left).toEqual({ wanted: [0], leftBehind: [0] });
  });

  it('gives what is left behind its grace, whatever the limit', async () => {
    const left = { wanted: [1, 0], leftBehind: [1] };
    await drain(work(left.wanted, left.leftBehind), NEVER_MS, 5);
    expect(left.wanted).toEqual([0]);
  });

  it('gives no grace beyond the limit', async () => {
    await drain(work([1], [1]), 5, NEVER_MS);
    await drain(work([0], [1]), 0, NEVER_MS);
  });

  it('ends at once when nothing can be settled any more', async () => {
    const over = { ...work([1], [1]), isOver: () => true };
    await drain(over, NEVER_MS, NEVER_MS);
  });
});
