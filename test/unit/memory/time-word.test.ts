import { describe, expect, it } from 'vitest';
import { TIMER_MAX_MS } from '../../../src/limits.ts';
import { AHEAD_MAX_MS, timeAfter } from '../../../src/memory/time-word.ts';

const HOUR_MS = 3_600_000;

describe('a time word', () => {
  it('is the first whole ms after the duration, and wraps', () => {
    expect(timeAfter(5, 10)).toBe(15);
    expect(timeAfter(5.25, 10)).toBe(16);
    expect(timeAfter(2 ** 31 - 1, 1)).toBe(-(2 ** 31));
    expect(timeAfter(2 ** 32 + 5, 10)).toBe(15);
  });

  it.each([AHEAD_MAX_MS, TIMER_MAX_MS, Number.MAX_SAFE_INTEGER])(
    'of the longest durations lies ahead for who looks hours earlier or later: %i ms',
    (durationMs) => {
      for (const nowMs of [0, 123.75, 2 ** 31 - 1, 2 ** 32 - 1, 2 ** 40]) {
        const due = timeAfter(nowMs, durationMs);
        for (const lookMs of [nowMs - 4 * HOUR_MS, nowMs, nowMs + 4 * HOUR_MS]) {
          expect((due - (lookMs | 0)) | 0).toBeGreaterThan(24 * 24 * HOUR_MS);
        }
      }
    },
  );
});
