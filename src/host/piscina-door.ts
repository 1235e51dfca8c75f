/**
 * The threads of pools: hosted by Piscina, and this is the only file that knows it. Each thread has a Piscina of its own
 * that starts no thread by itself: when a thread is replaced is the pool's decision, which Piscina leaves to nobody.
 * It runs no messages: a task joins the thread to the bus or takes it out, and between the two Piscina has it idle.
 */
import { fileURLToPath } from 'node:url';
import type { MessagePort, Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { ThreadOptions } from '../options.ts';
import type { PoolReport, PoolTask } from './pool-task.ts';
import { refusedOptions } from './spawn.ts';
import { workerEntry } from './worker-url.ts';

export interface PoolThread {
  readonly worker: Worker;
  /** Settles with the task; never when the thread ends while it starts: watch the worker. */
  readonly joined: Promise<PoolReport>;
  /** Not after the thread's end: it would start another one. */
  run(task: PoolTask): Promise<PoolReport>;
  /** Terminates the thread, if it runs. Resolves when it has ended. */
  end(): Promise<void>;
}

/** Throws `ERR_BUS_CONFIG` for options that Node refuses. */
export function startPoolThread(
  options: ThreadOptions,
  join: PoolTask,
  transferList: readonly MessagePort[],
): PoolThread {
  const entry = workerEntry('pool-thread');
  const piscina = new Piscina({
    ...(options as object),
    filename: fileURLToPath(entry.url),
    name: 'servePool',
    argv: [...entry.argv],
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    // With Atomics an idle thread would block its event loop, which is the bus's.
    atomics: 'disabled',
    recordTiming: false,
  });
  // The worker's own events say more, and an 'error' without a listener would be thrown.
  piscina.on('error', () => {});
  const run = (task: PoolTask, transfer: readonly MessagePort[]): Promise<PoolReport> =>
    piscina.run(task, { transferList: [...transfer] as never[] });
  try {
    const joined = run(join, transferList);
    const [worker] = piscina.threads;
    if (worker === undefined) throw new TypeError('no thread was started');
    return { worker, joined, run: (task) => run(task, []), end: () => piscina.destroy() };
  } catch (cause) {
    // Not destroyed: no thread runs, and it would reject the task, whose promise nobody has.
    throw refusedOptions('registerPool', cause);
  }
}
