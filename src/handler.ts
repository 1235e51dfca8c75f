/** The functions that users give the bus, and what they are called with. */
import type { BusVerbs } from './bus-verbs.ts';
import type { DeliveryContext } from './client/handler-context.ts';
import type { EventMessage, Message } from './client/message.ts';

/** The second argument of a handler or callback. */
export interface HandlerContext extends DeliveryContext {
  /** This thread's bus. */
  readonly bus: BusVerbs;
}

/**
 * Handles requests and notifications. What it returns, or the promise resolves to, is a request's reply; what it
 * throws is the caller's `ERR_BUS_HANDLER`, as its `cause`.
 */
export type MessageHandler<Payload = unknown, Reply = unknown> = (
  message: Message<Payload>,
  context: HandlerContext,
) => Reply | PromiseLike<Reply>;

/** A subscription's callback. What it returns is not looked at, but that a promise ends when it settles. */
export type EventHandler<Payload = unknown> = (
  event: EventMessage<Payload>,
  context: HandlerContext,
) => unknown;
