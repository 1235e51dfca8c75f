/** Compiled by `npm run types`, never run: arguments and results of the verbs. */
import type { Worker } from 'node:worker_threads';
import {
  type BusConfig,
  BusError,
  type BusErrorCode,
  type BusEvents,
  type BusHealth,
  type BusMetrics,
  type ConnectedBus,
  connect,
  createBus,
  type DeadLetter,
  type Endpoint,
  type EndpointOptions,
  type MessageBus,
  type MessageEnvelope,
  type Route,
  type RouteOptions,
  type SubscribeOptions,
  type Subscription,
} from '../../src/index.ts';

interface Receipt {
  readonly ok: boolean;
}

export async function requestsSayWhatTheyBring(bus: MessageBus): Promise<void> {
  (await bus.request<Receipt>('a', 1, { timeout: 100, headers: { a: 'b' } })).ok satisfies boolean;
  const receipt: Receipt = await bus.request('a');
  receipt satisfies Receipt;
  (await bus.routeMessage<Receipt>({ kind: 'request', routingKey: 'a' })).ok satisfies boolean;
  // @ts-expect-error: what is not said is not known.
  (await bus.request('a')).ok satisfies boolean;
  // @ts-expect-error: headers are strings.
  await bus.request('a', 1, { headers: { a: 1 } });
  // @ts-expect-error: not a kind of message.
  const envelope: MessageEnvelope = { kind: 'command', routingKey: 'a' };
  await bus.routeMessage(envelope);
}

export async function otherVerbsSayWhatTheyBring(bus: MessageBus): Promise<void> {
  (await bus.notify('a')).delivered satisfies number;
  (await bus.publish('a')) satisfies number;
  bus.tryPublish('a') satisfies 'accepted' | 'full' | 'closed';
  (await bus.registerRoute(/a/, 'a', { balance: 'weighted', weight: 2 })) satisfies Route;
  (await bus.findRoute('a')) satisfies Route | undefined;
  (await bus.registerEndpoint('a', () => 1)) satisfies Endpoint;
  (await bus.metrics()) satisfies BusMetrics;
  (await bus.health()) satisfies BusHealth;
  (await bus.startWorker('file:///a.js')) satisfies Worker;
  (await bus.close({ drain: false })).threadsTerminated satisfies number;
  // @ts-expect-error: not a balance.
  await bus.registerRoute('a', 'a', { balance: 'fair' });
}

export function eventsOfTheBusAreTyped(bus: MessageBus): void {
  bus
    .on('undeliverable', ({ reason }) => reason.code satisfies BusErrorCode)
    .on('handlerError', ({ error }) => error satisfies unknown)
    .off('close', ({ reason }) => reason satisfies string);
  const listener = (event: BusEvents['handlerError']): string => event.subscription;
  bus.on('handlerError', listener);
  // @ts-expect-error: there is no such event.
  bus.on('error', () => {});
}

export async function bothKindsOfBusHaveTheVerbs(): Promise<void> {
  const config: BusConfig = { shards: 2 };
  const main: MessageBus = await createBus(config);
  const connected: ConnectedBus = await connect();
  for (const bus of [main, connected]) await bus.flush();
  // @ts-expect-error: tickets are made on the main thread.
  connected.createTicket();
  // @ts-expect-error: an option that there is not.
  await createBus({ shard: 2 });
}

export function optionsMayBeUndefined(timeout: number | undefined): object[] {
  const endpoint: EndpointOptions = { timeout, service: undefined };
  const route: RouteOptions = { timeout };
  const subscription: SubscribeOptions = { timeout, retry: { max: timeout } };
  return [endpoint, route, subscription];
}

export function errorsAreToldByTheirCode(error: unknown): BusErrorCode | undefined {
  if (!BusError.isBusError(error)) return undefined;
  error.retryable satisfies boolean;
  // @ts-expect-error: not one of the codes.
  if (error.code === 'ERR_BUS_BUSY') return undefined;
  return error.code;
}

export function handlesAreWhatTheySay(subscription: Subscription, letter: DeadLetter): string[] {
  // @ts-expect-error: ids are the bus's to give.
  subscription.id = 'a';
  return [
    subscription.pattern,
    letter.reason satisfies 'rejected' | 'expired' | 'overflow' | 'attempts' | 'died',
  ];
}
