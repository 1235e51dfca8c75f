/** Pools: one endpoint, several threads, and a replacement for each that ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  Endpoint,
  MessageBus,
  PoolOptions,
  RequestOptions,
  Subscription,
} from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { gate, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

const silent = (): void => {};
const QUIET = { debug: silent, info: silent, warn: silent, error: silent };
const POOLED = workerFile('pooled');

let bus: MessageBus;
let pools = 0;

/** One bus for all tests of a block, which leave nothing on it. */
function onOneBus(shards: number): void {
  beforeAll(async () => {
    bus = await createWatchedBus({ shards, logger: QUIET });
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });
}

/** An endpoint of its own for a test, with keys of its own. */
class Pool {
  readonly id = `pool${++pools}`;
  #endpoint: Endpoint | undefined;

  async open(options: PoolOptions): Promise<this> {
    this.#endpoint = await bus.registerPool(this.id, POOLED, options);
    await bus.registerRoute(`${this.id}.*`, this.id);
    return this;
  }

  get endpoint(): Endpoint {
    return this.#endpoint as Endpoint;
  }

  request(payload: object, name = 'x', options: RequestOptions = {}): Promise<unknown> {
    return bus.request(`${this.id}.${name}`, { ...payload, of: this.id }, options);
  }

  notify(payload: object, name = 'x'): Promise<unknown> {
    return bus.notify(`${this.id}.${name}`, { ...payload, of: this.id });
  }

  /** Calls `started` with what a handler of this pool tells. */
  listen(started: (run: Run) => void): Promise<Subscription> {
    const listener = ({ payload }: { payload: unknown }): void => {
      if ((payload as Run).of === this.id) started(payload as Run);
    };
    return bus.subscribe('pooled.started', listener, { overflow: 'block' });
  }

  async threadsAtOnce(count: number): Promise<number> {
    const calls = Array.from({ length: count }, () => this.request({ way: 'wait', ms: 100 }));
    return new Set(await Promise.all(calls)).size;
  }
}

interface Run {
  readonly of: string;
  readonly value?: number;
  readonly redelivered: boolean;
}

const poolOf = (options: PoolOptions): Promise<Pool> => new Pool().open(options);

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

/** With its own life at stake. */
const DEATHS: [string, object, PoolOptions][] = [
  ['exits with 0', { way: 'exit', code: 0 }, {}],
  ['exits with 7', { way: 'exit', code: 7 }, {}],
  ['throws what nobody catches', { way: 'crash' }, {}],
  // bugs 12: an error of its memory limit ends the thread alone.
  ['has no memory left', { way: 'hoard' }, { resourceLimits: { maxOldGenerationSizeMb: 24 } }],
  ['never gives the thread back', { way: 'loop' }, { timeout: 400 }],
];

// With 2 shards: pool-options.test.ts.
describe.each([1, 4])('a pool, with %i shards', (shards) => {
  onOneBus(shards);

  it('hands each message to a thread that can start it, and is one endpoint', async () => {
    const pool = await poolOf({ threads: 3, service: 'jobs', tags: ['eu'] });
    expect(await pool.threadsAtOnce(3)).toBe(3);
    expect(await bus.endpoints.find({ service: 'jobs' })).toMatchObject([
      { id: pool.id, tags: ['eu'], state: 'active', health: 'healthy' },
    ]);
    expect(await pool.notify({ way: 'answer' })).toEqual({ delivered: 1 });
    expect(await bus.explain(`${pool.id}.x`)).toMatchObject({
      request: pool.id,
      notification: [pool.id],
    });
    await pool.endpoint.close();
  });

  it.concurrent.each(DEATHS)(
    'outlives a thread that %s, and loses nothing that it holds',
    async (_, deed, options) => {
      const pool = await poolOf({ ...options, threads: 2 });
      const handled = new Set<number>();
      const seen = await pool.listen(({ value }) => void handled.add(value as number));
      const calls: Promise<unknown>[] = [];
      for (let value = 0; value < 60; value++) {
        const isFatal = value === 10 || value === 35;
        const payload = isFatal
          ? { ...deed, once: true, told: true, value }
          : { way: 'answer', told: true, value };
        const verb = value % 2 === 0 || isFatal ? 'request' : 'notify';
        calls.push(pool[verb](payload, `${value % 7}`));
      }
      const outcomes = await Promise.allSettled(calls);
      const expected = outcomes.map((__, value) =>
        value % 2 === 0 || value === 35 ? value : { delivered: 1 },
      );
      expect(outcomes).toEqual(expected.map((value) => ({ status: 'fulfilled', value })));
      // What the threads tell comes another way than their answers, and may be behind them.
      await until(() => handled.size === 60);
      await seen.unsubscribe();
      await pool.endpoint.close();
    },
  );
});

describe('the threads of a pool', () => {
  onOneBus(2);

  it('are as many again after all of them have died at once', async () => {
    // bugs 2 and 8: no death costs the pool a thread for good.
    const pool = await poolOf({ threads: 3, maxDeaths: 1 });
    const dead = [1, 2, 3].map(() => failureOf(pool.request({ way: 'exit', code: 1 })));
    for (const { code } of await Promise.all(dead)) expect(code).toBe('ERR_BUS_WORKER');
    await persist(() => pool.request({ way: 'answer', value: 1 }));
    await until(async () => (await persist(() => pool.threadsAtOnce(3))) === 3);
    await pool.endpoint.close();
  });

  it('are missed by health() while none is there, until another one has come', async () => {
    const pool = await poolOf({ threads: 1, maxDeaths: 1 });
    const reason = `all threads of pool '${pool.endpoint.id}' have ended, and are being replaced`;
    await failureOf(pool.request({ way: 'exit', code: 1 }));
    expect((await bus.health()).reasons).toContain(reason);
    await persist(() => pool.request({ way: 'answer', value: 1 }));
    expect((await bus.health()).reasons).not.toContain(reason);
    await pool.endpoint.close();
  });

  it('serve in parallel after requests that timed out', async () => {
    // bugs 8: the attempt's time-out gives the place back, whatever the handler does.
    const pool = await poolOf({ threads: 2, timeout: 300 });
    const late = [1, 2].map(() => failureOf(pool.request({ way: 'never' })));
    for (const { code } of await Promise.all(late)) expect(code).toBe('ERR_BUS_TIMEOUT');
    expect(await pool.threadsAtOnce(2)).toBe(2);
    await pool.endpoint.close();
  });

  it('are not harmed by a request that was cancelled', async () => {
    // I6: what was not started is never started.
    const pool = await poolOf({ threads: 1 });
    const runs: unknown[] = [];
    const seen = await pool.listen((run) => void runs.push(run));
    const first = pool.request({ way: 'wait', ms: 100 });
    const abort = new AbortController();
    const { signal } = abort;
    const waiting = failureOf(pool.request({ way: 'answer', told: true }, 'x', { signal }));
    const next = pool.request({ way: 'thread' }, 'y');
    abort.abort(new Error('enough'));
    expect((await waiting).code).toBe('ERR_BUS_ABORTED');
    const gone = failureOf(pool.request({}, 'z', { signal: AbortSignal.abort() }));
    expect((await gone).code).toBe('ERR_BUS_ABORTED');
    expect(await next).toBe(await first);
    await pool.notify({ way: 'answer' });
    expect(runs).toEqual([]);
    await seen.unsubscribe();
    await pool.endpoint.close();
  });

  it('have answered what they answered before they crashed', async () => {
    // I2: the value stays; the thread is replaced.
    const pool = await poolOf({ threads: 1 });
    expect(await pool.request({ way: 'answerAndCrash' })).toBe('last word');
    await persist(() => pool.request({ way: 'answer', value: 2 }));
    await pool.endpoint.close();
  });

  it('that exit later take the next request with them, which names the exit code', async () => {
    // I4, and I12 for what comes after.
    const pool = await poolOf({ threads: 1, maxDeaths: 1 });
    const threadId = await pool.request({ way: 'exitSoon' });
    const error = await failureOf(pool.request({ way: 'wait', ms: 60_000 }));
    expect(error).toMatchObject({
      code: 'ERR_BUS_WORKER',
      details: { endpoint: pool.id, exitCode: 5, threadId },
    });
    await persist(() => pool.request({ way: 'answer' }));
    await pool.endpoint.close();
  });

  it('that a message kills again and again are replaced, and the message is a dead letter', async () => {
    // I10, E20: the caller is told, the process lives.
    const pool = await poolOf({ threads: 2, resourceLimits: { maxOldGenerationSizeMb: 24 } });
    const runs: Run[] = [];
    const seen = await pool.listen((run) => void runs.push(run));
    await bus.deadLetters.purge();
    const error = await failureOf(pool.request({ way: 'hoard', told: true }));
    expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { endpoint: pool.id } });
    expect(runs.map(({ redelivered }) => redelivered)).toEqual([false, true, true]);
    expect((await bus.deadLetters.list()).items).toMatchObject([
      { reason: 'died', endpoint: pool.id, deaths: 3 },
    ]);
    await bus.deadLetters.purge();
    await seen.unsubscribe();
    await pool.endpoint.close();
  });

  it('carry errors of the handler with all their properties', async () => {
    const pool = await poolOf({ threads: 1 });
    const error = await failureOf(pool.request({ way: 'fail' }));
    expect(error).toMatchObject({
      code: 'ERR_BUS_HANDLER',
      cause: { code: 'E_NO', details: { a: 1 } },
    });
    expect(error.cause).toBeInstanceOf(TypeError);
    await pool.endpoint.close();
  });

  it('take ten thousand requests at once', async () => {
    // I16: nothing recurses.
    const pool = await poolOf({ threads: 2 });
    const calls = Array.from({ length: 10_000 }, (_, value) =>
      pool.request({ way: 'answer', value }),
    );
    expect(await Promise.all(calls)).toEqual(calls.map((_, value) => value));
    await pool.endpoint.close();
  });

  it('let wait what the queue limit allows, and no more', async () => {
    // H4: one runs, two wait, the fourth is refused. One key has one shard.
    const pool = await poolOf({ threads: 1, queueLimit: 2 });
    const calls = [1, 2, 3].map(() => pool.request({ way: 'wait', ms: 200 }));
    const refused = await failureOf(pool.request({ way: 'answer' }));
    expect(refused).toMatchObject({
      code: 'ERR_BUS_FULL',
      details: { endpoint: pool.id, limit: 2 },
    });
    await Promise.all(calls);
    await pool.endpoint.close();
  });
});

describe('registering a pool', () => {
  onOneBus(1);

  it('runs the export that is asked for', async () => {
    const pool = await bus.registerPool('pool', POOLED, { threads: 1, handler: 'other' });
    await bus.registerRoute('x', 'pool');
    expect(await bus.request('x', 1)).toBe('other 1');
    await pool.close();
  });

  it.concurrent.each([
    ['a module that throws at load', workerFile('throwing'), { threads: 2 }],
    ['a module that is not there', workerFile('nowhere'), {}],
    ['an export that is no function', POOLED, { handler: 'notAFunction' }],
    ['one that is to judge errors', POOLED, { breaker: { isFailure: 'notAFunction' } }],
  ])('tells of %s, and leaves nothing', async (id, url, options) => {
    // bugs 14: growing delays, a limit (one try where more could not help), and the module's own error.
    const error = await failureOf(bus.registerPool(id, url, { threads: 1, ...options }));
    expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { pool: id } });
    expect(error.cause).toBeInstanceOf(Error);
    expect((await bus.endpoints.find()).map((endpoint) => endpoint.id)).not.toContain(id);
  });

  it.concurrent('counts a thread that its first message keeps as one that served', async () => {
    // Six lives: a pool whose threads cannot be started is given up after five.
    const pool = await poolOf({ threads: 1, timeout: 50 });
    for (const name of ['x', 'y']) {
      const error = await failureOf(persist(() => pool.request({ way: 'loop' }, name)));
      expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { endpoint: pool.id } });
    }
    await persist(() => pool.request({ way: 'answer' }));
    await bus.deadLetters.purge();
    await pool.endpoint.close();
  });

  it.each([
    ['threads', { threads: 0 }],
    ['handler', { handler: 1 }],
    ['name', { name: 'x' }],
    ['breaker.isFailure', { breaker: { isFailure: () => true } }],
    ['nonsense', { nonsense: 1 }],
  ])('refuses a bad %s before a thread starts', async (option, options) => {
    const error = await failureOf(bus.registerPool('bad', POOLED, options as PoolOptions));
    expect(error).toMatchObject({ code: 'ERR_BUS_CONFIG', details: { option } });
  });

  it('refuses an id that is taken', async () => {
    const pool = await poolOf({ threads: 1 });
    const again = await failureOf(bus.registerPool(pool.id, POOLED, { threads: 1 }));
    expect(again.code).toBe('ERR_BUS_DUPLICATE');
    await pool.endpoint.close();
  });
});

describe('a pool whose module cannot be loaded any more', () => {
  onOneBus(2);

  it('has failed: calls, health and an alert say so, and what waits is a dead letter', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pooled-'));
    const broken = join(folder, 'broken');
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
    expect(alerts.filter(({ message }) => message.includes('not any more'))).toHaveLength(1);
    await bus.deadLetters.purge();
    rmSync(folder, { recursive: true });
  });
});

describe('closing', () => {
  beforeEach(async () => {
    bus = await createWatchedBus({ shards: 2, logger: QUIET });
  });

  it('a pool finishes what has begun and hands back what waits', async () => {
    const pool = await poolOf({ threads: 1 });
    const started = gate();
    await pool.listen(() => started.open());
    const begun = pool.request({ way: 'wait', ms: 100, told: true });
    await started.promise;
    const waiting = failureOf(pool.request({ way: 'answer' }));
    const { endpoint } = pool;
    expect(endpoint.close()).toBe(endpoint.close());
    expect((await waiting).code).toMatch(/^ERR_BUS_(ENDPOINT_UNAVAILABLE|NO_ROUTE)$/);
    expect(await begun).toBeTypeOf('number');
    await endpoint.close();
    expect(await bus.endpoints.find()).toEqual([]);
    expect((await failureOf(pool.request({}))).code).toBe('ERR_BUS_NO_ROUTE');
    const again = await bus.registerPool(pool.id, POOLED, { threads: 1 });
    await again.close();
    await expectAtRest(bus);
    await bus.close();
  });

  it('the bus ends threads that loop, within its time', async () => {
    // bugs 4 and 6: bounded, and nothing runs afterwards.
    const pool = await poolOf({ threads: 1 });
    const started = gate();
    await pool.listen(() => started.open());
    const calls = [failureOf(pool.request({ way: 'loop', told: true }))];
    await started.promise;
    for (let i = 0; i < 5; i++) calls.push(failureOf(pool.request({ way: 'answer' })));
    const { threadsTerminated } = await bus.close({ timeout: 100 });
    expect(threadsTerminated).toBe(1);
    for (const { code } of await Promise.all(calls)) expect(code).toBe('ERR_BUS_CLOSED');
  });
});
