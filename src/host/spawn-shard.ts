/** The thread of a shard, and the thread that stands by for any of them. */
import type { WorkerOptions } from 'node:worker_threads';
import type { ShardBoot, StandbyBoot } from '../control/commands.ts';
import type { ControlHandle } from '../memory/control-words.ts';
import { type ShardHandle, shardHandle } from '../memory/shard-memory.ts';
import type { ResolvedConfig } from '../options.ts';
import { spawn, type Thread } from './spawn.ts';
import { workerEntry } from './worker-url.ts';

export interface ShardSurroundings {
  readonly control: ControlHandle;
  readonly shards: readonly ShardHandle[];
  readonly originMs: number;
  /** Whether a core is left for a shard to spin on. */
  readonly spin: boolean;
}

type ThreadConfig = Pick<ResolvedConfig, 'shardOptions' | 'workerUrl'>;

/** Throws `ERR_BUS_CONFIG` for options that Node refuses. */
export function spawnShard(
  shard: ShardHandle,
  surroundings: ShardSurroundings,
  config: ThreadConfig,
): Thread {
  const boot: ShardBoot = { ...bootOf(surroundings), shard: shardHandle(shard) };
  return spawnWith(boot, config);
}

/** It loads what a shard needs and waits to be told which one it is. Throws as `spawnShard` does. */
export function spawnStandby(
  surroundings: ShardSurroundings,
  config: ThreadConfig,
  summons: Int32Array,
): Thread {
  return spawnWith({ ...bootOf(surroundings), summons }, config);
}

/** Only what a thread can be given: views and classes stay behind. */
function bootOf({ control, originMs, shards, spin }: ShardSurroundings): Omit<ShardBoot, 'shard'> {
  return {
    control: { targets: control.targets, buffer: control.buffer },
    shards: shards.map(shardHandle),
    originMs,
    spin,
  };
}

function spawnWith(
  boot: ShardBoot | StandbyBoot,
  { shardOptions, workerUrl }: ThreadConfig,
): Thread {
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
  return spawn(entry.url, options as WorkerOptions, 'createBus', 'shardOptions.');
}
