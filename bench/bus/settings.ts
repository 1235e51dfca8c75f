/** How the buses of the benches are set up, and the names that their threads agree on. */

import type { BusConfig } from '../../src/index.ts';

/** The key of the throughput rows: exact, and the same for each message, as postMessage has one port. */
export const NUMBERS_KEY = 'bench.numbers';

/** Answers with the receiver's verdict. */
export const VERDICT_KEY = 'bench.verdict';

/** The key of the request rows. */
export const ORDERS_KEY = 'bench.orders';

/** Never answered: keeps a request and its timer pending. */
export const SILENCE_KEY = 'bench.silence';

/** How the receiving endpoint of the throughput rows is registered. */
export type Allowance = 'raised' | 'default';

/**
 * As many deliveries handed over at once as postMessage has messages under way. By default an endpoint
 * gets 100, which is right for handlers that wait and less than what a batch of synchronous ones can take.
 */
const RAISED_DELIVERIES = 4_000;

/** One shard: one key is one shard, and more threads than cores only take turns. */
export function busConfig(allowance: Allowance): BusConfig {
  return allowance === 'raised'
    ? { shards: 1, maxConcurrentDeliveries: RAISED_DELIVERIES }
    : { shards: 1 };
}

export function endpointOptions(allowance: Allowance): { readonly concurrency?: number } {
  return allowance === 'raised' ? { concurrency: RAISED_DELIVERIES } : {};
}
