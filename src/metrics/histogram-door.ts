/**
 * The only door of hdr-histogram-js: durations in, percentiles out. The package is loaded at the
 * first histogram, since loading it costs more than starting a bus. Not for the hot path of the
 * bus, which counts in memory of its own.
 */
import type { Histogram } from 'hdr-histogram-js';
import type { LatencySummary } from './latency.ts';

export type { LatencySummary } from './latency.ts';

export interface LatencyHistogram {
  /** A duration in milliseconds, as two readings of `performance.now()` give it. */
  record(durationMs: number): void;
  summary(): LatencySummary;
}

const NS_PER_MS = 1_000_000;
const NS_PER_US = 1_000;
/** Ten minutes: the longest that a caller could have waited; longer ones count as this. */
const HIGHEST_NS = 600_000 * NS_PER_MS;
/** Three digits: a reported latency is off by less than a thousandth. */
const SIGNIFICANT_DIGITS = 3;

/** As many empty histograms as asked for. */
export async function openHistograms(count: number): Promise<LatencyHistogram[]> {
  const { build } = await import('hdr-histogram-js');
  return Array.from({ length: count }, () => {
    const histogram = build({
      highestTrackableValue: HIGHEST_NS,
      numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
      autoResize: false,
    });
    return {
      record: (durationMs) => histogram.recordValue(toNs(durationMs)),
      summary: () => summarise(histogram),
    };
  });
}

function toNs(durationMs: number): number {
  const durationNs = Math.round(durationMs * NS_PER_MS);
  // The negated comparison catches NaN too: a clock that cannot be read must not end the run.
  if (!(durationNs > 0)) return 0;
  return Math.min(durationNs, HIGHEST_NS);
}

function summarise(histogram: Histogram): LatencySummary {
  const percentile = (percent: number): number =>
    histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(percent) / NS_PER_US;
  return {
    count: histogram.totalCount,
    mean: histogram.totalCount === 0 ? 0 : histogram.mean / NS_PER_US,
    p50: percentile(50),
    p90: percentile(90),
    p99: percentile(99),
    p999: percentile(99.9),
    max: percentile(100),
  };
}
