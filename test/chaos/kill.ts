/** One death: ordered, awaited, made good again. */
import type { Worker } from 'node:worker_threads';
import type { Random } from '../sim/simulator/random.ts';
import { AIM, AIMED, NOW, STRUCK, THREAD, WAY, WAYS } from './threads/layout.mjs';

export const ROLES = ['shard', 'endpoint', 'sender', 'pool'] as const;
export type Role = (typeof ROLES)[number];

export interface Kill {
  readonly role: Role;
  readonly way: (typeof WAYS)[number];
  /** It hits the thread while it handles a message chosen by hash. */
  readonly isAimed: boolean;
}

/** What the handler of a pool can do to its thread. */
const POOL_WAYS = WAYS.filter((way) => way !== 'terminate');

/** Every second one is aimed. */
export function drawKill(role: Role, random: Random, number: number): Kill {
  const way = random.pick(role === 'pool' ? POOL_WAYS : WAYS);
  return { role, way, isAimed: number % 2 === 0 };
}

/** How often main looks at what other threads have done, ms. */
export const LOOK_MS = 2;
/** A thread that has been busy in a loop for so long is ended by whoever watches it; shards are the bus's business. */
const LOOP_MS = 50;
/** Nothing in a run takes longer, on a busy machine either. */
const PATIENCE_MS = 20_000;

/** Orders the death of a thread, and resolves with the time of its end. */
export async function endThread(
  worker: Worker,
  kill: Kill,
  orders: Int32Array,
  order: number,
): Promise<number> {
  const { isAimed, role, way } = kill;
  const ended = new Promise<number>((resolve) => {
    worker.once('exit', () => resolve(performance.now()));
  });
  const endedInTime = within(ended, () => `${role} with order ${way}, aimed: ${isAimed}, lives on`);
  if (way === 'terminate' && !isAimed) {
    void worker.terminate();
    return endedInTime;
  }
  give(kill, orders, order);
  const isBusy = way === 'terminate' || (way === 'loop' && role !== 'shard');
  if (isBusy) {
    await soon(() => orders[order + STRUCK] !== 0, wordsOf(kill));
    if (way === 'loop') await later(LOOP_MS);
    void worker.terminate();
  }
  return endedInTime;
}

/** Orders the death of whichever thread of the pool meets the order first, and resolves with its id. */
export async function strikePool(kill: Kill, orders: Int32Array, order: number): Promise<number> {
  give(kill, orders, order);
  await soon(() => Atomics.load(orders, order + STRUCK) !== 0, wordsOf(kill));
  return orders[order + THREAD] as number;
}

function give({ isAimed, way }: Kill, orders: Int32Array, order: number): void {
  orders[order + STRUCK] = 0;
  orders[order + AIM] = isAimed ? AIMED : NOW;
  Atomics.store(orders, order + WAY, WAYS.indexOf(way) + 1);
}

function wordsOf({ isAimed, role, way }: Kill): string {
  return `${role} obeys ${way}, aimed: ${isAimed}`;
}

/** Resolves when `condition` holds; rejects after a long time. */
export async function soon(
  condition: () => boolean | Promise<boolean>,
  what: string,
  lookMs: number = LOOK_MS,
): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`in vain for ${PATIENCE_MS} ms: ${what}`);
    await later(lookMs);
  }
}

function within<Value>(promise: Promise<Value>, what: () => string): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(what())), PATIENCE_MS);
    void promise.then(resolve).finally(() => clearTimeout(timer));
  });
}

export function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
