/** From samples to figures: medians over the rounds, and the bus against its best peer. Pure. */

import type { Measured, Track } from './compare.ts';
import type { Comparison, Contestant, Sample } from './contestant.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { totalUse } from './thread-use.ts';

export interface ContestantFigures {
  readonly name: string;
  readonly role: Contestant['role'];
  /** Messages a second, or microseconds a message, as the comparison measures. */
  readonly value: Spread;
  /** CPU time of the whole process for one message. */
  readonly cpuUs: Spread;
  /** The main thread's share of it; absent where the platform does not tell. */
  readonly mainCpuUs?: Spread;
  /** Messages for one second of CPU time: what one busy core carries. */
  readonly perCore: Spread;
  /** By thread, the busiest first; over all rounds. */
  readonly threads: readonly ThreadFigures[];
}

/** What one thread spends on one message, on average. */
export interface ThreadFigures {
  readonly name: string;
  readonly cpuUs: number;
  /** Times that it gave its core up, and times that it was taken from it. */
  readonly slept: number;
  readonly preempted: number;
}

/** The bus against `peer`, round by round; a ratio is of figures of the same round. */
export interface Ratio {
  readonly peer: string;
  readonly value: Spread;
  readonly perCore: Spread;
  /** What is asked for, and whether the median gives it; both absent where nothing is asked. */
  readonly reach?: number;
  readonly isReached?: boolean;
  /** Not even half of what is asked for: then the threads of the bus are shown. */
  readonly isFar?: boolean;
}

export interface ComparisonFigures {
  readonly name: string;
  readonly topology: string;
  readonly measure: Comparison['measure'];
  readonly rounds: number;
  readonly contestants: readonly ContestantFigures[];
  readonly absent: Measured['absent'];
  /** Absent when no peer could run. */
  readonly ratio?: Ratio;
  /** Cores that other processes kept busy in the rounds. */
  readonly coresBeside: Spread;
}

/** A ratio that misses what is asked for by this factor is not noise. */
const FAR = 2;

/** `process.cpuUsage` may stand still in a tiny round; one microsecond keeps the figures finite. */
const LEAST_CPU_MS = 0.001;

export function figuresOf(comparison: Comparison, measured: Measured): ComparisonFigures {
  const { tracks, absent } = measured;
  const ratio = ratioOf(comparison, tracks);
  const samples = tracks.flatMap((track) => track.samples);
  return {
    name: comparison.name,
    topology: comparison.topology,
    measure: comparison.measure,
    rounds: tracks[0]?.samples.length ?? 0,
    contestants: tracks.map(({ name, role, samples: own }) => ({
      name,
      role,
      value: spreadOf(own.map((sample) => figureOf(sample, comparison.measure))),
      cpuUs: spreadOf(own.map((sample) => 1e6 / perCoreOf(sample))),
      perCore: spreadOf(own.map(perCoreOf)),
      threads: threadsOf(own),
      ...mainCpuOf(own),
    })),
    absent,
    coresBeside: spreadOf(samples.map((sample) => sample.coresBeside)),
    ...(ratio === undefined ? {} : { ratio }),
  };
}

function mainCpuOf(samples: readonly Sample[]): { readonly mainCpuUs?: Spread } {
  const values: number[] = [];
  for (const { mainCpuMs, messages } of samples) {
    if (mainCpuMs !== undefined) values.push((mainCpuMs * 1_000) / messages);
  }
  return values.length === 0 ? {} : { mainCpuUs: spreadOf(values) };
}

function threadsOf(samples: readonly Sample[]): ThreadFigures[] {
  const messages = samples.reduce((sum, sample) => sum + sample.messages, 0);
  return totalUse(samples.map(({ threads }) => threads)).map(
    ({ name, cpuMs, slept, preempted }) => ({
      name,
      cpuUs: (cpuMs * 1_000) / messages,
      slept: slept / messages,
      preempted: preempted / messages,
    }),
  );
}

function ratioOf(comparison: Comparison, tracks: readonly Track[]): Ratio | undefined {
  const { measure, reach } = comparison;
  const bus = tracks.find((track) => track.role === 'bus');
  const peer = bestPeer(tracks, measure);
  if (bus === undefined || peer === undefined) return undefined;
  const value = spreadOf(roundRatios(bus, peer, (sample) => figureOf(sample, measure)));
  const perCore = spreadOf(roundRatios(bus, peer, perCoreOf));
  const ratio = { peer: peer.name, value, perCore };
  if (reach === undefined) return ratio;
  const isReached = measure === 'rate' ? value.median >= reach : value.median <= reach;
  const isFar = measure === 'rate' ? value.median * FAR < reach : value.median > reach * FAR;
  return { ...ratio, reach, isReached, isFar };
}

function bestPeer(tracks: readonly Track[], measure: Comparison['measure']): Track | undefined {
  const medianOf = ({ samples }: Track): number =>
    spreadOf(samples.map((sample) => figureOf(sample, measure))).median;
  const [first, ...others] = tracks.filter((track) => track.role === 'peer');
  return others.reduce((best, track) => {
    const isBetter =
      best === undefined ||
      (measure === 'rate' ? medianOf(track) > medianOf(best) : medianOf(track) < medianOf(best));
    return isBetter ? track : best;
  }, first);
}

function roundRatios(bus: Track, peer: Track, of: (sample: Sample) => number): number[] {
  return bus.samples.map((sample, round) => of(sample) / of(peer.samples[round] as Sample));
}

function figureOf({ messages, wallMs }: Sample, measure: Comparison['measure']): number {
  return measure === 'rate' ? (messages * 1_000) / wallMs : (wallMs * 1_000) / messages;
}

function perCoreOf({ messages, cpuMs }: Sample): number {
  return (messages * 1_000) / Math.max(cpuMs, LEAST_CPU_MS);
}
