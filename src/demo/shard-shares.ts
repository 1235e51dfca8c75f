/** Whether each shard got its part of the traffic. */
import type { Faults } from './faults.ts';

export interface ShardCount {
  readonly shard: number;
  readonly threadId: number;
  /** Receipts in the receiving threads' logs of messages that this shard routes. */
  readonly messages: number;
}

/** With two shards each gets a fifth of all messages at least. */
const SHARE_OF_TWO_MIN = 1 / 5;

/**
 * Keys are spread by a hash and are not equally busy: with two shards the one that has not got the
 * audit key still has about a third. With more, one may be light by chance, but none idle.
 */
export function checkShares(shards: readonly ShardCount[], faults: Faults): void {
  const total = shards.reduce((sum, { messages }) => sum + messages, 0);
  const least = shards.length === 2 ? Math.ceil(total * SHARE_OF_TWO_MIN) : 1;
  for (const { shard, messages } of shards) {
    if (messages >= least && messages > 0) continue;
    faults.add(
      'starved shard',
      () => `shard ${shard} got ${messages} of ${total} messages, at least ${least} were due`,
    );
  }
}
