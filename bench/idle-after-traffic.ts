/**
 * What a bus costs that has nothing to do but has things pending:
 *
 *     main    an endpoint, a request that waits for its answer, a retry that is not due
 *     shards  two of them, with the timers of both
 *     worker  an endpoint that has handled the traffic before
 *
 * All CPU time of the process counts, as percent of one core. Nothing is compared: idle peers are idle.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { createBus, type MessageBus } from '../src/index.ts';
import { notifyingCarrier } from './bus/notifying.ts';
import { busConfig, SILENCE_KEY, VERDICT_KEY } from './bus/settings.ts';
import { coreUse, coreUseSince } from './harness/cores.ts';
import { within } from './harness/deadline.ts';
import type { Plan } from './harness/plan.ts';
import type { NumberVerdict } from './messages/number-check.ts';

export interface IdleFigures {
  readonly name: string;
  readonly topology: string;
  readonly watchedMs: number;
  readonly percentOfCore: number;
  readonly reach: number;
  readonly isReached: boolean;
}

export const IDLE_NAME = 'idle-after-traffic';

/** Percent of a core. */
const REACH = 0.5;

const TRAFFIC = 100_000;
const TRAFFIC_LIMIT_MS = 60_000;

/** Longer than any watch, so that neither timer fires during it. */
const PENDING_MS = 120_000;

/** Concurrent garbage collection of the traffic ends before the watch begins. */
const SETTLE_MS = 500;

export async function idleAfterTraffic({ idleMs }: Plan): Promise<IdleFigures> {
  const bus = await createBus({ ...busConfig('window'), shards: 2 });
  const abandoned: Promise<unknown>[] = [];
  try {
    await bus.startWorker(new URL('./threads/bus-sink.js', import.meta.url), {
      workerData: { allowance: 'window' },
    });
    const traffic = notifyingCarrier(
      bus,
      async () => (await bus.request(VERDICT_KEY, undefined)) as NumberVerdict,
    );
    await within(traffic.run(TRAFFIC), TRAFFIC_LIMIT_MS, 'traffic before the idle watch');
    abandoned.push(...(await leavePending(bus)));
    await pause(SETTLE_MS);
    const start = coreUse();
    await pause(idleMs);
    const { wallMs, processCpuMs } = coreUseSince(start);
    const percentOfCore = (processCpuMs / wallMs) * 100;
    return {
      name: IDLE_NAME,
      topology: 'main, 2 shards, worker; endpoints, a request and a retry pending',
      watchedMs: wallMs,
      percentOfCore,
      reach: REACH,
      isReached: percentOfCore < REACH,
    };
  } finally {
    await bus.close({ drain: false });
    await Promise.allSettled(abandoned);
  }
}

/** Resolves when both handlers have been called; gives the promises that close() will reject. */
async function leavePending(bus: MessageBus): Promise<Promise<unknown>[]> {
  const retryKey = `${SILENCE_KEY}.retry`;
  let isAsked: () => void = () => undefined;
  let isTried: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const tried = new Promise<void>((resolve) => {
    isTried = resolve;
  });
  await bus.registerEndpoint('silent', () => {
    isAsked();
    return new Promise(() => undefined);
  });
  await bus.registerEndpoint(
    'failing',
    () => {
      isTried();
      throw new Error('tried again after the watch');
    },
    { retry: { attempts: 2, initial: PENDING_MS, max: PENDING_MS, jitter: 'none' } },
  );
  await bus.registerRoute(SILENCE_KEY, 'silent');
  await bus.registerRoute(retryKey, 'failing');
  const request = bus.request(SILENCE_KEY, undefined, { timeout: PENDING_MS });
  const notification = bus.notify(retryKey, undefined);
  // Rejections are expected at close; one before it fails the bench here.
  await within(
    Promise.race([Promise.all([asked, tried]), request, notification]),
    TRAFFIC_LIMIT_MS,
    'the pending request and retry',
  );
  return [request, notification];
}
