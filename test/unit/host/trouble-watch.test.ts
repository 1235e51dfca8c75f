import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Alert, TroubleWatch } from '../../../src/host/trouble-watch.ts';
import type { Trouble } from '../../../src/metrics/bus-health.ts';

const PERIOD_MS = 50;
const slots: Trouble = { name: 'slots', message: 'thread 1' };
const heap: Trouble = { name: 'heap', message: 'thread 2' };

describe('TroubleWatch', () => {
  let troubles: Trouble[] = [];
  let told: Alert[] = [];
  let watch: TroubleWatch;
  beforeEach(() => {
    vi.useFakeTimers();
    [troubles, told] = [[], []];
    watch = new TroubleWatch(
      PERIOD_MS,
      () => troubles,
      (alert) => told.push(alert),
    );
  });
  afterEach(() => {
    watch.stop();
    vi.useRealTimers();
  });

  it('does not look before it is started, so that nothing is cleared that was never raised', () => {
    troubles = [slots];
    vi.advanceTimersByTime(3 * PERIOD_MS);
    watch.start();
    troubles = [];
    vi.advanceTimersByTime(3 * PERIOD_MS);
    expect(told).toEqual([]);
  });

  it('tells of a trouble when it comes and when it has gone, and not in between', () => {
    watch.start();
    vi.advanceTimersByTime(PERIOD_MS);
    expect(told).toEqual([]);
    troubles = [slots];
    vi.advanceTimersByTime(3 * PERIOD_MS);
    expect(told).toEqual([{ ...slots, state: 'raised' }]);
    troubles = [heap];
    vi.advanceTimersByTime(PERIOD_MS);
    troubles = [];
    vi.advanceTimersByTime(PERIOD_MS);
    expect(told.slice(1)).toEqual([
      { ...heap, state: 'raised' },
      { ...slots, state: 'cleared' },
      { ...heap, state: 'cleared' },
    ]);
  });

  it('looks no more once stopped', () => {
    watch.start();
    troubles = [slots];
    watch.stop();
    vi.advanceTimersByTime(10 * PERIOD_MS);
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
