/**
 * How many messages a second pass a shard to a third thread:
 *
 *     main --tryNotify--> shard --deliver--> worker (synchronous handler)
 *          <--settled----       <--acknowledge--
 *
 * Every message is a fresh Uint8Array(64), routed by its key, checked by the handler and acknowledged.
 * Against postMessage one way from main to a worker.
 */

import { createBus } from '../src/index.ts';
import { notifyingCarrier } from './bus/notifying.ts';
import { type Allowance, busConfig, VERDICT_KEY } from './bus/settings.ts';
import type { Carrier, Comparison } from './harness/contestant.ts';
import type { NumberVerdict } from './messages/number-check.ts';
import { postMessage } from './peers/post-message.ts';

export const notifyToWorker: Comparison = {
  name: 'notify-to-worker',
  topology: 'main -> shard -> worker, 64 bytes, acknowledged',
  measure: 'rate',
  reach: 6,
  contestants: [
    { name: 'bus', role: 'bus', start: () => startBus('window') },
    { name: 'bus, default bounds', role: 'aside', start: () => startBus('default') },
    postMessage,
  ],
};

async function startBus(allowance: Allowance): Promise<Carrier> {
  const bus = await createBus(busConfig(allowance));
  await bus.startWorker(new URL('./threads/bus-sink.js', import.meta.url), {
    workerData: { allowance },
  });
  return notifyingCarrier(
    bus,
    async () => await bus.request<NumberVerdict>(VERDICT_KEY, undefined),
  );
}
