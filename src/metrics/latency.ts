/** Percentiles of the latencies that the threads count in shared memory. */
import {
  addLatencies,
  LATENCY_COUNTS,
  latencyAtRank,
  latencyCount,
  latencyMaxUs,
  latencySumUs,
} from '../memory/latency-bins.ts';

/** Microseconds, but for `count`; all 0 when nothing was recorded. */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** All of `histograms` together. */
export function summariseLatencies(histograms: readonly Float64Array[]): LatencySummary {
  const total = new Float64Array(LATENCY_COUNTS);
  for (const counts of histograms) addLatencies(total, counts);
  const count = latencyCount(total);
  const percentile = (percent: number): number =>
    count === 0 ? 0 : latencyAtRank(total, Math.ceil((count * percent) / 100));
  return {
    count,
    mean: count === 0 ? 0 : latencySumUs(total) / count,
    p50: percentile(50),
    p90: percentile(90),
    p99: percentile(99),
    p999: percentile(99.9),
    max: latencyMaxUs(total),
  };
}
