import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { gate, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

describe.each([1, 2, 4])('notifications and responses with %i shards', (shards) => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    for (const id of ['w1', 'w2']) {
      const routes = [{ pattern: 'all.*' }, { pattern: `${id}.*` }];
      // As often as by default, but soon.
      const workerData = { id, routes, retry: { initial: 1, max: 2 } };
      await bus.startWorker(workerFile('answering'), { workerData });
    }
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  it('reach every endpoint of every matching route once, however many routes match', async () => {
    const seen: string[] = [];
    const endpoint = await bus.registerEndpoint('main', ({ routingKey }) => {
      seen.push(routingKey);
    });
    const routes = await bus.registerRoutes([
      { pattern: 'all.*', endpoint: 'main' },
      { pattern: 'all.x', endpoint: 'main', priority: 7 },
      { pattern: '*', endpoint: 'main', priority: 3 },
    ]);
    expect(await bus.notify('all.x', {})).toEqual({ delivered: 3 });
    expect(await bus.notify('all.y', {})).toEqual({ delivered: 3 });
    expect(await bus.notify('w1.y', {})).toEqual({ delivered: 2 });
    expect(seen).toEqual(['all.x', 'all.y', 'w1.y']);
    await Promise.all(routes.map((route) => route.remove()));
    await endpoint.close();
  });

  it('resolve only when the handlers have settled', async () => {
    const held = gate();
    const endpoint = await bus.registerEndpoint('main', () => held.promise);
    await bus.registerRoute('slow.x', 'main');
    let isDone = false;
    const call = bus.notify('slow.x').then((result) => {
      isDone = true;
      return result;
    });
    // Another message there and back: the first one's handler has begun long ago.
    await bus.notify('all.x', {});
    expect(isDone).toBe(false);
    held.open();
    expect(await call).toEqual({ delivered: 1 });
    await endpoint.close();
  });

  // Behaviour E2: mqemitter test/test.js "queue concurrency", "queue concurrency with overlapping subscriptions".
  it('settle one after the other where one is taken at a time, each with the slowest of its endpoints', async () => {
    const held = gate();
    const log: string[] = [];
    const slow = await bus.registerEndpoint(
      'slow',
      async ({ payload }) => {
        if (payload === 1) await held.promise;
        log.push(`slow ${String(payload)}`);
      },
      { concurrency: 1 },
    );
    const fast = await bus.registerEndpoint('fast', ({ payload }) => {
      log.push(`fast ${String(payload)}`);
    });
    await bus.registerRoute('turn.*', 'slow');
    await bus.registerRoute('turn.x', 'fast');
    const settled: unknown[] = [];
    const calls = [1, 2].map(async (number) => {
      const { delivered } = await bus.notify('turn.x', number);
      settled.push([number, delivered]);
    });
    await until(() => log.length === 2);
    // Another message there and back: whatever was to settle has.
    await bus.notify('all.x', {});
    expect([log, settled]).toEqual([['fast 1', 'fast 2'], []]);
    held.open();
    await Promise.all(calls);
    expect(log.slice(2)).toEqual(['slow 1', 'slow 2']);
    expect(settled).toEqual([
      [1, 2],
      [2, 2],
    ]);
    await slow.close();
    await fast.close();
  });

  it('fail where nothing matches', async () => {
    const error = await failureOf(bus.notify('nobody.knows', {}));
    expect(error).toMatchObject({ code: 'ERR_BUS_NO_ROUTE' });
  });

  it('say which endpoints failed and why, and how many did not', async () => {
    const thrown = await failureOf(bus.notify('all.x', { act: 'throw', text: 'bad' }));
    expect(thrown).toMatchObject({ code: 'ERR_BUS_DELIVERY_FAILED', details: { delivered: 0 } });
    const { failed } = thrown.details as { failed: { endpoint: string; error: Error }[] };
    expect(failed.map(({ endpoint }) => endpoint).sort()).toEqual(['w1', 'w2']);
    for (const { error } of failed) {
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ message: 'bad', code: 'E_OUT_OF_RANGE' });
    }
    const endpoint = await bus.registerEndpoint('main', () => {});
    await bus.registerRoute('all.x', 'main');
    const partial = await failureOf(bus.notify('all.x', { act: 'throw', text: 'bad' }));
    expect(partial.details).toMatchObject({ delivered: 1 });
    expect((partial.details as { failed: unknown[] }).failed).toHaveLength(2);
    await endpoint.close();
  });

  it('fail with what a worker rejects for, as seen by another worker', async () => {
    const ask = { act: 'ask', key: 'w2.x', payload: { act: 'reject' } };
    const error = await failureOf(bus.request('w1.x', ask));
    expect(error.code).toBe('ERR_BUS_HANDLER');
    expect(error.cause).toMatchObject({ code: 'ERR_BUS_HANDLER', message: 'later' });
    expect((error.cause as Error).cause).toBeInstanceOf(SyntaxError);
  });

  it('can be answered from outside the handler by their correlation id, once', async () => {
    const received = gate<Message>();
    const held = gate<string>();
    const endpoint = await bus.registerEndpoint('main', (message) => {
      received.open(message);
      return held.promise;
    });
    await bus.registerRoute('later.x', 'main');
    const reply = bus.request('later.x');
    const { correlationId } = await received.promise;
    expect(correlationId).toBeDefined();
    const response = { kind: 'response', correlationId, payload: { answer: 42 } } as const;
    await bus.routeMessage(response);
    expect(await reply).toEqual({ answer: 42 });
    expect(await codeOf(bus.routeMessage(response))).toBe('ERR_BUS_CORRELATION_NOT_FOUND');
    held.open('what the handler returns after that is dropped');
    await endpoint.close();
  });

  it('refuse a response that nobody waits for, and one without a correlation id', async () => {
    const unknown = { kind: 'response', correlationId: 'no.such.id', payload: 1 } as const;
    expect(await codeOf(bus.routeMessage(unknown))).toBe('ERR_BUS_CORRELATION_NOT_FOUND');
    expect(await codeOf(bus.routeMessage({ kind: 'response', payload: 1 }))).toBe(
      'ERR_BUS_MISSING_CORRELATION_ID',
    );
  });

  it('are what routeMessage sends for each kind, and it returns what the verb returns', async () => {
    const envelope = { payload: { act: 'echo', value: 7 }, headers: { a: 'b' } };
    const request = { ...envelope, kind: 'request', routingKey: 'w1.x' } as const;
    expect(await bus.routeMessage(request)).toBe(7);
    const notification = { ...envelope, kind: 'notification', routingKey: 'all.x' } as const;
    expect(await bus.routeMessage(notification)).toEqual({ delivered: 2 });
    expect(await bus.routeMessage({ ...envelope, kind: 'event', routingKey: 'all.x' })).toBe(0);
  });
});
