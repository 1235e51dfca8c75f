import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { ThreadRoll, threadSnapshot, totalUse } from '../../../../bench/harness/thread-use.ts';

const isLinux = process.platform === 'linux';

/** A thread that works until it has been busy for ten milliseconds, then says so and lives on. */
async function busyWorker(): Promise<Worker> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', () => {
       const end = performance.now() + 10;
       while (performance.now() < end);
       parentPort.postMessage('done');
     });
     parentPort.postMessage('up');`,
    { eval: true },
  );
  await new Promise((resolve) => worker.once('message', resolve));
  return worker;
}

describe('ThreadRoll', () => {
  it('names a thread by what was started when it appeared, and tells what it used', async ({
    skip,
  }) => {
    if (!isLinux) skip('only Linux tells');
    const roll = new ThreadRoll();
    const worker = await busyWorker();
    roll.claim((number) => `mine ${number}`);
    const before = threadSnapshot();
    worker.postMessage('work');
    await new Promise((resolve) => worker.once('message', resolve));
    // It sleeps soon after it has said that it is done: on a busy machine not at once.
    const own = await vi.waitUntil(() => {
      const uses = roll.between(before, threadSnapshot());
      return uses.find(({ name, slept }) => name === 'mine 1' && slept > 0);
    });
    await worker.terminate();
    expect(own.cpuMs).toBeGreaterThan(0);
  });

  it('leaves out what was idle', () => {
    const snapshot = threadSnapshot();
    expect(new ThreadRoll().between(snapshot, snapshot)).toEqual([]);
  });
});

describe('totalUse', () => {
  it('adds the rounds up by thread, the busiest first', () => {
    const use = (name: string, cpuMs: number): object => ({ name, cpuMs, slept: 1, preempted: 2 });
    const rounds = [
      [use('a', 1), use('b', 2)],
      [use('a', 5), use('b', 2)],
    ] as Parameters<typeof totalUse>[0];
    expect(totalUse(rounds)).toEqual([
      { name: 'a', cpuMs: 6, slept: 2, preempted: 4 },
      { name: 'b', cpuMs: 4, slept: 2, preempted: 4 },
    ]);
  });
});
