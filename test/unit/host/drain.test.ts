import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quietWithin, untilQuiet } from '../../../src/host/drain.ts';

const LONG_MS = 60_000;

describe('untilQuiet', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const never = (): boolean => false;

  it('believes only the second quiet look', async () => {
    const looks = [3, 0, 1, 0, 0, 5];
    let look = 0;
    const quiet = untilQuiet(() => looks[look++] as number, never, LONG_MS);
    await vi.runAllTimersAsync();
    await quiet;
    expect(look).toBe(5);
  });

  it('ends at its timeout', async () => {
    let looks = 0;
    const quiet = untilQuiet(
      () => {
        looks++;
        return 1;
      },
      never,
      100,
    );
    await vi.advanceTimersByTimeAsync(100);
    await quiet;
    expect(vi.getTimerCount()).toBe(0);
    expect(looks).toBeGreaterThan(10);
  });

  it('does not wait at all with a timeout of 0', async () => {
    await untilQuiet(() => 1, never, 0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when there is nothing to wait for any more', async () => {
    let isOver = false;
    const quiet = untilQuiet(
      () => 1,
      () => isOver,
      LONG_MS,
    );
    await vi.advanceTimersByTimeAsync(10);
    isOver = true;
    await vi.runAllTimersAsync();
    await quiet;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('quietWithin', () => {
  it('believes only the second quiet look', () => {
    const looks = [3, 0, 1, 0, 0, 5];
    let look = 0;
    quietWithin(() => looks[look++] as number, LONG_MS, LONG_MS);
    expect(look).toBe(5);
  });

  it('ends when nothing changes, and when it takes too long', () => {
    let looks = 0;
    quietWithin(() => ++looks && 7, 1, LONG_MS);
    quietWithin(() => ++looks, LONG_MS, 1);
    expect(looks).toBeGreaterThan(2);
  });
});
