/** The thread of a shard. */
import type { WorkerOptions } from 'node:worker_threads';
import type { ShardBoot } from '../control/commands.ts';
import type { ControlHandle } from '../memory/control-words.ts';
import type { ShardHandle } from '../memory/shard-memory.ts';
import type { ResolvedConfig } from '../options.ts';
import { spawn, type Thread } from './spawn.ts';
import { workerEntry } from './worker-url.ts';

export interface ShardSurroundings {
  readonly control: ControlHandle;
  readonly shards: readonly ShardHandle[];
  readonly epochMs: number;
}

/** Throws `ERR_BUS_CONFIG` for options that Node refuses. */
export function spawnShard(
  { id, targets, buffer }: ShardHandle,
  { control, epochMs, shards }: ShardSurroundings,
  spin: boolean,
  { shardOptions, workerUrl }: Pick<ResolvedConfig, 'shardOptions' | 'workerUrl'>,
): Thread {
  const boot: ShardBoot = {
    shard: { id, targets, buffer },
    control: { targets: control.targets, buffer: control.buffer },
    shards: shards.map((shard) => ({ id: shard.id, targets: shard.targets, buffer: shard.buffer })),
    epochMs,
    spin,
  };
  const entry =
    workerUrl === undefined
      ? workerEntry('shard-worker')
      : { url: new URL(workerUrl), argv: [] as readonly string[] };
  const options = {
    // The program's own flags (loaders, inspectors, coverage) are not for a thread that runs none of its code.
    execArgv: [],
    ...shardOptions,
    argv: [...entry.argv],
    workerData: boot,
  };
  return spawn(entry.url, options as WorkerOptions, 'shardOptions');
}
