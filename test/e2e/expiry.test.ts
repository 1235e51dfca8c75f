/** `ttl`: what has not been handled by its end is not handled any more, wherever it waits. */
import { describe, expect, it } from 'vitest';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { gate, until } from '../helpers/gate.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

const EXPIRED = 'ERR_BUS_EXPIRED';

describe.each([1, 2, 4])('a ttl, with %i shards', (shards) => {
  const shared = sharedBus({ shards });

  /** What is kept of notifications; nothing is afterwards. */
  async function letters(): Promise<unknown[]> {
    const { items } = await shared.bus.deadLetters.list();
    await shared.bus.deadLetters.purge();
    return items.map(({ attempts, endpoint, payload, reason }) => {
      return [endpoint, reason, attempts, payload];
    });
  }

  /** An endpoint that handles one message at a time, and holds it until it is released. */
  async function busyEndpoint(key: string) {
    const { bus } = shared;
    const got: unknown[] = [];
    const release = gate();
    const handler = async ({ payload }: { payload: unknown }): Promise<unknown> => {
      got.push(payload);
      await release.promise;
      return payload;
    };
    shared.open(await bus.registerEndpoint(key, handler, { concurrency: 1 }));
    await bus.registerRoute(key, key);
    const first = bus.request(key, 'first');
    await until(() => got.length === 1);
    return { bus, first, got, release };
  }

  it('ends while the message waits for a busy handler, and the handler never sees it', async () => {
    const { bus, first, got, release } = await busyEndpoint('a');
    expect(await failureOf(bus.request('a', 'late', { ttl: 5 }))).toMatchObject({
      code: EXPIRED,
      retryable: false,
    });
    expect(await codeOf(bus.notify('a', 'late', { ttl: 5 }))).toBe(EXPIRED);
    release.open();
    expect(await letters()).toEqual([['a', 'expired', 0, 'late']]);
    expect(await first).toBe('first');
    expect(await bus.request('a', 'in time', { ttl: 60_000 })).toBe('in time');
    expect(got).toEqual(['first', 'in time']);
  });

  it('ends while the message waits in the shard behind more than the endpoint is handed', async () => {
    const { bus, first, got, release } = await busyEndpoint('b');
    const waiting = Array.from({ length: 100 }, (_, at) => bus.request('b', at));
    const late = Array.from({ length: 100 }, (_, at) =>
      codeOf(at % 10 === 0 ? bus.notify('b', at, { ttl: 5 }) : bus.request('b', at, { ttl: 5 })),
    );
    expect(await Promise.all(late)).toEqual(Array(100).fill(EXPIRED));
    const expected = Array.from({ length: 10 }, (_, at) => ['b', 'expired', 0, at * 10]);
    release.open();
    expect((await letters()).sort()).toEqual(expected);
    await first;
    await Promise.all(waiting);
    expect(got).toEqual(['first', ...Array.from({ length: 100 }, (_, at) => at)]);
  });

  it('ends while the message waits for its next run, and at every endpoint that does not have it', async () => {
    const { bus } = shared;
    const runs: string[] = [];
    const retry = { attempts: 5, initial: 60_000, max: 60_000, jitter: 'none' } as const;
    for (const id of ['one', 'two']) {
      const fail = (): never => {
        runs.push(id);
        throw new Error('not yet');
      };
      shared.open(await bus.registerEndpoint(id, fail, { retry }));
      await bus.registerRoute('c', id);
    }
    expect(await failureOf(bus.notify('c', 'again', { ttl: 50 }))).toMatchObject({ code: EXPIRED });
    expect(runs.sort()).toEqual(['one', 'two']);
    expect((await letters()).sort()).toEqual([
      ['one', 'expired', 1, 'again'],
      ['two', 'expired', 1, 'again'],
    ]);
  });
});
