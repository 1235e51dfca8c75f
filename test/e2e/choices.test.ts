import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {
  BusError,
  Endpoint,
  EndpointOptions,
  MessageBus,
  RouteOptions,
} from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { gate, until } from '../helpers/gate.ts';

/** An endpoint that holds what it gets until it is told to answer. */
class Held {
  readonly id: string;
  readonly got: unknown[] = [];
  readonly #answers: (() => void)[] = [];

  constructor(id: string) {
    this.id = id;
  }

  readonly handler = ({ payload }: { payload: unknown }): Promise<unknown> => {
    this.got.push(payload);
    const { promise, open } = gate<unknown>();
    this.#answers.push(() => open([this.id, payload]));
    return promise;
  };

  get running(): number {
    return this.#answers.length;
  }

  answer(count = this.#answers.length): void {
    for (const answer of this.#answers.splice(0, count)) answer();
  }
}

describe.each([1, 2, 4])('who gets a message, with %i shards', (shards) => {
  let bus: MessageBus;
  const open: Endpoint[] = [];

  const add = async (
    id: string,
    pattern: string,
    routes: RouteOptions = {},
    options: EndpointOptions = {},
  ) => {
    const held = new Held(id);
    open.push(await bus.registerEndpoint(id, held.handler, options));
    await bus.registerRoute(pattern, id, routes);
    return held;
  };
  const quick = async (id: string, pattern: string, routes: RouteOptions = {}) => {
    open.push(await bus.registerEndpoint(id, () => id));
    await bus.registerRoute(pattern, id, routes);
  };
  const ask = (pattern: string, count: number, options = {}) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        bus.request(pattern.replace('*', String(i)), i, options),
      ),
    );
  const counts = (answers: unknown[]) => {
    const tally: Record<string, number> = {};
    for (const answer of answers as string[]) tally[answer] = (tally[answer] ?? 0) + 1;
    return tally;
  };

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
    await expectAtRest(bus);
  });
  afterAll(async () => {
    await bus.close();
  });

  it('goes round exactly, over all keys and shards, also while members come and go', async () => {
    for (const id of ['a', 'b', 'c']) await quick(id, 'r.*');
    expect(counts(await ask('r.*', 99))).toEqual({ a: 33, b: 33, c: 33 });
    await open.pop()?.close();
    expect(counts(await ask('r.*', 50))).toEqual({ a: 25, b: 25 });
  });

  it('goes by weight exactly, over all keys and shards', async () => {
    for (const [id, weight] of [
      ['a', 5],
      ['b', 3],
      ['c', 2],
    ] as const) {
      await quick(id, 'w.*', { balance: 'weighted', weight });
    }
    expect(counts(await ask('w.*', 200))).toEqual({ a: 100, b: 60, c: 40 });
  });

  it('keeps a key, or a header, with one member, and moves only what it must', async () => {
    const balance = 'consistent-hash';
    for (const id of ['a', 'b', 'c', 'd'])
      await quick(id, 'h.*', { balance, hashHeader: 'tenant' });
    const byTenant = async () =>
      Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          const headers = { tenant: `tenant ${i}` };
          const got = await Promise.all(
            [1, 2, 3].map((key) => bus.request(`h.${key}`, 1, { headers })),
          );
          expect(new Set(got).size).toBe(1);
          return got[0] as string;
        }),
      );
    const before = await byTenant();
    expect(new Set(before).size).toBe(4);
    await open.pop()?.close();
    const after = await byTenant();
    after.forEach((owner, i) => {
      if (before[i] !== 'd') expect(owner).toBe(before[i]);
    });
    // One that comes again under its id is what it was, though others have come and gone meanwhile.
    await quick('e', 'h.*', { balance, hashHeader: 'tenant' });
    await quick('d', 'h.*', { balance, hashHeader: 'tenant' });
    await open.splice(-2, 1)[0]?.close();
    expect(await byTenant()).toEqual(before);
    await open.pop()?.close();
    const byKey = await ask('h.*', 40);
    expect(new Set(byKey).size).toBe(3);
    expect(await ask('h.*', 40)).toEqual(byKey);
  });

  it('goes to who has the fewest in flight', async () => {
    const slow = await add('slow', 'l.*', { balance: 'least-in-flight' });
    const held = bus.request('l.0', 0);
    await until(() => slow.running === 1);
    await quick('idle', 'l.*', { balance: 'least-in-flight' });
    for (let i = 1; i < 10; i++) expect(await bus.request(`l.${i}`, i)).toBe('idle');
    slow.answer();
    expect(await held).toEqual(['slow', 0]);
  });

  // bugs.md 84, ExpediaGroup/styx PR 307.
  it('says so when the last member has gone', async () => {
    for (const balance of [
      'round-robin',
      'weighted',
      'random',
      'least-in-flight',
      'consistent-hash',
    ] as const) {
      for (const id of ['a', 'b']) await quick(id, `${balance}.*`, { balance });
      expect(['a', 'b']).toContain(await bus.request(`${balance}.x`));
      await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
      expect(await codeOf(bus.request(`${balance}.x`))).toBe('ERR_BUS_NO_ROUTE');
    }
  });

  // H2, cockatiel's bulkhead: concurrency 3, queue 5, 10 calls. With S shards a limit may be passed by one message for
  // each other shard that accepts at the same moment; calls of one key meet one shard, so that this is exact.
  it('runs three, lets five wait and refuses two of ten at once', async () => {
    const held = await add('e', 'full.*', {}, { concurrency: 3, queueLimit: 5 });
    const calls = Array.from({ length: 10 }, (_, i) => bus.request('full.k', i));
    const refused = await Promise.all(calls.slice(8).map(failureOf));
    expect(refused.map(({ code }) => code)).toEqual(['ERR_BUS_FULL', 'ERR_BUS_FULL']);
    expect(refused[0]).toMatchObject({ retryable: true, details: { endpoint: 'e', limit: 5 } });
    expect(refused[0]?.message).toContain("'e'");
    await until(() => held.running === 3);
    expect(held.got).toEqual([0, 1, 2]);
    for (let done = 0; done < 8; done++) {
      await until(() => held.running > 0);
      held.answer(1);
    }
    expect(await Promise.all(calls.slice(0, 8))).toHaveLength(8);
    expect(held.got).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  // H4, piscina's task-queue: one worker; 0 means refuse when all are busy.
  it.each([
    [2, 3],
    [0, 1],
  ])('with a queue limit of %i and one handler takes %i', async (queueLimit, taken) => {
    const held = await add('e', 'one', {}, { concurrency: 1, queueLimit });
    const calls = Array.from({ length: taken + 2 }, (_, i) => bus.request('one', i));
    const refused = await Promise.all(calls.slice(taken).map(codeOf));
    expect(refused).toEqual(['ERR_BUS_FULL', 'ERR_BUS_FULL']);
    await until(() => held.running === 1);
    for (let done = 0; done < taken; done++) {
      await until(() => held.running > 0);
      held.answer(1);
    }
    await Promise.all(calls.slice(0, taken));
    const again = bus.request('one', 'again');
    await until(() => held.running === 1);
    held.answer();
    expect(await again).toEqual(['e', 'again']);
  });

  it('keeps to a queue limit far beyond what is handed over, of all keys together', async () => {
    const held = await add('e', 'deep.*', {}, { concurrency: 1, queueLimit: 300 });
    const calls = Array.from({ length: 500 }, (_, i) => bus.request(`deep.${i % 10}`, i));
    const settled = Promise.allSettled(calls);
    const refused: unknown[] = [];
    for (const call of calls) call.catch((error: unknown) => refused.push(error));
    await until(() => refused.length >= 199 - shards && held.running === 1);
    while (held.got.length + refused.length < 500) {
      held.answer();
      await until(() => held.running > 0 || held.got.length + refused.length >= 500);
    }
    held.answer();
    await settled;
    expect(500 - refused.length).toBeGreaterThanOrEqual(301);
    expect(500 - refused.length).toBeLessThanOrEqual(301 + shards - 1);
  });

  it('passes over a member whose handler is busy, and never over to another priority', async () => {
    const busy = await add('busy', 'f', { priority: 1 }, { concurrency: 1 });
    await quick('low', 'f');
    const [first, second] = [bus.request('f', 1), bus.request('f', 2)];
    await until(() => busy.running === 1);
    const idle = await add('idle', 'f', { priority: 1 }, { concurrency: 1 });
    const third = bus.request('f', 3);
    // The third joins the second where that waits; whoever is free first takes them in order.
    await until(() => busy.got.length + idle.got.length >= 2);
    while (busy.got.length + idle.got.length < 3) {
      busy.answer();
      idle.answer();
      await until(() => busy.running + idle.running > 0);
    }
    busy.answer();
    idle.answer();
    const answers = (await Promise.all([first, second, third])) as [string, number][];
    expect(answers.map(([, payload]) => payload)).toEqual([1, 2, 3]);
    expect(answers.every(([id]) => id !== 'low')).toBe(true);
  });

  it('spills to the next priority where the route says so', async () => {
    const high = await add('high', 's', { priority: 1, spill: true }, { concurrency: 1 });
    await quick('low', 's');
    const first = bus.request('s', 1);
    await until(() => high.running === 1);
    expect([await bus.request('s', 2), await bus.request('s', 3)]).toEqual(['low', 'low']);
    high.answer();
    expect(await first).toEqual(['high', 1]);
  });

  it('lets a full endpoint’s messages wait until their deadline', async () => {
    const held = await add('e', 'd', {}, { concurrency: 1 });
    const other = await add('f', 'd', {}, { concurrency: 1 });
    const running = [bus.request('d', 1), bus.request('d', 2)];
    await until(() => held.running + other.running === 2);
    expect(await codeOf(bus.request('d', 3, { timeout: 20 }))).toBe('ERR_BUS_TIMEOUT');
    held.answer();
    other.answer();
    await Promise.all(running);
    expect([...held.got, ...other.got].sort()).toEqual([1, 2]);
  });

  it('fails over from an isolated endpoint, unless the route forbids it, and comes back', async () => {
    await quick('high', 'i.*', { priority: 2 });
    await quick('strict', 'i.strict', { priority: 3, failover: false });
    await quick('low', 'i.*');
    await bus.isolate('high');
    await bus.isolate('strict');
    expect(await bus.request('i.a')).toBe('low');
    const error = await failureOf(bus.request('i.strict'));
    expect(error).toMatchObject({ code: 'ERR_BUS_ENDPOINT_UNAVAILABLE', retryable: true });
    expect((await bus.explain('i.a')).routes[0]).toMatchObject({
      endpoint: 'high',
      state: 'isolated',
      eligible: false,
      reason: 'isolated',
    });
    expect((await bus.health()).endpoints['high']).toMatchObject({ state: 'isolated' });
    expect(await bus.endpoints.find()).toContainEqual(
      expect.objectContaining({ id: 'high', state: 'isolated', health: 'unhealthy' }),
    );
    await bus.isolate('low');
    expect(await codeOf(bus.request('i.a'))).toBe('ERR_BUS_ENDPOINT_UNAVAILABLE');
    const failed = await failureOf(bus.notify('i.a'));
    expect(failed).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: { delivered: 0 },
    });
    const named = (failed.details['failed'] as { endpoint: string; error: BusError }[]).map(
      ({ endpoint, error: { code } }) => [endpoint, code],
    );
    expect(named.sort()).toEqual([
      ['high', 'ERR_BUS_ENDPOINT_UNAVAILABLE'],
      ['low', 'ERR_BUS_ENDPOINT_UNAVAILABLE'],
    ]);
    await bus.restore('high');
    expect(await bus.request('i.a')).toBe('high');
    expect(await codeOf(bus.isolate('unknown'))).toBe('ERR_BUS_ENDPOINT_NOT_FOUND');
    expect(await codeOf(bus.restore(7 as never))).toBe('ERR_BUS_CONFIG');
  });

  // A16, moleculer's middlewares/timeout.spec.js.
  it('takes the timeout of the call, else of the route, else of the bus', async () => {
    const held = await add('e', 't.*', { timeout: 40 });
    const deadlines: (number | undefined)[] = [];
    open.push(
      await bus.registerEndpoint('seen', ({ deadline, timestamp }, ctx) => {
        deadlines.push(deadline && deadline - timestamp, Math.ceil(ctx.remaining / 1000) * 1000);
      }),
    );
    await bus.registerRoute('seen', 'seen', { timeout: 90_000 });
    await bus.registerRoute('plain', 'seen');
    await bus.request('seen');
    await bus.request('seen', 1, { timeout: 5_000 });
    // That of the bus is 30 s.
    await bus.request('plain');
    expect(deadlines).toEqual([90_000, 90_000, 5_000, 5_000, 30_000, 30_000]);
    const byRoute = await failureOf(bus.request('t.a', 1));
    expect(byRoute).toMatchObject({ code: 'ERR_BUS_TIMEOUT', details: { timeout: 40 } });
    expect(byRoute.message).toContain('40 ms');
    const byCall = await failureOf(bus.request('t.a', 2, { timeout: 20 }));
    expect(byCall).toMatchObject({ code: 'ERR_BUS_TIMEOUT', details: { timeout: 20 } });
    const long = bus.request('t.a', 3, { timeout: 60_000 });
    await until(() => held.got.includes(3));
    held.answer();
    expect(await long).toEqual(['e', 3]);
  });

  it('reaches an instant endpoint although another one takes its time over the same notification', async () => {
    const slow = await add('slow', 'n');
    const got = gate<unknown>();
    open.push(await bus.registerEndpoint('instant', ({ payload }) => got.open(payload)));
    await bus.registerRoute('n', 'instant');
    let isSettled = false;
    const call = bus.notify('n', 'news').finally(() => {
      isSettled = true;
    });
    expect(await got.promise).toBe('news');
    expect(isSettled).toBe(false);
    await until(() => slow.running === 1);
    slow.answer();
    expect(await call).toEqual({ delivered: 2 });
  });

  it('lists an endpoint over its queue limit with what it failed for; the others get the notification', async () => {
    const held = await add('e', 'q', {}, { concurrency: 1, queueLimit: 0 });
    const got: unknown[] = [];
    open.push(await bus.registerEndpoint('good', ({ payload }) => void got.push(payload)));
    await bus.registerRoute('q', 'good');
    const first = bus.notify('q', 1);
    await until(() => held.running === 1);
    const error = await failureOf(bus.notify('q', 2));
    expect(error).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: {
        delivered: 1,
        failed: [{ endpoint: 'e', error: { code: 'ERR_BUS_FULL', details: { limit: 0 } } }],
      },
    });
    held.answer();
    expect(await first).toEqual({ delivered: 2 });
    expect(got).toEqual([1, 2]);
  });
});
