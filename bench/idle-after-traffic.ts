/**
 * What a bus costs that has nothing to do but has things pending:
 *
 *     main    an endpoint, and requests that wait for their answers
 *     shards  two of them, one with the timers of the requests
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
  readonly topology: string;
  readonly watchedMs: number;
  readonly percentOfCore: number;
  readonly reach: number;
  readonly isReached: boolean;
}

/** Percent of a core. */
const REACH = 0.5;

const TRAFFIC = 100_000;
const TRAFFIC_LIMIT_MS = 60_000;

/** Few enough for an endpoint's default concurrency, each with a timer of its own. */
const PENDING_REQUESTS = 50;

/** Longer than any watch, so that no timer fires during it. */
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
      async () => await bus.request<NumberVerdict>(VERDICT_KEY, undefined),
    );
    await within(traffic.run(TRAFFIC), TRAFFIC_LIMIT_MS, 'traffic before the idle watch');
    abandoned.push(...(await leavePending(bus)));
    await pause(SETTLE_MS);
    const start = coreUse();
    await pause(idleMs);
    const { wallMs, processCpuMs } = coreUseSince(start);
    const percentOfCore = (processCpuMs / wallMs) * 100;
    return {
      topology: 'main, 2 shards, worker; endpoints, and requests with time-outs pending',
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

/** Resolves when every request waits in its handler; gives the promises that close() will reject. */
async function leavePending(bus: MessageBus): Promise<Promise<unknown>[]> {
  let handled = 0;
  let allHandled: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    allHandled = resolve;
  });
  await bus.registerEndpoint('silent', () => {
    handled += 1;
    if (handled === PENDING_REQUESTS) allHandled();
    return new Promise(() => undefined);
  });
  await bus.registerRoute(SILENCE_KEY, 'silent');
  const requests = Array.from({ length: PENDING_REQUESTS }, (_, index) =>
    bus.request(SILENCE_KEY, index, { timeout: PENDING_MS + index }),
  );
  // They are rejected at close; one that is rejected before fails the bench here.
  await within(Promise.race([waiting, ...requests]), TRAFFIC_LIMIT_MS, 'the pending requests');
  return requests;
}

export function idleText({ topology, ...figures }: IdleFigures): string {
  const seconds = (figures.watchedMs / 1_000).toFixed(1);
  const verdict = figures.isReached ? 'reached' : 'NOT REACHED';
  const percent = figures.percentOfCore.toFixed(2);
  return [
    topology,
    `  ${percent} % of a core over ${seconds} s, asked for under ${figures.reach} %: ${verdict}`,
  ].join('\n');
}
