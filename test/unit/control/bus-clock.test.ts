import { afterEach, describe, expect, it, vi } from 'vitest';
import { busClock, monotonicMs } from '../../../src/control/bus-clock.ts';

describe('the bus clock', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('starts at its origin and goes on as the monotonic clock does', () => {
    const origin = monotonicMs();
    const now = busClock(origin);
    const first = now();
    const between = monotonicMs() - origin;
    const second = now();
    expect(first).toBeGreaterThanOrEqual(0);
    // Two clocks of one source, each rounded to a fraction of a microsecond.
    expect(first).toBeLessThanOrEqual(between + 0.01);
    expect(second).toBeGreaterThanOrEqual(between - 0.01);
    expect(busClock(origin - 5_000)()).toBeGreaterThanOrEqual(5_000);
  });

  it('is right though its thread lost its core between two readings', () => {
    const now = performance.now.bind(performance);
    let reads = 0;
    vi.stubGlobal('performance', {
      now: () => {
        reads += 1;
        // The clocks are read one after the other, and other threads run before each of the first three.
        const until = monotonicMs() + (reads <= 3 ? 5 : 0);
        while (monotonicMs() < until);
        return now();
      },
    });
    const origin = monotonicMs();
    const clock = busClock(origin);
    vi.unstubAllGlobals();
    const before = monotonicMs() - origin;
    const read = clock();
    expect(read).toBeGreaterThanOrEqual(before - 0.1);
    expect(read).toBeLessThanOrEqual(monotonicMs() - origin + 0.1);
  });

  it('does not follow the wall clock that a thread has started with', () => {
    const now = performance.now.bind(performance);
    vi.stubGlobal('performance', { now, timeOrigin: performance.timeOrigin + 3_600_000 });
    expect(busClock(monotonicMs())()).toBeLessThan(3_600_000);
  });
});
