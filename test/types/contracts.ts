/** Compiled by `npm run types`, never run: a bus that was given the payloads and replies of its keys. */
import {
  type ConnectedBus,
  connect,
  createBus,
  type EventMessage,
  type MessageBus,
} from '../../src/index.ts';

interface Shop {
  'invoice.create': { payload: { amount: number }; reply: { ok: boolean } };
  'invoice.paid': { payload: { id: number } };
}

export async function keysWithAContractAreChecked(): Promise<void> {
  const bus = await createBus<Shop>({ shards: 1 });
  (await bus.request('invoice.create', { amount: 1 })).ok satisfies boolean;
  await bus.notify('invoice.paid', { id: 1 });
  await bus.publish('invoice.paid', { id: 1 });
  bus.tryPublish('invoice.paid', { id: 1 }) satisfies string;
  await bus.subscribe('invoice.paid', (event) => event.payload.id.toFixed());
  for await (const event of await bus.subscribe('invoice.paid')) event.payload.id satisfies number;
  (await bus.once('invoice.paid')).payload.id satisfies number;
  // @ts-expect-error: an amount is a number.
  await bus.request('invoice.create', { amount: '1' });
  // @ts-expect-error: not the payload of this key.
  await bus.publish('invoice.paid', { amount: 1 });
  // @ts-expect-error: not the payload of this key.
  bus.tryNotify('invoice.paid', 'paid');
  // @ts-expect-error: not the payload of this key.
  await bus.subscribe('invoice.paid', (event: EventMessage<string>) => event.payload);
  // @ts-expect-error: not in the reply.
  (await bus.request('invoice.create', { amount: 1 })).done satisfies boolean;
}

export async function otherKeysAndPatternsAreFree(key: string): Promise<void> {
  const bus = await connect<Shop>();
  (await bus.request<number>('other', 1)) satisfies number;
  await bus.request(key, 'anything');
  await bus.subscribe('invoice.*', (event: EventMessage<string>) => event.payload.trim());
  await bus.publish('other', new Map());
}

export async function itIsABusForAllThatTakeOne(): Promise<void> {
  const use = (bus: MessageBus): MessageBus => bus.on('close', () => {});
  const connected = (bus: ConnectedBus): ConnectedBus => bus;
  const bus = await createBus<Shop>();
  use(bus).startWorker satisfies object;
  connected(await connect<Shop>());
  await bus.startWorker('file:///a.js');
  await bus[Symbol.asyncDispose]();
  // @ts-expect-error: a contract says payload and reply.
  await createBus<{ 'invoice.paid': number }>();
}
