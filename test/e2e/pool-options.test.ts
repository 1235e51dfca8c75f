/** Pools with a breaker, in order by key, and with handlers that must not run twice. */
import { describe, expect, it } from 'vitest';
import type { MessageBus, PoolOptions } from '../../src/index.ts';
import { failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';
import { type SharedBus, sharedBus } from '../helpers/shared-bus.ts';

const silent = (): void => {};
const QUIET = { debug: silent, info: silent, warn: silent, error: silent };

interface Run {
  readonly value: number;
  readonly key: string;
  readonly redelivered: boolean;
  readonly threadId: number;
}

async function startedOn(bus: MessageBus): Promise<{ runs: Run[]; end(): Promise<void> }> {
  const runs: Run[] = [];
  const onStart = ({ payload }: { payload: unknown }): void => void runs.push(payload as Run);
  const seen = await bus.subscribe('pooled.started', onStart, { overflow: 'block' });
  return { runs, end: () => seen.unsubscribe() };
}

const breakerOf = async (bus: MessageBus): Promise<string | undefined> =>
  (await bus.health()).endpoints['pool']?.breaker;

async function openPool(shared: SharedBus, options: PoolOptions): Promise<void> {
  const { bus } = shared;
  shared.open(await bus.registerPool('pool', workerFile('pooled'), options));
  await bus.registerRoute('job.*', 'pool');
}

describe.each([1, 2, 4])('a pool, with %i shards', (shards) => {
  const shared = sharedBus({ shards, logger: QUIET });

  it('in order by key has one message of a key at a time, on all threads, also when they die', async () => {
    const { bus } = shared;
    await openPool(shared, { threads: 3, ordered: 'key', maxDeaths: 5 });
    const { runs, end } = await startedOn(bus);
    const keys = ['job.a', 'job.b', 'job.c', 'job.d'];
    const calls: Promise<unknown>[] = [];
    for (let value = 0; value < 60; value++) {
      const key = keys[value % keys.length] as string;
      const isFatal = value === 9 || value === 30;
      const way = isFatal ? { way: 'exit', code: 0, once: true } : { way: 'answer' };
      calls.push(bus.notify(key, { ...way, told: true, value, key }));
    }
    expect(await Promise.all(calls)).toEqual(calls.map(() => ({ delivered: 1 })));
    for (const key of keys) {
      const own = runs.filter((run) => run.key === key).map(({ value }) => value);
      // What came again came before the next of its key.
      expect(own).toEqual([...own].sort((a, b) => a - b));
      expect(new Set(own).size).toBe(15);
    }
    expect(
      runs
        .filter(({ redelivered }) => redelivered)
        .map(({ value }) => value)
        .sort(),
    ).toEqual([30, 9]);
    expect(new Set(runs.map(({ threadId }) => threadId)).size).toBeGreaterThan(1);
    await end();
  });

  it('has one breaker, which deaths and failures on all threads open', async () => {
    const { bus } = shared;
    await openPool(shared, {
      threads: 2,
      maxDeaths: 1,
      breaker: { consecutiveFailures: 3, openFor: 60_000, isFailure: 'isOurs' },
    });
    for (let at = 0; at < 3; at++) {
      const error = await failureOf(bus.request('job.x', { way: 'fail', code: 'E_ELSE' }));
      expect(error.code).toBe('ERR_BUS_HANDLER');
    }
    expect(await breakerOf(bus)).toBe('closed');
    const died = await failureOf(bus.request('job.x', { way: 'exit', code: 0 }));
    expect(died.code).toBe('ERR_BUS_WORKER');
    await Promise.all(
      ['job.x', 'job.y'].map((key) => failureOf(bus.request(key, { way: 'fail' }))),
    );
    await until(async () => (await breakerOf(bus)) === 'open');
    const refused = await failureOf(bus.request('job.z', { way: 'answer' }));
    expect(refused).toMatchObject({ code: 'ERR_BUS_ENDPOINT_UNAVAILABLE', retryable: true });
    await bus.deadLetters.purge();
  });
});

describe('a pool', () => {
  const shared = sharedBus({ shards: 2, logger: QUIET });

  it('whose breaker is open closes it by a trial', async () => {
    const { bus } = shared;
    const states: string[] = [];
    const note = ({ state }: { state: string }): void => void states.push(state);
    bus.on('breaker', note);
    await openPool(shared, { threads: 1, breaker: { consecutiveFailures: 1, openFor: 20 } });
    await failureOf(bus.request('job.x', { way: 'fail' }));
    await until(() => states.includes('half-open'));
    // A shard may see the time pass a moment after main does.
    const trial = (): Promise<unknown> =>
      bus.request('job.x', { way: 'answer' }).catch(({ code }: { code?: string }) => code);
    await until(async () => (await trial()) !== 'ERR_BUS_ENDPOINT_UNAVAILABLE');
    await until(() => states.includes('closed'));
    // Main may be told that it has opened when it is half-open already.
    expect(states.slice(-2)).toEqual(['half-open', 'closed']);
    bus.off('breaker', note);
  });

  it('that redelivers nothing gives up what a thread had begun, and keeps the rest', async () => {
    const { bus } = shared;
    await openPool(shared, { threads: 2, redeliver: false });
    const { runs, end } = await startedOn(bus);
    const calls = Array.from({ length: 30 }, (_, value) => {
      const way = value === 7 ? { way: 'exit', code: 0 } : { way: 'answer' };
      return bus.notify(`job.${value % 5}`, { ...way, told: true, value });
    });
    const outcomes = await Promise.allSettled(calls);
    const failed = outcomes.flatMap(({ status }, value) => (status === 'rejected' ? [value] : []));
    expect(failed).toEqual([7]);
    expect(runs.map(({ value }) => value).sort((a, b) => a - b)).toEqual(calls.map((_, at) => at));
    expect((await bus.deadLetters.list()).items).toMatchObject([
      { reason: 'died', endpoint: 'pool', deaths: 1 },
    ]);
    await bus.deadLetters.purge();
    await end();
  });
});
