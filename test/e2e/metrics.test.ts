import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BusError, BusEvents, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { createBus, workerFile } from '../helpers/real-bus.ts';

describe('what the bus tells', () => {
  let bus: MessageBus;
  let threadId: number;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards: 2 });
    const workerData = { id: 'w', routes: [{ pattern: 'w.*' }] };
    ({ threadId } = await bus.startWorker(workerFile('answering'), { workerData }));
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  it('adds up: what was sent by kind is accepted, settled, and delivered or not', async () => {
    const subscription = await bus.subscribe('w.*', () => {}, { capacity: 5 });
    subscription.pause();
    for (let i = 0; i < 30; i++) await bus.request(`w.${i}`, {});
    for (let i = 0; i < 20; i++) await bus.notify(`w.${i}`, {});
    for (let i = 0; i < 10; i++) await bus.publish(`w.${i}`, {});
    for (let i = 0; i < 4; i++) await codeOf(bus.request('nobody'));
    const failing = [1, 2, 3].map(() => codeOf(bus.notify('w.x', { act: 'throw' })));
    expect(new Set(await Promise.all(failing))).toEqual(new Set(['ERR_BUS_DELIVERY_FAILED']));
    await expectAtRest(bus);
    const { byKind, clients, endpoints, latencyUs, messages, shards, subscriptions, uptime } =
      await bus.metrics();
    // Failed calls are calls too.
    const counts = Object.entries(latencyUs).map(([name, { count }]) => [name, count]);
    expect(Object.fromEntries(counts)).toMatchObject({ request: 34, delivery: 23, publish: 10 });
    expect(latencyUs.routing.count).toBe(shards.reduce((sum, { routed }) => sum + routed, 0));
    for (const { p50, p999, max } of Object.values(latencyUs)) {
      expect(p50).toBeGreaterThan(0);
      expect(p999).toBeGreaterThanOrEqual(p50);
      expect(max).toBeGreaterThanOrEqual(p999);
    }
    expect(shards.map(({ ringDepth }) => ringDepth)).toEqual([0, 0]);
    expect(endpoints['w']).toMatchObject({ queued: 0 });
    expect(endpoints['w']?.latencyUs.count).toBeGreaterThan(0);
    expect(byKind).toMatchObject({ request: 34, notification: 23, event: 10 });
    expect(messages).toMatchObject({ accepted: 67, settled: 67, timedOut: 0, late: 0 });
    expect(messages.dropped).toEqual({ overflow: 5, expired: 0, duplicate: 0, noRoute: 4 });
    expect(messages.failed).toBe(3);
    expect(messages.delivered).toBe(30 + 20);
    expect(shards.map(({ id }) => id)).toEqual([0, 1]);
    expect(shards.reduce((sum, { routed }) => sum + routed, 0)).toBeGreaterThanOrEqual(67);
    expect(clients.map((client) => client.threadId)).toEqual([0, threadId]);
    expect(subscriptions).toEqual([{ id: subscription.id, pattern: 'w.*', dropped: 5, queued: 5 }]);
    expect(uptime).toBeGreaterThan(0);
    await subscription.unsubscribe();
    expect((await bus.metrics()).messages.accepted).toBe(67);
  });

  it('counts what a lagging subscription has queued on its thread, and that it has caught up', async () => {
    const subscription = await bus.subscribe('lag.*', () => {});
    const queued = async (): Promise<number | undefined> =>
      (await bus.metrics()).subscriptions.find(({ id }) => id === subscription.id)?.queued;
    expect(await queued()).toBe(0);
    subscription.pause();
    for (let i = 0; i < 7; i++) await bus.publish('lag.x', i);
    await until(async () => (await queued()) === 7);
    subscription.resume();
    await until(async () => (await queued()) === 0);
    await subscription.unsubscribe();
  });

  it('counts failing requests, in total and for their endpoint', async () => {
    const results = [1, 2, 'throw', 'reject', 'unsendable', 'late'];
    const handler = ({ payload }: { payload: unknown }): unknown => {
      if (payload === 'throw') throw new Error('thrown');
      if (payload === 'reject') return Promise.reject(new Error('rejected'));
      if (payload === 'unsendable') return () => 1;
      return payload === 'late' ? new Promise(() => {}) : payload;
    };
    const endpoint = await bus.registerEndpoint('failing', handler, { timeout: 20 });
    await bus.registerRoute('failing', 'failing');
    const before = (await bus.metrics()).messages;
    const codes = await Promise.all(
      results.map((result) =>
        bus.request('failing', result).then(
          () => 'ok',
          (error: { code: string }) => error.code,
        ),
      ),
    );
    const handled = 'ERR_BUS_HANDLER';
    expect(codes).toEqual(['ok', 'ok', handled, handled, handled, 'ERR_BUS_TIMEOUT']);
    const { endpoints, messages } = await bus.metrics();
    expect(messages.failed - before.failed).toBe(3);
    expect(messages.timedOut - before.timedOut).toBe(1);
    expect(endpoints['failing']).toMatchObject({ delivered: 2, failed: 4, inFlight: 0, queued: 0 });
    // Three notifications, each run five times.
    expect(endpoints['w']).toMatchObject({ failed: 15 });
    expect(messages.retried).toBe(12);
    await endpoint.close();
    expect((await bus.metrics()).endpoints['failing']).toBeUndefined();
  });

  it('is well: every thread and endpoint is there', async () => {
    const health = await bus.health();
    expect(health).toMatchObject({ state: 'ok', reasons: [] });
    expect(health.endpoints['w']).toMatchObject({ state: 'active' });
    expect(health.shards.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(new Set([0, threadId, ...health.shards.map((shard) => shard.threadId)]).size).toBe(4);
  });

  it('finds endpoints by service, version and tag, in order, and cannot be changed through it', async () => {
    const options = { service: 'billing', version: '1.4.0', tags: ['eu', 'fast'] };
    const first = await bus.registerEndpoint('b1', () => {}, options);
    const second = await bus.registerEndpoint('b2', () => {}, { service: 'billing', tags: ['us'] });
    const ids = async (query?: object): Promise<string[]> => {
      return (await bus.endpoints.find(query)).map(({ id }) => id);
    };
    expect(await ids()).toEqual(['w', 'b1', 'b2']);
    expect(await ids({ service: 'billing' })).toEqual(['b1', 'b2']);
    expect(await ids({ service: 'billing', tag: 'eu' })).toEqual(['b1']);
    expect(await ids({ version: '1.4.0' })).toEqual(['b1']);
    expect(await ids({ tag: 'no' })).toEqual([]);
    const [record] = await bus.endpoints.find({ tag: 'eu' });
    expect(record).toEqual({
      id: 'b1',
      ...options,
      threadId: 0,
      state: 'active',
      health: 'healthy',
    });
    options.tags.push('later');
    try {
      (record as unknown as { tags: string[] }).tags.push('mine');
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
    expect((await bus.endpoints.find({ tag: 'eu' }))[0]?.tags).toEqual(['eu', 'fast']);
    await first.close();
    await second.close();
    expect(await ids()).toEqual(['w']);
  });

  it('tells what a try… could not deliver', async () => {
    const told: unknown[] = [];
    bus.on('undeliverable', (event) => told.push(event));
    expect(bus.tryNotify('nobody', 1)).toBe('accepted');
    await bus.flush();
    expect(told).toMatchObject([
      { routingKey: 'nobody', kind: 'notification', reason: { code: 'ERR_BUS_NO_ROUTE' } },
    ]);
  });

  it('tells of a try… that failed what notify tells: which endpoint, and why', async () => {
    const retry = { attempts: 1 };
    const fail = (): never => {
      throw new RangeError('no good');
    };
    const endpoint = await bus.registerEndpoint('bad', fail, { retry });
    await bus.registerRoute('bad.x', 'bad');
    const reasons: BusError[] = [];
    const note = ({ reason }: BusEvents['undeliverable']): void => void reasons.push(reason);
    bus.on('undeliverable', note);
    const { cause, details, message } = await failureOf(bus.notify('bad.x'));
    expect(bus.tryNotify('bad.x')).toBe('accepted');
    await bus.flush();
    bus.off('undeliverable', note);
    expect(details).toMatchObject({ failed: [{ endpoint: 'bad', error: { message: 'no good' } }] });
    expect(reasons).toMatchObject([{ message, details, cause: { message: 'no good' } }]);
    expect(cause).toBeInstanceOf(RangeError);
    expect(reasons[0]?.cause).toBeInstanceOf(RangeError);
    await bus.deadLetters.purge();
    await endpoint.close();
  });

  it('logs what a try… could not deliver and nobody listens to, once of each kind, and counts it', async () => {
    const lines: [object, string][] = [];
    const silent = (): void => {};
    const warn = (...line: [object, string]): void => void lines.push(line);
    const logger = { debug: silent, info: silent, warn, error: silent };
    const quiet = await createBus({ shards: 1, logger });
    await quiet.registerEndpoint('bad', () => Promise.reject(new Error('no good')), {
      retry: { attempts: 1 },
    });
    await quiet.registerRoute('bad', 'bad');
    for (let i = 0; i < 5; i++) expect(quiet.tryNotify('nobody', i)).toBe('accepted');
    for (let i = 0; i < 5; i++) expect(quiet.tryNotify('bad', i)).toBe('accepted');
    await quiet.flush();
    const { dropped, failed } = (await quiet.metrics()).messages;
    await quiet.close();
    expect(lines.map(([fields]) => fields)).toMatchObject([
      { code: 'ERR_BUS_NO_ROUTE', kind: 'notification', routingKey: 'nobody' },
      { code: 'ERR_BUS_DELIVERY_FAILED', kind: 'notification', routingKey: 'bad' },
    ]);
    expect(lines[0]?.[1]).toMatch(/'nobody'.* no route/);
    expect(lines[1]?.[1]).toMatch(/bad: no good.*'undeliverable'/);
    expect([dropped['noRoute'], failed]).toEqual([5, 5]);
  });
});

describe('what a thread has counted', () => {
  it('is not lost when it exits in the middle of its work', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const count = 50;
    let parted = 0;
    await bus.registerEndpoint('parted', () => {
      parted += 1;
    });
    await bus.registerRoute('parted', 'parted');
    await bus.startWorker(workerFile('parting'), { workerData: { count } });
    const calls = Array.from({ length: count }, () => bus.notify('parting'));
    const told = await Promise.allSettled(calls);
    await until(() => parted === count);
    await expectAtRest(bus);
    const acknowledged = told.filter(({ status }) => status === 'fulfilled').length;
    const { byKind, messages } = await bus.metrics();
    expect(byKind.notification).toBe(2 * count);
    expect(messages).toMatchObject({ accepted: 2 * count, delivered: acknowledged + parted });
    await bus.close();
  });
});
