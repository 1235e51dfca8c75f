/**
 * Compiled by `npm run types`, never run: what a handler may be and what it is given. A line under `@ts-expect-error`
 * that compiles after all is an error, as is any other that does not.
 */
import type {
  BusVerbs,
  EventHandler,
  EventMessage,
  HandlerContext,
  Message,
  MessageHandler,
} from '../../src/index.ts';

interface Order {
  readonly amount: number;
}

interface Receipt {
  readonly ok: boolean;
}

export async function handlersSayWhatTheyTake(bus: BusVerbs): Promise<void> {
  await bus.registerEndpoint('a', (message: Message<Order>) => message.payload.amount);
  await bus.registerEndpoint('a', async ({ payload }: Message<Order>, context) => {
    context satisfies HandlerContext;
    return { ok: payload.amount > 0 };
  });
  await bus.registerEndpoint<Order, Receipt>('a', async (message) => {
    return { ok: message.payload.amount > 0 };
  });
  await bus.registerEndpoint('a', () => {}, { concurrency: 10 });
  // @ts-expect-error: what is not said is not known.
  await bus.registerEndpoint('a', (message) => message.payload.amount);
  // @ts-expect-error: not the reply that was promised.
  await bus.registerEndpoint<Order, Receipt>('a', async () => ({ fine: true }));
  // @ts-expect-error: a handler is a function.
  await bus.registerEndpoint('a', { handle: () => 1 });
  // @ts-expect-error: an option that there is not.
  await bus.registerEndpoint('a', () => 1, { concurency: 10 });
}

export async function eventsSayWhatTheyBring(bus: BusVerbs): Promise<void> {
  await bus.subscribe('a', (event: EventMessage<Order>) => event.payload.amount);
  await bus.subscribe('a', (event: Message<Order>) => event.payload.amount);
  await bus.subscribe<Order>('a', (event, context) => {
    event.payload.amount satisfies number;
    event.missed satisfies number;
    event.kind satisfies 'event';
    event.ack() satisfies boolean;
    event.nack({ delay: 50, requeue: false }) satisfies boolean;
    context.bus satisfies BusVerbs;
  });
  for await (const event of await bus.subscribe<Order>(/^a/)) event.payload.amount satisfies number;
  (await bus.once<Order>('a')).payload.amount satisfies number;
  // @ts-expect-error: what is not said is not known.
  for await (const event of await bus.subscribe('a')) event.payload.amount satisfies number;
  // @ts-expect-error: only events are missed, acknowledged or refused.
  await bus.registerEndpoint('a', (message) => message.missed);
  // @ts-expect-error: not an overflow policy.
  await bus.subscribe('a', { overflow: 'drop' });
}

/** No class of the bus is in the way: whoever tests a handler can make its arguments. */
export async function handlersCanBeCalledByHand(bus: BusVerbs): Promise<void> {
  const context: HandlerContext = {
    signal: new AbortController().signal,
    aborted: false,
    remaining: Number.POSITIVE_INFINITY,
    bus,
  };
  const message: Message<Order> = {
    id: '1',
    kind: 'request',
    routingKey: 'a',
    payload: { amount: 1 },
    headers: {},
    timestamp: 0,
    attempt: 1,
    redelivered: false,
  };
  const event: EventMessage<Order> = {
    ...message,
    kind: 'event',
    missed: 0,
    ack: () => true,
    nack: () => true,
  };
  const handler: MessageHandler<Order, Receipt> = ({ payload }) => ({ ok: payload.amount > 0 });
  const listener: EventHandler<Order> = ({ payload }) => payload.amount;
  (await handler(message, context)).ok satisfies boolean;
  listener(event, context);
  await bus.registerEndpoint('a', handler);
  await bus.subscribe('a', listener);
  // @ts-expect-error: an event is more than a message.
  listener(message, context);
}

export async function theContextIsTheBus(context: HandlerContext): Promise<void> {
  context.signal.throwIfAborted();
  context.remaining satisfies number;
  (await context.bus.request<Receipt>('a')).ok satisfies boolean;
  // @ts-expect-error: threads are started on the main thread, by its MessageBus.
  await context.bus.startWorker(new URL('file:///a.js'));
}
