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

  it('does not follow the wall clock that a thread has started with', () => {
    const now = performance.now.bind(performance);
    vi.stubGlobal('performance', { now, timeOrigin: performance.timeOrigin + 3_600_000 });
    expect(busClock(monotonicMs())()).toBeLessThan(3_600_000);
  });
});
