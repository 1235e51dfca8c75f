/** Pools: one endpoint, several threads, and a replacement for each that ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Endpoint, MessageBus, PoolOptions } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

const silent = (): void => {};
const QUIET = { debug: silent, info: silent, warn: silent, error: silent };
const POOLED = workerFile('pooled');

interface Setting {
  readonly bus: MessageBus;
  readonly pool: Endpoint;
}

async function poolOf(options: PoolOptions, shards = 2): Promise<Setting> {
  const bus = await createWatchedBus({ shards, logger: QUIET });
  const pool = await bus.registerPool('pool', POOLED, options);
  await bus.registerRoute('job.*', 'pool');
  return { bus, pool };
}

/** As a user would: while all threads are being replaced there is nobody to ask. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await until(async () => {
    try {
      result = { value: await call() };
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_BUS_ENDPOINT_UNAVAILABLE') throw error;
    }
    return result !== undefined;
  });
  return (result as unknown as { value: T }).value;
}

const threadsAtOnce = async (bus: MessageBus, count: number): Promise<number> => {
  const calls = Array.from({ length: count }, () =>
    bus.request('job.wait', { way: 'wait', ms: 100 }),
  );
  return new Set(await Promise.all(calls)).size;
};

/** `started` resolves when a handler that tells has started. */
async function listen(bus: MessageBus): Promise<{ readonly started: Promise<void> }> {
  let onStart = silent;
  const started = new Promise<void>((resolve) => {
    onStart = resolve;
  });
  await bus.subscribe('pooled.started', () => onStart());
  return { started };
}

async function finish({ bus }: Setting): Promise<void> {
  await expectAtRest(bus);
  await bus.close();
}

/** With its own life at stake. */
const DEATHS: [string, object, PoolOptions][] = [
  ['exits with 0', { way: 'exit', code: 0 }, {}],
  ['exits with 7', { way: 'exit', code: 7 }, {}],
  ['throws what nobody catches', { way: 'crash' }, {}],
  // bugs 12: an error of its memory limit ends the thread alone.
  ['has no memory left', { way: 'hoard' }, { resourceLimits: { maxOldGenerationSizeMb: 24 } }],
  ['never gives the thread back', { way: 'loop' }, { timeout: 200 }],
];

// With 2 shards: pool-options.test.ts.
describe.each([1, 4])('a pool, with %i shards', (shards) => {
  it('hands each message to a thread that can start it, and is one endpoint', async () => {
    const setting = await poolOf({ threads: 3, service: 'jobs', tags: ['eu'] }, shards);
    const { bus } = setting;
    expect(await threadsAtOnce(bus, 3)).toBe(3);
    expect(await bus.endpoints.find({ service: 'jobs' })).toMatchObject([
      { id: 'pool', tags: ['eu'], state: 'active', health: 'healthy' },
    ]);
    expect(await bus.notify('job.answer', { way: 'answer' })).toEqual({ delivered: 1 });
    expect(await bus.explain('job.answer')).toMatchObject({
      request: 'pool',
      notification: ['pool'],
    });
    await finish(setting);
  });

  it.each(DEATHS)(
    'outlives a thread that %s, and loses nothing that it holds',
    async (_, deed, options) => {
      const setting = await poolOf({ ...options, threads: 2 }, shards);
      const { bus } = setting;
      const handled = new Set<number>();
      const seen = await bus.subscribe(
        'pooled.started',
        ({ payload }) => void handled.add((payload as { value: number }).value),
        { overflow: 'block' },
      );
      const calls: Promise<unknown>[] = [];
      for (let value = 0; value < 60; value++) {
        const isFatal = value === 10 || value === 35;
        const payload = isFatal
          ? { ...deed, once: true, told: true, value }
          : { way: 'answer', told: true, value };
        const verb = value % 2 === 0 || isFatal ? 'request' : 'notify';
        calls.push(bus[verb](`job.${value % 7}`, payload));
      }
      const outcomes = await Promise.allSettled(calls);
      const expected = outcomes.map((__, value) =>
        value % 2 === 0 || value === 35 ? value : { delivered: 1 },
      );
      expect(outcomes).toEqual(expected.map((value) => ({ status: 'fulfilled', value })));
      expect(handled.size).toBe(60);
      await seen.unsubscribe();
      await finish(setting);
    },
  );
});

describe('the threads of a pool', () => {
  it('are as many again after all of them have died at once', async () => {
    // bugs 2 and 8: no death costs the pool a thread for good.
    const setting = await poolOf({ threads: 3, maxDeaths: 1 });
    const { bus } = setting;
    const dead = [1, 2, 3].map(() => failureOf(bus.request('job.exit', { way: 'exit', code: 1 })));
    for (const { code } of await Promise.all(dead)) expect(code).toBe('ERR_BUS_WORKER');
    await persist(() => bus.request('job.answer', { way: 'answer', value: 1 }));
    await until(async () => (await persist(() => threadsAtOnce(bus, 3))) === 3);
    await finish(setting);
  });

  it('serve in parallel after requests that timed out', async () => {
    // bugs 8: the attempt's time-out gives the place back, whatever the handler does.
    const setting = await poolOf({ threads: 3, timeout: 300 });
    const { bus } = setting;
    const late = [1, 2, 3].map(() => failureOf(bus.request('job.never', { way: 'never' })));
    for (const { code } of await Promise.all(late)) expect(code).toBe('ERR_BUS_TIMEOUT');
    expect(await threadsAtOnce(bus, 3)).toBe(3);
    await finish(setting);
  });

  it('are not harmed by a request that was cancelled', async () => {
    // I6: what was not started is never started.
    const setting = await poolOf({ threads: 1 });
    const { bus } = setting;
    const runs: unknown[] = [];
    await bus.subscribe('pooled.started', ({ payload }) => void runs.push(payload));
    const first = bus.request('job.wait', { way: 'wait', ms: 100 });
    const abort = new AbortController();
    const waiting = failureOf(
      bus.request('job.x', { way: 'answer', told: true }, { signal: abort.signal }),
    );
    const next = bus.request('job.y', { way: 'thread' });
    abort.abort(new Error('enough'));
    expect((await waiting).code).toBe('ERR_BUS_ABORTED');
    const gone = failureOf(bus.request('job.z', {}, { signal: AbortSignal.abort() }));
    expect((await gone).code).toBe('ERR_BUS_ABORTED');
    expect(await next).toBe(await first);
    await bus.notify('job.end', { way: 'answer' });
    expect(runs).toEqual([]);
    await finish(setting);
  });

  it('have answered what they answered before they crashed', async () => {
    // I2: the value stays; the thread is replaced.
    const setting = await poolOf({ threads: 1 });
    const { bus } = setting;
    expect(await bus.request('job.x', { way: 'answerAndCrash' })).toBe('last word');
    await persist(() => bus.request('job.x', { way: 'answer', value: 2 }));
    await finish(setting);
  });

  it('that exit later take the next request with them, which names the exit code', async () => {
    // I4, and I12 for what comes after.
    const setting = await poolOf({ threads: 1, maxDeaths: 1 });
    const { bus } = setting;
    const threadId = await bus.request('job.x', { way: 'exitSoon' });
    const error = await failureOf(bus.request('job.x', { way: 'wait', ms: 60_000 }));
    expect(error).toMatchObject({
      code: 'ERR_BUS_WORKER',
      details: { endpoint: 'pool', exitCode: 5, threadId },
    });
    await persist(() => bus.request('job.x', { way: 'answer' }));
    await finish(setting);
  });

  it('that a message kills again and again are replaced, and the message is a dead letter', async () => {
    // I10, E20: the caller is told, the process lives.
    const setting = await poolOf({ threads: 2, resourceLimits: { maxOldGenerationSizeMb: 24 } });
    const { bus } = setting;
    const runs: { attempt: number; redelivered: boolean }[] = [];
    await bus.subscribe('pooled.started', ({ payload }) => void runs.push(payload as never));
    const error = await failureOf(bus.request('job.x', { way: 'hoard', told: true }));
    expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { endpoint: 'pool' } });
    expect(runs.map(({ redelivered }) => redelivered)).toEqual([false, true, true]);
    expect((await bus.deadLetters.list()).items).toMatchObject([
      { reason: 'died', endpoint: 'pool', deaths: 3 },
    ]);
    await bus.deadLetters.purge();
    await finish(setting);
  });

  it('carry errors of the handler with all their properties', async () => {
    const setting = await poolOf({ threads: 1 });
    const error = await failureOf(setting.bus.request('job.x', { way: 'fail' }));
    expect(error).toMatchObject({
      code: 'ERR_BUS_HANDLER',
      cause: { code: 'E_NO', details: { a: 1 } },
    });
    expect(error.cause).toBeInstanceOf(TypeError);
    await finish(setting);
  });

  it('take ten thousand requests at once', async () => {
    // I16: nothing recurses.
    const setting = await poolOf({ threads: 2 });
    const { bus } = setting;
    const calls = Array.from({ length: 10_000 }, (_, value) =>
      bus.request('job.x', { way: 'answer', value }),
    );
    expect(await Promise.all(calls)).toEqual(calls.map((_, value) => value));
    await finish(setting);
  });

  it('let wait what the queue limit allows, and no more', async () => {
    // H4: one runs, two wait, the fourth is refused.
    const setting = await poolOf({ threads: 1, queueLimit: 2 }, 1);
    const { bus } = setting;
    const calls = [1, 2, 3].map(() => bus.request('job.x', { way: 'wait', ms: 200 }));
    const refused = await failureOf(bus.request('job.x', { way: 'answer' }));
    expect(refused).toMatchObject({
      code: 'ERR_BUS_FULL',
      details: { endpoint: 'pool', limit: 2 },
    });
    await Promise.all(calls);
    await finish(setting);
  });
});

describe('registering a pool', () => {
  it('runs the export that is asked for', async () => {
    const bus = await createWatchedBus({ shards: 1, logger: QUIET });
    await bus.registerPool('pool', POOLED, { threads: 1, handler: 'other' });
    await bus.registerRoute('x', 'pool');
    expect(await bus.request('x', 1)).toBe('other 1');
    await expectAtRest(bus);
    await bus.close();
  });

  it.each([
    ['a module that throws at load', workerFile('throwing'), {}],
    ['a module that is not there', workerFile('nowhere'), {}],
    ['an export that is no function', POOLED, { handler: 'notAFunction' }],
    ['one that is to judge errors', POOLED, { breaker: { isFailure: 'notAFunction' } }],
  ])('tells of %s after a few tries, and leaves nothing', async (_, url, options) => {
    // bugs 14: growing delays, a limit, and the module's own error.
    const bus = await createWatchedBus({ shards: 1, logger: QUIET });
    const error = await failureOf(bus.registerPool('pool', url, { threads: 2, ...options }));
    expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { pool: 'pool' } });
    expect(error.cause).toBeInstanceOf(Error);
    expect(await bus.endpoints.find()).toEqual([]);
    await expectAtRest(bus);
    await bus.close();
  });

  it.each([
    ['threads', { threads: 0 }],
    ['handler', { handler: 1 }],
    ['name', { name: 'x' }],
    ['breaker.isFailure', { breaker: { isFailure: () => true } }],
    ['nonsense', { nonsense: 1 }],
  ])('refuses a bad %s before a thread starts', async (option, options) => {
    const bus = await createWatchedBus({ shards: 1, logger: QUIET });
    const error = await failureOf(bus.registerPool('pool', POOLED, options as PoolOptions));
    expect(error).toMatchObject({ code: 'ERR_BUS_CONFIG', details: { option } });
    await bus.close();
  });

  it('refuses an id that is taken', async () => {
    const setting = await poolOf({ threads: 1 });
    const again = await failureOf(setting.bus.registerPool('pool', POOLED, { threads: 1 }));
    expect(again.code).toBe('ERR_BUS_DUPLICATE');
    await finish(setting);
  });
});

describe('a pool whose module cannot be loaded any more', () => {
  it('has failed: calls, health and an alert say so, and what waits is a dead letter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pooled-'));
    const broken = join(folder, 'broken');
    const bus = await createWatchedBus({ shards: 2, logger: QUIET });
    const alerts: { name: string; message: string }[] = [];
    bus.on('alert', (alert) => alerts.push(alert));
    const env = { POOLED_BROKEN: broken };
    await bus.registerPool('pool', workerFile('pooled-once'), { threads: 2, env });
    await bus.registerRoute('x', 'pool');
    writeFileSync(broken, '');
    const calls = [bus.request('x'), bus.notify('x'), bus.notify('x')];
    const codes = (await Promise.all(calls.map(failureOf))).map(({ code }) => code);
    expect(codes[0]).toBe('ERR_BUS_ENDPOINT_UNAVAILABLE');
    expect(codes.slice(1)).toEqual(['ERR_BUS_DELIVERY_FAILED', 'ERR_BUS_DELIVERY_FAILED']);
    const { items } = await bus.deadLetters.list();
    expect(items.map(({ reason, endpoint }) => [reason, endpoint])).toEqual([
      ['died', 'pool'],
      ['died', 'pool'],
    ]);
    expect((await failureOf(bus.request('x'))).code).toBe('ERR_BUS_ENDPOINT_UNAVAILABLE');
    const { endpoints, reasons, state } = await bus.health();
    expect(state).toBe('degraded');
    expect(reasons.join()).toContain('not any more');
    expect(endpoints['pool']).toEqual({ liveness: 'dead', state: 'closed', breaker: 'closed' });
    expect(alerts).toMatchObject([{ name: 'pools', state: 'raised' }]);
    await bus.deadLetters.purge();
    await expectAtRest(bus);
    await bus.close();
    rmSync(folder, { recursive: true });
  });
});

describe('closing', () => {
  it('a pool finishes what has begun and hands back what waits', async () => {
    const { bus, pool } = await poolOf({ threads: 1 });
    const { started } = await listen(bus);
    const begun = bus.request('job.x', { way: 'wait', ms: 100, told: true });
    await started;
    const waiting = failureOf(bus.request('job.x', { way: 'answer' }));
    expect(pool.close()).toBe(pool.close());
    expect((await waiting).code).toMatch(/^ERR_BUS_(ENDPOINT_UNAVAILABLE|NO_ROUTE)$/);
    expect(await begun).toBeTypeOf('number');
    await pool.close();
    expect(await bus.endpoints.find()).toEqual([]);
    expect((await failureOf(bus.request('job.x'))).code).toBe('ERR_BUS_NO_ROUTE');
    await bus.registerPool('pool', POOLED, { threads: 1 });
    await expectAtRest(bus);
    await bus.close();
  });

  it('the bus ends threads that loop, within its time', async () => {
    // bugs 4 and 6: bounded, and nothing runs afterwards.
    const { bus } = await poolOf({ threads: 1 });
    const { started } = await listen(bus);
    const calls = [failureOf(bus.request('job.x', { way: 'loop', told: true }))];
    await started;
    for (let i = 0; i < 5; i++) calls.push(failureOf(bus.request('job.x', { way: 'answer' })));
    const { threadsTerminated } = await bus.close({ timeout: 100 });
    expect(threadsTerminated).toBe(1);
    for (const { code } of await Promise.all(calls)) expect(code).toBe('ERR_BUS_CLOSED');
  });
});
