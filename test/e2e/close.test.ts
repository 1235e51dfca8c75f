import { describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { gate, turn } from '../helpers/gate.ts';
import { createBus, workerFile } from '../helpers/real-bus.ts';

async function busWith(handler: (message: { payload: unknown }) => unknown): Promise<MessageBus> {
  const bus = await createBus({ shards: 2 });
  await bus.registerEndpoint('e', handler);
  await bus.registerRoute('e', 'e');
  return bus;
}

describe('close', () => {
  it('settles first what was accepted, on every thread', async () => {
    const seen: unknown[] = [];
    const bus = await busWith(async ({ payload }) => {
      await turn();
      seen.push(payload);
    });
    await bus.startWorker(workerFile('answering'), {
      workerData: { id: 'w', routes: [{ pattern: 'w' }] },
    });
    const calls = [bus.notify('e', 1), bus.request('w', { act: 'echo', value: 2 })];
    for (let i = 0; i < 100; i++) bus.tryNotify('e', `try ${i}`);
    const result = await bus.close();
    expect(result).toMatchObject({ abandoned: 0, threadsTerminated: 1 });
    expect(await Promise.all(calls)).toEqual([{ delivered: 1 }, 2]);
    expect(seen).toHaveLength(101);
  });

  it('refuses new calls from the moment it begins, and later', async () => {
    const held = gate();
    const bus = await busWith(() => held.promise);
    const running = bus.request('e');
    await turn();
    const closing = bus.close();
    const verbs = (): Promise<unknown>[] => [
      bus.request('e'),
      bus.notify('e'),
      bus.publish('e'),
      bus.writable(),
      bus.routeMessage({ kind: 'event', routingKey: 'e' }),
      bus.registerEndpoint('x', () => {}),
      bus.registerRoute('x', 'e'),
      bus.registerRoutes([]),
      bus.removeRoute('e', 'e'),
      bus.subscribe('x', () => {}),
      bus.once('x'),
      bus.startWorker(workerFile('answering')),
    ];
    const closingErrors = await Promise.all(verbs().map((call) => failureOf(call)));
    expect(closingErrors.map(({ code }) => code)).toEqual(Array(12).fill('ERR_BUS_CLOSED'));
    expect(closingErrors[0]?.details).toMatchObject({ state: 'closing' });
    expect([bus.tryPublish('e'), bus.tryNotify('e')]).toEqual(['closed', 'closed']);
    held.open();
    expect(await running).toBeUndefined();
    await closing;
    const closedErrors = await Promise.all(verbs().map((call) => failureOf(call)));
    expect(closedErrors.map(({ code }) => code)).toEqual(Array(12).fill('ERR_BUS_CLOSED'));
    expect(closedErrors[0]?.details).toMatchObject({ state: 'closed' });
    expect([bus.tryPublish('e'), bus.tryNotify('e')]).toEqual(['closed', 'closed']);
    expect(await codeOf(() => bus.createTicket())).toBe('ERR_BUS_CLOSED');
  });

  it('returns the first call’s promise the second time, whatever it is given', async () => {
    const bus = await busWith(() => 1);
    const [first, second] = [bus.close({ drain: false }), bus.close({ timeout: 1 })];
    expect(await second).toBe(await first);
    await bus[Symbol.asyncDispose]();
  });

  it('gives up at its limit while handlers hang: what they hold is failed and counted', async () => {
    const bus = await busWith(() => new Promise(() => {}));
    const calls = [bus.request('e'), bus.notify('e')].map((call) => failureOf(call));
    await turn();
    const result = await bus.close({ timeout: 50 });
    expect(result.abandoned).toBe(2);
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual([
      'ERR_BUS_CLOSED',
      'ERR_BUS_CLOSED',
    ]);
  });

  it('does not wait without drain: pending requests are rejected at once', async () => {
    const bus = await busWith(() => new Promise(() => {}));
    const call = codeOf(bus.request('e', 1, { timeout: 2 ** 31 - 1 }));
    await turn();
    await bus.close({ drain: false });
    expect(await call).toBe('ERR_BUS_CLOSED');
  });

  it('ends a worker in an endless loop', async () => {
    const bus = await createBus({ shards: 1 });
    const worker = await bus.startWorker(workerFile('spinning'));
    const call = codeOf(bus.notify('spin'));
    expect(await bus.close({ timeout: 200 })).toMatchObject({ abandoned: 1, threadsTerminated: 1 });
    expect(await call).toBe('ERR_BUS_CLOSED');
    expect(worker.threadId).toBe(-1);
  });

  it('tells its listeners, ends loops and subscriptions', async () => {
    const bus = await busWith(() => 1);
    const told: unknown[] = [];
    bus.on('close', (event) => told.push(event));
    const subscription = await bus.subscribe('loop');
    const loop = (async () => {
      for await (const _ of subscription) throw new Error('nothing was published');
      return 'ended';
    })();
    const once = codeOf(bus.once('loop'));
    await turn();
    await bus.close({ timeout: 100 });
    expect(await loop).toBe('ended');
    expect(await once).toBe('ERR_BUS_CLOSED');
    expect(told).toEqual([{ reason: 'closed' }]);
  });

  it('detaches a thread with a ticket: its verbs then say that the bus is closed', async () => {
    const { Worker } = await import('node:worker_threads');
    const bus = await createBus({ shards: 1 });
    const ticket = bus.createTicket();
    const worker = new Worker(workerFile('ticketed'), {
      workerData: { ticket },
      transferList: [...ticket.transferList],
    });
    const messages: unknown[] = [];
    const ended = new Promise((resolve) => worker.on('exit', resolve));
    await new Promise<void>((resolve) => {
      worker.on('message', (message) => {
        messages.push(message);
        if (message === 'ready') resolve();
      });
    });
    expect(await bus.request('ticketed', 'hello')).toBe('hello');
    expect(await bus.close()).toMatchObject({ abandoned: 0, threadsTerminated: 0 });
    expect(await ended).toBe(0);
    expect(messages).toEqual(['ready', ['ERR_BUS_CLOSED', 'ERR_BUS_CLOSED', 'closed']]);
  });

  it('of a connected client takes out only that client', async () => {
    const bus = await createBus({ shards: 2 });
    const workerData = { id: 'w', routes: [{ pattern: 'w' }] };
    await bus.startWorker(workerFile('leaving'), { workerData });
    expect(await bus.request('leave', 'first')).toBe('first');
    expect(await bus.notify('leave', 'go')).toEqual({ delivered: 1 });
    while ((await bus.endpoints.find()).length > 0) await turn();
    while ((await codeOf(bus.request('leave'))) !== 'ERR_BUS_NO_ROUTE') await turn();
    expect((await bus.metrics()).clients).toHaveLength(1);
    expect((await bus.health()).state).toBe('ok');
    await bus.close();
  });
});
