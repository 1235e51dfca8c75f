/** What a subscription's receiver asks of, and tells to, its surroundings. */
import type { LoanContext } from './handler-context.ts';
import type { ReceivedMessage } from './message.ts';

export type EventHandler = (event: ReceivedMessage, context: LoanContext) => unknown;

export interface SubscriptionCallbacks {
  readonly handler: EventHandler | undefined;
  /** A callback threw or rejected, or the payload could not be read; the subscription goes on. */
  readonly onError: (error: unknown, event: Pick<ReceivedMessage, 'routingKey'>) => void;
  /** The queue has met its bound, for the first time since it was at most half full. */
  readonly onSlow: (queued: number, missed: number) => void;
  /** Events that shards dropped for it, since it was made. */
  readonly droppedByShards: () => number;
  /** Events that a shard has lent to it and keeps for it; wraps, and may be too low while none waits there. */
  readonly keptBy: (shard: number) => number;
}
