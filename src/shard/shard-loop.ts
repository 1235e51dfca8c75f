/**
 * The thin loop around a shard core in its worker: step, spin a little where the cores allow it, then sleep on the
 * doorbell until work, a command or the next timer. It never returns to the event loop while it runs, so commands are
 * taken off the port directly; a thrown error ends the worker, which is how main learns of a crash.
 */
import type { ShardBoot, ShardCommand } from '../control/commands.ts';
import { BELL, PARKED } from '../memory/client-memory.ts';
import { Bell, Sleeper } from '../memory/doorbell.ts';
import { recordLatency } from '../memory/latency-bins.ts';
import {
  acknowledgeCommand,
  openShardMemory,
  SHARD_BELL,
  SHARD_PARKED,
} from '../memory/shard-memory.ts';
import { waitForBell } from '../memory/wait.ts';
import { ShardCore } from './shard-core.ts';
import type { ShardServices } from './shard-state.ts';
import { SpinPatience } from './spin-patience.ts';

/** Steps with work between two looks at the command port. */
const STEPS_PER_LOOK = 64;
const US_PER_MS = 1_000;

export interface ShardEnvironment extends ShardServices {
  /** Ms since the bus epoch. */
  readonly now: () => number;
  /** The next command that main has posted, without waiting. */
  readonly takeCommand: () => { seq: number; command: ShardCommand } | undefined;
  /** Ms that the threads of the process have waited for a core; undefined where nobody knows. */
  readonly coreWaitMs: () => number | undefined;
}

/** Runs until main says `close`. */
export function runShard(boot: ShardBoot, environment: ShardEnvironment): void {
  const { now } = environment;
  const memory = openShardMemory(boot.shard);
  const core = new ShardCore(boot, environment);
  const sleeper = new Sleeper(memory.words, SHARD_PARKED, SHARD_BELL);
  const patience = new SpinPatience(boot.spin, environment.coreWaitMs);
  const takeCommands = (): boolean => obey(core, memory.words, environment);
  sleeper.unpark();
  let steps = 0;
  while (!core.closed) {
    const nowMs = now();
    const work = timedStep(core, memory.latency, nowMs, now);
    if (work > 0) {
      patience.foundWork(work);
      if (++steps % STEPS_PER_LOOK === 0) {
        takeCommands();
        core.publishCounters();
      }
    } else if (patience.isOver(nowMs)) {
      core.publishCounters();
      const rung = sleeper.park();
      if (!takeCommands() && timedStep(core, memory.latency, now(), now) === 0) {
        waitForBell(sleeper, rung, core.sleepMs(now()));
      }
      sleeper.unpark();
      patience.slept();
    }
  }
  core.publishCounters();
}

/** What a step reads waits for its end until it is seen: that is the latency of each of its messages. */
function timedStep(
  core: ShardCore,
  latency: Float64Array,
  nowMs: number,
  now: () => number,
): number {
  const { counts } = core.state.counters;
  const before = counts.routed;
  const work = core.step(nowMs);
  const routed = counts.routed - before;
  if (routed > 0) recordLatency(latency, 0, (now() - nowMs) * US_PER_MS, routed);
  return work;
}

function obey(core: ShardCore, words: Int32Array, environment: ShardEnvironment): boolean {
  let obeyed = false;
  for (let next = environment.takeCommand(); next; next = environment.takeCommand()) {
    core.apply(next.command);
    acknowledgeCommand(words, next.seq);
    obeyed = true;
  }
  if (obeyed) ringMain(core);
  return obeyed;
}

/** Main is client 0; until it is attached nobody waits on that bell. */
function ringMain(core: ShardCore): void {
  const main = core.state.links[0];
  if (main) new Bell(main.memory.words, PARKED, BELL).ring();
}
