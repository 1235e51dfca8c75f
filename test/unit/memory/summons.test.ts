import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { awaitSummons, createSummons, summon } from '../../../src/memory/summons.ts';

describe('a summons', () => {
  it('that has come is known at once, shard 0 too', () => {
    for (const shard of [0, 63]) {
      const word = createSummons();
      summon(word, shard);
      expect(awaitSummons(word)).toBe(shard);
    }
  });

  it('wakes a thread that waits for it', async () => {
    const word = createSummons();
    const code =
      "const { parentPort, workerData } = require('node:worker_threads');" +
      "parentPort.postMessage('waits'); Atomics.wait(workerData, 0, 0); parentPort.postMessage(workerData[0]);";
    const worker = new Worker(code, { eval: true, workerData: word });
    await once(worker, 'message');
    summon(word, 4);
    expect(await once(worker, 'message')).toEqual([5]);
    await worker.terminate();
  });
});
