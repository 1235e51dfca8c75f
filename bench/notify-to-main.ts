/**
 * How many messages a second pass a shard when both ends are on the main thread:
 *
 *     main --tryNotify--> shard --deliver--> main (synchronous handler)
 *          <--settled----       <--acknowledge--
 *
 * Every message is a fresh Uint8Array(64), routed by its key, checked by the handler and acknowledged.
 * Against postMessage one way from main to a worker, which is neither routed nor comes back.
 */

import { createBus } from '../src/index.ts';
import { notifyingCarrier } from './bus/notifying.ts';
import { type Allowance, busConfig, endpointOptions, NUMBERS_KEY } from './bus/settings.ts';
import type { Carrier, Comparison } from './harness/contestant.ts';
import { NumberCheck } from './messages/number-check.ts';
import { postMessage } from './peers/post-message.ts';

export const notifyToMain: Comparison = {
  name: 'notify-to-main',
  topology: 'main -> shard -> main, 64 bytes, acknowledged',
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
  const check = new NumberCheck();
  await bus.registerEndpoint(
    'numbers',
    (message) => {
      check.receive(message.payload);
    },
    endpointOptions(allowance),
  );
  await bus.registerRoute(NUMBERS_KEY, 'numbers');
  return notifyingCarrier(bus, async () => check.verdict);
}
