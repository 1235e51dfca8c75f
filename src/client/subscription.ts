/** A subscription in its owner's hands. */

import { BusError } from '../message/errors.ts';
import type { QueuedEvent } from './event-queue.ts';
import type { EventMessage, ReceivedMessage } from './message.ts';
import type { SubscriptionReceiver } from './subscription-receiver.ts';

/**
 * Iterate it, unless it was made with a callback: `for await (const event of subscription)`. `break`, `return` and
 * `throw` end the subscription. Asking for the next event is to be done with those before; calls of `next` at once get
 * one event each, in order. Two iterations share the events. After the end, which gives up what was queued, every
 * iteration is over. Of one that was made with a callback, to begin an iteration throws `ERR_BUS_CONFIG`.
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
  /** Its events go to a callback: none are left to iterate. */
  readonly hasCallback: boolean;
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
    const { receiver, onWaiting, hasCallback } = this.#parts;
    if (hasCallback) throw notIterable(this);
    // More than one when several were asked for at once.
    const inHand: QueuedEvent[] = [];
    const letGo = (): void => {
      for (const event of inHand.splice(0)) receiver.done(event);
    };
    const end = async (): Promise<void> => {
      letGo();
      try {
        await this.unsubscribe();
      } finally {
        // Who had asked before the end may have got an event meanwhile, and will not ask for another one.
        letGo();
      }
    };
    return {
      next: async () => {
        letGo();
        const next = receiver.next();
        onWaiting();
        const event = await next;
        onWaiting();
        if (event === undefined) return { done: true, value: undefined };
        inHand.push(event);
        return { done: false, value: event.message as ReceivedMessage & EventMessage };
      },
      return: async () => {
        await end();
        return { done: true, value: undefined };
      },
      throw: async (error: unknown) => {
        await end();
        throw error;
      },
    };
  }

  async #end(): Promise<void> {
    await this.#parts.remove();
    this.#parts.receiver.close();
    this.#parts.onWaiting();
  }
}

/** All of its events go to the callback: who iterated it would wait for ever. */
function notIterable({ id, pattern }: Subscription): BusError {
  const [expected, got] = ['one made without a callback', 'one that calls its callback'];
  const text = `The subscription to '${pattern}' cannot be iterated: expected ${expected}, got ${got}.`;
  return new BusError('ERR_BUS_CONFIG', text, { details: { subscription: id, expected, got } });
}
