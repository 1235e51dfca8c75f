/**
 * comlink, one worker thread, a call with a small object:
 *
 *     main --answerOrder(order)--> worker
 *          <--receipt-------------
 */

import { MessageChannel, Worker } from 'node:worker_threads';
import type { Remote } from 'comlink';
import { askingCarrier } from '../harness/asking.ts';
import type { AbsentPackage, Carrier, Contestant } from '../harness/contestant.ts';
import type { answerOrder } from '../messages/order.ts';
import { ifInstalled } from './installed.ts';

interface Service {
  readonly answerOrder: typeof answerOrder;
}

/** With `lanes` calls under way. */
export function comlink(lanes: number): Contestant {
  return { name: 'comlink', role: 'peer', start: () => startComlink(lanes) };
}

async function startComlink(lanes: number): Promise<Carrier | AbsentPackage> {
  const module = await ifInstalled('comlink', () => import('comlink'));
  if ('absent' in module) return module;
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('../threads/comlink-answers.js', import.meta.url), {
    workerData: { port: port2 },
    transferList: [port2],
  });
  const service: Remote<Service> = module.wrap<Service>(port1);
  return askingCarrier(
    (order) => service.answerOrder(order),
    lanes,
    async () => {
      port1.close();
      await worker.terminate();
    },
  );
}
