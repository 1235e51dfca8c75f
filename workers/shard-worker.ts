/** Thread entry of a shard. It starts bare: nothing but the shard core and memory is loaded. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { NumberedCommand, ShardBoot, ShardNotice } from '../src/control/commands.ts';
import { runShard } from '../src/shard/shard-loop.ts';
import { coreWaitMs } from './core-wait.ts';

const boot = workerData as ShardBoot;
const port = parentPort;
if (port === null) throw new Error('shard-worker.js is a worker entry, not a program');
const offsetMs = performance.timeOrigin - boot.epochMs;

const tell = (notice: ShardNotice): void => port.postMessage(notice);

tell({ ready: true });
runShard(boot, {
  now: () => performance.now() + offsetMs,
  random: Math.random,
  forgot: (client) => tell({ forgot: client }),
  explained: (question, answer) => tell({ question, answer }),
  coreWaitMs: () => coreWaitMs(),
  takeCommand: () => receiveMessageOnPort(port)?.message as NumberedCommand | undefined,
});
port.close();
