/** What a run leaves behind to be told. */
import type { LatencySummary } from '../metrics/histogram-door.ts';
import type { Counts } from './check.ts';
import type { Fault } from './faults.ts';
import type { LatencyName } from './latencies.ts';
import type { DemoOptions } from './options.ts';
import type { ShardCount } from './shard-shares.ts';

export interface PhaseResult {
  readonly name: string;
  readonly messages: number;
  readonly durationMs: number;
  /** Of the sending thread; undefined where the system does not say it. */
  readonly cpuUsPerMessage: number | undefined;
  readonly latencies: Readonly<Record<LatencyName, LatencySummary>>;
}

export interface DemoResult {
  readonly options: DemoOptions;
  /** Whole replays. */
  readonly replays: number;
  readonly messages: number;
  readonly phases: readonly PhaseResult[];
  /** Empty: every message arrived as it should. */
  readonly faults: readonly Fault[];
  /** From the threads' logs; undefined when sending itself failed. */
  readonly counts: Counts | undefined;
  readonly shards: readonly ShardCount[];
}
