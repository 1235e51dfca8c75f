/** Fan-out by the bus: one event a message, subscriptions on other threads. */

import { createBus } from '../../src/index.ts';
import type { Carrier } from '../harness/contestant.ts';
import { fanOutCarrier } from '../harness/fanning-out.ts';
import { type FanOut, fanOutWords, threadsOf } from '../messages/fan-out-counts.ts';
import { FAN_OUT_KEY } from './settings.ts';

/** Each subscriber gets a copy of its own, or, with `lease`, reads what lies in shared memory. */
export async function startSubscribed(fanOut: FanOut, lease: boolean): Promise<Carrier> {
  const bus = await createBus({ shards: 1 });
  const words = fanOutWords(fanOut.subscribers);
  for (const workerData of threadsOf(fanOut, words, lease)) {
    await bus.startWorker(new URL('../threads/bus-subscribers.js', import.meta.url), {
      workerData,
    });
  }
  return fanOutCarrier(fanOut, {
    name: lease ? 'the bus, leased' : 'the bus, copied',
    words,
    send: (bytes) => bus.tryPublish(FAN_OUT_KEY, bytes) === 'accepted',
    close: async () => {
      await bus.close();
    },
  });
}
