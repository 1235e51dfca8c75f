/**
 * Thread entry of a shard. It starts bare: nothing but the shard core and memory is loaded. One that stands by sleeps
 * until it is told which shard it is.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { busClock } from '../src/control/bus-clock.ts';
import type { ShardBoot, ShardNotice, StandbyBoot } from '../src/control/commands.ts';
import { type PackedCommand, unpackCommand } from '../src/control/packed-command.ts';
import { awaitSummons } from '../src/memory/summons.ts';
import { runShard } from '../src/shard/shard-loop.ts';
import { coreWaitMs } from './core-wait.ts';

const boot = workerData as ShardBoot | StandbyBoot;
const port = parentPort;
if (port === null) throw new Error('shard-worker is a worker entry, not a program');
const now = busClock(boot.originMs);

const tell = (notice: ShardNotice): void => port.postMessage(notice);

const serve = (served: ShardBoot): void => {
  runShard(served, {
    now,
    random: Math.random,
    forgot: (client) => tell({ forgot: client }),
    turned: (target) => tell({ turned: target }),
    explained: (question, answer) => tell({ question, answer }),
    coreWaitMs: () => coreWaitMs(),
    takeCommand: () => {
      const posted = receiveMessageOnPort(port);
      return posted === undefined ? undefined : unpackCommand(posted.message as PackedCommand);
    },
  });
  port.close();
};

tell({ ready: true });
if ('shard' in boot) serve(boot);
else {
  const id = awaitSummons(boot.summons);
  const shard = boot.shards[id];
  if (shard === undefined) throw new RangeError(`there is no shard ${id} to take over`);
  serve({ ...boot, shard });
}
