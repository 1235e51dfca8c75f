/** A subscription in its owner's hands. */

import type { QueuedEvent } from './event-queue.ts';
import type { EventMessage, ReceivedMessage } from './message.ts';
import type { SubscriptionReceiver } from './subscription-receiver.ts';

/**
 * Iterate it, unless it was made with a callback: `for await (const event of subscription)`. `break` ends it. One
 * iteration at a time takes each event; two share them.
 */
export interface Subscription<Payload = unknown> extends AsyncIterable<EventMessage<Payload>> {
  /** Unique in this process. */
  readonly id: string;
  readonly pattern: string;
  /** Events that its bound dropped since it was made. */
  readonly missed: number;
  /** No further events; what is queued is given up. A second call returns the first's promise. */
  unsubscribe(): Promise<void>;
  /** Hands out nothing until `resume`; events queue up to the bound. */
  pause(): void;
  resume(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface SubscriptionParts {
  readonly id: string;
  readonly pattern: string;
  readonly receiver: SubscriptionReceiver;
  /** Takes it out of the bus. */
  readonly remove: () => Promise<void>;
  /** Something changed about who waits: the process may have to be held. */
  readonly onWaiting: () => void;
}

export class ClientSubscription implements Subscription {
  readonly id: string;
  readonly pattern: string;
  readonly #parts: SubscriptionParts;
  #ended: Promise<void> | undefined;

  constructor(parts: SubscriptionParts) {
    this.id = parts.id;
    this.pattern = parts.pattern;
    this.#parts = parts;
  }

  get missed(): number {
    return this.#parts.receiver.missed;
  }

  unsubscribe(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  pause(): void {
    this.#parts.receiver.pause();
  }

  resume(): void {
    this.#parts.receiver.resume();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  [Symbol.asyncIterator](): AsyncIterator<EventMessage> {
    const { receiver, onWaiting } = this.#parts;
    let last: QueuedEvent | undefined;
    const letGo = (): void => {
      if (last) receiver.done(last);
      last = undefined;
    };
    return {
      next: async () => {
        letGo();
        const next = receiver.next();
        onWaiting();
        last = await next;
        onWaiting();
        return last
          ? { done: false, value: last.message as ReceivedMessage & EventMessage }
          : { done: true, value: undefined };
      },
      return: async () => {
        letGo();
        await this.unsubscribe();
        return { done: true, value: undefined };
      },
    };
  }

  async #end(): Promise<void> {
    await this.#parts.remove();
    this.#parts.receiver.close();
    this.#parts.onWaiting();
  }
}
