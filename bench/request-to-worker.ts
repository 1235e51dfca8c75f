/**
 * Requests of a small object to a worker, each answered with a small object:
 *
 *     main --request--> shard --deliver--> worker (synchronous handler)
 *          <--reply----       <--reply----
 *
 * 64 under way at once, and one at a time. Against the best of Piscina's variants and comlink, with one
 * worker thread each. The peers reach their worker directly; the bus passes a shard both ways.
 */

import { createBus } from '../src/index.ts';
import { busConfig, ORDERS_KEY } from './bus/settings.ts';
import { askingCarrier } from './harness/asking.ts';
import type { Carrier, Comparison, Contestant } from './harness/contestant.ts';
import type { Receipt } from './messages/order.ts';
import { comlink } from './peers/comlink.ts';
import { piscinas } from './peers/piscina.ts';

const WINDOW = 64;

export const requestWindow64: Comparison = {
  name: 'request-window-64',
  topology: 'main -> shard -> worker -> shard -> main, small object, 64 under way',
  measure: 'rate',
  reach: 3,
  contestants: contestants(WINDOW),
};

export const requestSerial: Comparison = {
  name: 'request-serial',
  topology: 'main -> shard -> worker -> shard -> main, small object, one at a time',
  measure: 'trip',
  reach: 1.2,
  contestants: contestants(1),
};

function contestants(lanes: number): Contestant[] {
  return [
    { name: 'bus', role: 'bus', start: () => startBus(lanes) },
    ...piscinas(lanes),
    comlink(lanes),
  ];
}

async function startBus(lanes: number): Promise<Carrier> {
  const bus = await createBus(busConfig('default'));
  await bus.startWorker(new URL('./threads/bus-answers.js', import.meta.url));
  return askingCarrier(
    (order) => bus.request<Receipt>(ORDERS_KEY, order),
    lanes,
    async () => {
      await bus.close();
    },
  );
}
