/**
 * How long a shard is missed whose thread was killed under load:
 *
 *     main --1 000 requests under way--> 2 shards --> main (synchronous handler), one shard terminated at a time
 *
 * From the end of its thread until its successor has taken over. Every request must be answered, rightly and once.
 */

import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { createBus, type MessageBus } from '../src/index.ts';
import { type ShardThreads, watchShardThreads } from './bus/shard-threads.ts';
import { within } from './harness/deadline.ts';
import { type Spread, spreadOf } from './harness/statistics.ts';

export interface TakeoverPlan {
  readonly kills: number;
  readonly lanes: number;
}

export interface TakeoverFigures {
  readonly topology: string;
  readonly kills: number;
  readonly ms: Spread;
  readonly answered: number;
  readonly reach: number;
  readonly isReached: boolean;
}

/** Ms: what is asked for. */
const REACH_MS = 100;

const SHARDS = 2;
const KEYS = 64;
const LIMIT_MS = 30_000;
/** Traffic between two kills, so that the next one hits a shard at work and a thread stands by again. */
const BETWEEN_MS = 150;

export async function measureTakeover({ kills, lanes }: TakeoverPlan): Promise<TakeoverFigures> {
  const threads = watchShardThreads();
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const bus = await createBus({ shards: SHARDS, logger });
  try {
    const traffic = await startTraffic(bus, lanes);
    const times: number[] = [];
    await pause(BETWEEN_MS);
    for (let kill = 0; kill < kills; kill++) {
      times.push(await within(killOne(bus, threads, kill), LIMIT_MS, `takeover ${kill}`));
      await pause(BETWEEN_MS);
    }
    const answered = await within(traffic.stop(), LIMIT_MS, 'the last requests');
    const ms = spreadOf(times);
    return {
      topology: `main -> ${SHARDS} shards -> main, ${lanes} requests under way, a shard killed`,
      kills,
      ms,
      answered,
      reach: REACH_MS,
      isReached: ms.median < REACH_MS,
    };
  } finally {
    threads.stop();
    await bus.close({ drain: false });
  }
}

function ignore(): void {
  // The deaths are wanted: nobody need be told.
}

interface Traffic {
  /** Resolves with the number of requests; rejects when one was answered wrongly or not at all. */
  readonly stop: () => Promise<number>;
}

async function startTraffic(bus: MessageBus, lanes: number): Promise<Traffic> {
  await bus.registerEndpoint('echo', ({ payload }) => payload, { concurrency: lanes });
  await bus.registerRoute('bench.takeover.*', 'echo');
  let isOver = false;
  let next = 0;
  const lane = async (): Promise<void> => {
    while (!isOver) {
      const number = next++;
      const reply = await bus.request(`bench.takeover.${number % KEYS}`, { number });
      const answered = (reply as { readonly number: number }).number;
      if (answered !== number) throw new Error(`request ${number} was answered with ${answered}`);
    }
  };
  const all = Promise.all(Array.from({ length: lanes }, lane));
  // Whoever stops the traffic hears of it.
  all.catch(ignore);
  return {
    stop: async () => {
      isOver = true;
      await all;
      return next;
    },
  };
}

async function killOne(bus: MessageBus, threads: ShardThreads, kill: number): Promise<number> {
  const living = threads.living();
  const victim = living[kill % living.length];
  if (victim === undefined) throw new Error('no shard is alive');
  const { threadId } = victim;
  let endedMs = 0;
  const note = ({ threadId: ended }: { readonly threadId: number }): void => {
    if (ended === threadId) endedMs = performance.now();
  };
  bus.on('shardRestart', note);
  await victim.terminate();
  while (endedMs === 0 || (await bus.health()).state !== 'ok') await turn();
  bus.off('shardRestart', note);
  return performance.now() - endedMs;
}

export function takeoverText({
  answered,
  isReached,
  kills,
  ms,
  reach,
  topology,
}: TakeoverFigures): string {
  const times = [ms.min, ms.max].map((time) => time.toFixed(0)).join(' .. ');
  const verdict = isReached ? 'reached' : 'NOT REACHED';
  return [
    topology,
    `  ${ms.median.toFixed(0)} ms (${times}) until the successor has taken over, asked for under ${reach} ms: ${verdict}`,
    `  ${kills} kills, ${answered} requests answered rightly`,
  ].join('\n');
}
