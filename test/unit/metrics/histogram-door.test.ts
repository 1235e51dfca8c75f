import { describe, expect, it } from 'vitest';
import type { LatencyHistogram } from '../../../src/metrics/histogram-door.ts';
import { openHistograms } from '../../../src/metrics/histogram-door.ts';

async function openOne(): Promise<LatencyHistogram> {
  const [histogram] = await openHistograms(1);
  if (histogram === undefined) throw new Error('openHistograms(1) gave none');
  return histogram;
}

describe('openHistograms', () => {
  it('gives as many as asked for, each with counts of its own', async () => {
    const [first, second, ...rest] = await openHistograms(2);
    first?.record(1);
    expect(rest).toEqual([]);
    expect(first?.summary().count).toBe(1);
    expect(second?.summary().count).toBe(0);
  });

  it('tells percentiles in microseconds, off by less than a thousandth', async () => {
    const histogram = await openOne();
    for (let us = 1; us <= 1000; us++) histogram.record(us / 1000);
    const { count, max, mean, p50, p90, p99, p999 } = histogram.summary();
    expect(count).toBe(1000);
    expect(p50 / 500).toBeCloseTo(1, 2);
    expect(p90 / 900).toBeCloseTo(1, 2);
    expect(p99 / 990).toBeCloseTo(1, 2);
    expect(p999 / 999).toBeCloseTo(1, 2);
    expect(max / 1000).toBeCloseTo(1, 2);
    expect(mean / 500.5).toBeCloseTo(1, 2);
  });

  it('tells fractions of a microsecond', async () => {
    const histogram = await openOne();
    histogram.record(0.000_25);
    expect(histogram.summary().p50).toBeCloseTo(0.25, 3);
  });

  it('is all zeros when nothing was recorded', async () => {
    const histogram = await openOne();
    expect(Object.values(histogram.summary())).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('takes what no clock should give: negative, not a number, longer than its range', async () => {
    const histogram = await openOne();
    histogram.record(-1);
    histogram.record(Number.NaN);
    histogram.record(Number.POSITIVE_INFINITY);
    const { count, max } = histogram.summary();
    expect(count).toBe(3);
    expect(max / 600_000_000).toBeCloseTo(1, 2);
  });
});
