import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BusConfig, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { BusError, createBus, workerFile } from '../helpers/real-bus.ts';

interface BadCalls {
  badCalls(bus: unknown, isBusError: unknown): Promise<{ count: number; wrong: string[] }>;
}
const href = new URL('../fixtures/bad-calls.mjs', import.meta.url).href;
const { badCalls } = (await import(href)) as BadCalls;

describe('bad input', () => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards: 2, maxMessageSize: 100_000 });
    await bus.registerEndpoint('e', () => 'well');
    await bus.registerRoute('e', 'e');
    await bus.startWorker(workerFile('misusing'));
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  it('is refused at the call on main, with the code that the interface names', async () => {
    const { count, wrong } = await badCalls(bus, BusError.isBusError);
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(200);
    expect(await bus.request('e')).toBe('well');
    await expectAtRest(bus);
  });

  it('is refused at the call in a worker, with the same codes', async () => {
    const { count, wrong } = await bus.request<{ count: number; wrong: string[] }>('misuse');
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(200);
    await expectAtRest(bus);
  });

  it('leaves no endpoint, route or subscription behind', async () => {
    const found = await bus.endpoints.find();
    expect(found.map(({ id }) => id).sort()).toEqual(['e', 'misuse']);
    expect((await bus.metrics()).subscriptions).toEqual([]);
    expect(await codeOf(bus.request('x'))).toBe('ERR_BUS_NO_ROUTE');
  });

  it('may look like a URL', async () => {
    const { proxy: revoked, revoke } = Proxy.revocable(new URL('file:///a'), {});
    revoke();
    for (const url of [
      Object.create(URL.prototype),
      new Proxy(new URL('file:///a'), {}),
      revoked,
    ]) {
      const calls = [
        bus.startWorker(url),
        bus.registerPool('pool', url),
        createBus({ codec: url }),
        createBus({ workerUrl: url }),
      ];
      for (const call of calls) expect(await codeOf(call)).toBe('ERR_BUS_CONFIG');
    }
  });

  it('is named with the nearest option that exists', async () => {
    const error = await failureOf(bus.request('e', 1, { timeuot: 5 } as object));
    expect(error.message).toContain("'timeout'");
    const config = await failureOf(createBus({ shard: 2 } as object));
    expect(config).toMatchObject({ code: 'ERR_BUS_CONFIG', details: { option: 'shard' } });
    expect(config.message).toContain("'shards'");
  });

  it('is named with the path of what cannot be encoded', async () => {
    const payload = { list: [1, { run: () => {} }] };
    const error = await failureOf(bus.publish('e', payload));
    expect(error.message).toMatch(/list.*1.*run/);
  });

  it.each<BusConfig>([
    ...[0, -1, 1.5, Number.NaN, 65, Number.POSITIVE_INFINITY].map((shards) => ({ shards })),
    ...[1, 0, 65_537, 2.5, Number.NaN].map((slots) => ({ slots })),
    ...[0, -5, 2 ** 40, Number.NaN].map((heapBytes) => ({ heapBytes })),
    ...[0, -1, 10_001, 0.5].map((batchSize) => ({ batchSize })),
    ...[0, Number.NaN, -1, 2 ** 31].map((correlationTimeout) => ({ correlationTimeout })),
    { heapBytes: 2 ** 20, maxMessageSize: 2 ** 20 },
    { codec: 'xml' },
    { logger: { debug: () => {} } as never },
    { shardOptions: { resourceLimits: { maxOldGenerationSizeMb: -1 } } },
    { workerUrl: 'not a url' },
    { maxEndpoints: 2_000 },
    'fast' as never,
    null as never,
  ])('of createBus is refused before a thread starts: %j', async (config) => {
    const error = await failureOf(createBus(config));
    expect(error.code).toBe('ERR_BUS_CONFIG');
    expect(error.details).toHaveProperty('option');
  });

  it('of startWorker is refused, and says why a module could not be loaded', async () => {
    for (const url of [undefined, null, 5, 'relative.mjs', 'https://example.org/x.mjs', {}]) {
      expect(await codeOf(bus.startWorker(url as string))).toBe('ERR_BUS_CONFIG');
    }
    const file = workerFile('answering');
    for (const options of [{ argv: 5 }, { resourceLimits: 1 }, { nam: 'x' }, 5, null]) {
      expect(await codeOf(bus.startWorker(file, options as never))).toBe('ERR_BUS_CONFIG');
    }
    const missing = await failureOf(bus.startWorker(workerFile('no-such-file')));
    expect(missing).toMatchObject({ code: 'ERR_BUS_WORKER', retryable: true });
    expect(missing.cause).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' });
    const throwing = await failureOf(bus.startWorker(workerFile('throwing')));
    expect(throwing.code).toBe('ERR_BUS_WORKER');
    expect(throwing.cause).toBeInstanceOf(RangeError);
    expect(throwing.cause).toMatchObject({ message: 'broken module', code: 'E_BROKEN' });
    const rejecting = await failureOf(bus.startWorker(workerFile('rejecting')));
    expect(rejecting.code).toBe('ERR_BUS_WORKER');
    expect((await bus.metrics()).clients).toHaveLength(2);
  });

  it('over a limit is refused with the limit and the option that sets it', async () => {
    const small = await createBus({
      shards: 1,
      maxEndpoints: 2,
      maxSubscriptions: 2,
      maxRoutes: 2,
    });
    for (const id of ['a', 'b']) {
      await small.registerEndpoint(id, () => {});
      await small.registerRoute(id, id);
      await small.subscribe(id, () => {});
    }
    const errors = await Promise.all([
      failureOf(small.registerEndpoint('c', () => {})),
      failureOf(small.registerRoute('c', 'a')),
      failureOf(small.subscribe('c', () => {})),
    ]);
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill('ERR_BUS_FULL'));
    expect(errors.map(({ details }) => details)).toMatchObject([
      { limit: 2, option: 'maxEndpoints' },
      { limit: 2, option: 'maxRoutes' },
      { limit: 2, option: 'maxSubscriptions' },
    ]);
    await small.close();
  });
});
