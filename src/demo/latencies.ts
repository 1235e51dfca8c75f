/** What is timed in a run, and under which conditions. */
import type { LatencyHistogram, LatencySummary } from '../metrics/histogram-door.ts';
import { openHistograms } from '../metrics/histogram-door.ts';

export interface PhaseLatencies {
  /** `publish` under a key that was used before, from the call to its promise: it is routed. */
  readonly cachedRouting: LatencyHistogram;
  /** The same under a key that was never used before. */
  readonly uncachedRouting: LatencyHistogram;
  /** `request`, from the call to the decoded reply. */
  readonly roundTrip: LatencyHistogram;
}

export type LatencyName = keyof PhaseLatencies;

export const LATENCY_NAMES: readonly LatencyName[] = [
  'cachedRouting',
  'uncachedRouting',
  'roundTrip',
];

export async function openLatencies(): Promise<PhaseLatencies> {
  const [cachedRouting, uncachedRouting, roundTrip] = await openHistograms(LATENCY_NAMES.length);
  if (cachedRouting === undefined || uncachedRouting === undefined || roundTrip === undefined) {
    throw new RangeError('openHistograms gave fewer histograms than it was asked for');
  }
  return { cachedRouting, uncachedRouting, roundTrip };
}

export function summariesOf(latencies: PhaseLatencies): Record<LatencyName, LatencySummary> {
  const { cachedRouting, uncachedRouting, roundTrip } = latencies;
  return {
    cachedRouting: cachedRouting.summary(),
    uncachedRouting: uncachedRouting.summary(),
    roundTrip: roundTrip.summary(),
  };
}
