/**
 * postMessage to every receiving thread, with a window:
 *
 *     main --postMessage(Uint8Array)--> each thread, once, however many subscribers it has
 *
 * Subscribers of one thread share what it received, which the bus's copied subscribers do not: this favours postMessage.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Carrier } from '../harness/contestant.ts';
import { fanOutCarrier } from '../harness/fanning-out.ts';
import { type FanOut, fanOutWords, threadsOf } from '../messages/fan-out-counts.ts';

export async function startPostMessageFanOut(fanOut: FanOut): Promise<Carrier> {
  const words = fanOutWords(fanOut.subscribers);
  const file = new URL('../threads/post-message-subscribers.js', import.meta.url);
  const workers = threadsOf(fanOut, words, false).map(
    (thread) => new Worker(file, { workerData: thread }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'online')));
  return fanOutCarrier(fanOut, {
    name: 'postMessage',
    words,
    send: (bytes) => {
      for (const worker of workers) worker.postMessage(bytes);
      return true;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  });
}
