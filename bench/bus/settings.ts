/** How the buses of the benches are set up, and the names that their threads agree on. */

import type { BusConfig } from '../../src/index.ts';

/** The key of the throughput rows: exact, and the same for each message, as postMessage has one port. */
export const NUMBERS_KEY = 'bench.numbers';

/** Answers with the receiver's verdict. */
export const VERDICT_KEY = 'bench.verdict';

/** The key of the request rows. */
export const ORDERS_KEY = 'bench.orders';

/** The key of the fan-out rows. */
export const FAN_OUT_KEY = 'bench.fan-out';

/** Never answered: keeps a request and its timer pending. */
export const SILENCE_KEY = 'bench.silence';

/** Whether the bounds of the bus are set to the peer's window or left as they come. */
export type Allowance = 'window' | 'default';

/**
 * Messages under way at most, as `postMessage` has 4 000: an eighth of the slots is kept for replies.
 * By default a client has 16 384 slots and an endpoint is handed 164 messages at once on a thread: right
 * for handlers that wait, while a sender of nothing but notifications makes most of its messages wait in
 * the shard.
 */
const WINDOW_SLOTS = 4_608;

/** One shard: one key is one shard, and more threads than cores only take turns. */
export function busConfig(allowance: Allowance): BusConfig {
  return allowance === 'window'
    ? { shards: 1, slots: WINDOW_SLOTS, maxConcurrentDeliveries: WINDOW_SLOTS }
    : { shards: 1 };
}

export function endpointOptions(allowance: Allowance): { readonly concurrency?: number } {
  return allowance === 'window' ? { concurrency: WINDOW_SLOTS } : {};
}
