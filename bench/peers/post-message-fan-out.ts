/**
 * postMessage to every receiving thread, with a window:
 *
 *     main --postMessage(Uint8Array)--> each thread, once, or once for each of its subscribers
 *
 * Once: subscribers of one thread share what it received, which the bus's copied subscribers do not. Once for each: every
 * subscriber owns its bytes, as the bus's do.
 */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Carrier } from '../harness/contestant.ts';
import { fanOutCarrier } from '../harness/fanning-out.ts';
import { type FanOut, fanOutWords, threadsOf } from '../messages/fan-out-counts.ts';

/** `own`: every subscriber gets a message of its own. */
export async function startPostMessageFanOut(fanOut: FanOut, own: boolean): Promise<Carrier> {
  const words = fanOutWords(fanOut.subscribers);
  const file = new URL('../threads/post-message-subscribers.js', import.meta.url);
  const workers = threadsOf(fanOut, words, false).map(
    (thread) => new Worker(file, { workerData: { ...thread, own } }),
  );
  const times = own ? fanOut.subscribers / fanOut.threads : 1;
  await Promise.all(workers.map((worker) => once(worker, 'online')));
  return fanOutCarrier(fanOut, {
    name: 'postMessage',
    words,
    send: (bytes) => {
      for (const worker of workers) {
        for (let i = 0; i < times; i++) worker.postMessage(bytes);
      }
      return true;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  });
}
