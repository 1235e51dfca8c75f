import { describe, expect, it } from 'vitest';
import {
  addLatencies,
  LATENCY_COUNTS,
  latencyAtRank,
  latencyCount,
  latencyMaxUs,
  latencySumUs,
  latencyView,
  recordLatency,
} from '../../../src/memory/latency-bins.ts';

const empty = (): Float64Array => new Float64Array(LATENCY_COUNTS);

/** All powers of two within range, what lies just beside them, and odd ones between. */
const latenciesUs = [0, 0.01, 0.0625, 0.9, 1.99, 2, 2.01];
for (let us = 3; us < 134_000_000; us *= 1.7) latenciesUs.push(us);

describe('recordLatency', () => {
  it('keeps every latency within 6 % of what it is, and never shows less', () => {
    for (const us of latenciesUs) {
      const counts = empty();
      recordLatency(counts, 0, us);
      recordLatency(counts, 0, 200_000_000);
      const shown = latencyAtRank(counts, 1);
      expect(shown, `${us} us`).toBeGreaterThanOrEqual(us);
      expect(shown, `${us} us`).toBeLessThanOrEqual(Math.max(us * 1.0626, us + 0.0626));
    }
  });

  it('counts by weight, with the sum and the longest', () => {
    const counts = empty();
    recordLatency(counts, 0, 10, 3);
    recordLatency(counts, 0, 100);
    expect(latencyCount(counts)).toBe(4);
    expect(latencySumUs(counts)).toBe(130);
    expect(latencyMaxUs(counts)).toBe(100);
    expect(latencyAtRank(counts, 3)).toBeLessThan(11);
    expect(latencyAtRank(counts, 4)).toBe(100);
  });

  it('takes what is longer than its longest bin as that, and forgets what is no duration', () => {
    const counts = empty();
    recordLatency(counts, 0, 1e12);
    recordLatency(counts, 0, -1);
    recordLatency(counts, 0, Number.NaN);
    expect(latencyCount(counts)).toBe(1);
    expect(latencyMaxUs(counts)).toBe(1e12);
    expect(latencyAtRank(counts, 1)).toBeLessThan(135_000_000);
  });

  it('writes nothing beside its own histogram', () => {
    const all = new Float64Array(3 * LATENCY_COUNTS);
    recordLatency(all, LATENCY_COUNTS, 1e12);
    recordLatency(all, LATENCY_COUNTS, 0);
    expect(latencyCount(latencyView(all, 1))).toBe(2);
    expect([...latencyView(all, 0), ...latencyView(all, 2)].every((count) => count === 0)).toBe(
      true,
    );
  });
});

describe('addLatencies', () => {
  it('adds counts and sums, and keeps the longest', () => {
    const [a, b] = [empty(), empty()];
    recordLatency(a, 0, 5);
    recordLatency(b, 0, 5);
    recordLatency(b, 0, 50);
    addLatencies(a, b);
    expect(latencyCount(a)).toBe(3);
    expect(latencySumUs(a)).toBe(60);
    expect(latencyMaxUs(a)).toBe(50);
  });
});
