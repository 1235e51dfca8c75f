import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StallWatch } from '../../../src/host/stall-watch.ts';

const TIMEOUT_MS = 2_000;
const LOOK_MS = 500;

describe('StallWatch', () => {
  let nowMs = 7;
  const looks: number[] = [];
  const shards = { hosts: [{ endIfStalled: (atMs: number) => looks.push(atMs) }] };
  beforeEach(() => {
    vi.useFakeTimers();
    looks.length = 0;
  });
  afterEach(() => vi.useRealTimers());

  /** One look, `passedMs` after the last. */
  const look = (passedMs: number): void => {
    nowMs += passedMs;
    vi.advanceTimersByTime(LOOK_MS);
  };

  it('looks four times within its time-out, with the time that has passed', () => {
    const watch = new StallWatch(shards, TIMEOUT_MS, () => nowMs);
    for (let i = 0; i < 3; i++) look(LOOK_MS);
    expect(looks).toEqual([500, 1000, 1500]);
    watch.stop();
    look(LOOK_MS);
    expect(looks).toHaveLength(3);
  });

  it('does not hold against a shard what main, blocked, was not there to see', () => {
    const watch = new StallWatch(shards, TIMEOUT_MS, () => nowMs);
    look(LOOK_MS);
    look(60_000);
    look(LOOK_MS);
    expect(looks).toEqual([500, 1500, 2000]);
    watch.stop();
  });

  it('does not look where no time-out is wanted', () => {
    new StallWatch(shards, Number.POSITIVE_INFINITY, () => nowMs).stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
