import { describe, expect, it } from 'vitest';
import { LATENCY_COUNTS, recordLatency } from '../../../src/memory/latency-bins.ts';
import { summariseLatencies } from '../../../src/metrics/latency.ts';

describe('summariseLatencies', () => {
  it('gives the percentiles of several threads together', () => {
    const threads = [new Float64Array(LATENCY_COUNTS), new Float64Array(LATENCY_COUNTS)];
    for (let us = 1; us <= 1000; us++) recordLatency(threads[us % 2] as Float64Array, 0, us);
    const summary = summariseLatencies(threads);
    expect(summary).toMatchObject({ count: 1000, mean: 500.5, max: 1000 });
    for (const [name, us] of Object.entries({ p50: 500, p90: 900, p99: 990, p999: 999 })) {
      const shown = summary[name as keyof typeof summary];
      expect(shown, name).toBeGreaterThanOrEqual(us);
      expect(shown, name).toBeLessThanOrEqual(us * 1.0626);
    }
    expect(summary.p999).toBeLessThanOrEqual(summary.max);
  });

  it('is all 0 where nothing was measured', () => {
    const none = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
    expect(summariseLatencies([])).toEqual(none);
    expect(summariseLatencies([new Float64Array(LATENCY_COUNTS)])).toEqual(none);
  });
});
