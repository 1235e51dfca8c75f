/** The longest time that each option takes lies ahead, not behind: nothing ends early, and no shard goes round in it. */
import { describe, expect, it } from 'vitest';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { gate, until } from '../helpers/gate.ts';

const LONGEST_MS = 2 ** 31 - 1;

describe.each([1, 2, 4])('with %i shards, the longest', (shards) => {
  it('time-out, ttl, delay of a retry and opening of a breaker keep up nobody else', async () => {
    const bus = await createWatchedBus({ shards });
    const restarts: unknown[] = [];
    bus.on('shardRestart', (restart) => restarts.push(restart));
    const release = gate();
    const held = async (): Promise<string> => {
      await release.promise;
      return 'held';
    };
    const fail = (): never => {
      throw new Error('never');
    };
    const retry = { initial: LONGEST_MS, max: LONGEST_MS, jitter: 'none' } as const;
    const breaker = { consecutiveFailures: 1, openFor: LONGEST_MS };
    await bus.registerEndpoint('held', held, { concurrency: 1, timeout: LONGEST_MS });
    const failing = await bus.registerEndpoint('failing', fail, { retry });
    const broken = await bus.registerEndpoint('broken', fail, { breaker, retry: { attempts: 1 } });
    await bus.registerEndpoint('quick', () => 'quick');
    await bus.registerRoutes([
      ...['held', 'failing', 'broken', 'quick'].map((id) => ({ pattern: `${id}.*`, endpoint: id })),
      { pattern: 'of.route', endpoint: 'held', timeout: LONGEST_MS },
    ]);

    const calls: Promise<unknown>[] = [bus.request('of.route')];
    for (let n = 0; n < 8; n++) {
      calls.push(bus.request(`held.${n}`, n, { timeout: LONGEST_MS }));
      calls.push(bus.notify(`held.${n}`, n, { ttl: LONGEST_MS }));
    }
    const waiting = codeOf(bus.notify('failing.x', 1));
    expect(await codeOf(bus.request('broken.x'))).toBe('ERR_BUS_HANDLER');
    await until(async () => (await bus.metrics()).messages.retried === 1);
    for (let n = 0; n < 100; n++) expect(await bus.request(`quick.${n}`)).toBe('quick');
    const { endpoints, state } = await bus.health();
    expect([state, endpoints['broken']?.breaker]).toEqual(['ok', 'open']);
    expect(await codeOf(bus.request('broken.x'))).toBe('ERR_BUS_ENDPOINT_UNAVAILABLE');

    release.open();
    const ends = await Promise.all(calls);
    expect(ends.filter((end) => end === 'held')).toHaveLength(9);
    await failing.close();
    expect(await waiting).toBe('ERR_BUS_NO_ROUTE');
    await broken.close();
    expect(restarts).toEqual([]);
    await expectAtRest(bus);
    await bus.close();
  });
});
