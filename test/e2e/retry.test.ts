import { describe, expect, it } from 'vitest';
import type { RetryOptions } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

const QUICK = { attempts: 3, initial: 1, jitter: 'none' } as const;

describe.each([1, 2, 4])('failed attempts with %i shards', (shards) => {
  const shared = sharedBus({ shards });

  /** An endpoint for `k` that always throws `error`; tells how often it ran. */
  async function failing(error: Error, retry: RetryOptions): Promise<() => number> {
    let runs = 0;
    const fail = (): never => {
      runs += 1;
      throw error;
    };
    shared.open(await shared.bus.registerEndpoint('e', fail, { retry }));
    await shared.bus.registerRoute('k', 'e');
    return () => runs;
  }

  // p-retry "throws useful error message when non-error is thrown"; cockatiel RetryPolicy.test.ts "bubbles errors when
  // retry attempts exceeded" (E16); moleculerjs/moleculer#410 (bugs 38); bullmq tests/worker.test.ts "should not retry a failed job more than the number of given attempts times" (E8)
  it('are repeated until one succeeds, or until all runs are used up', async () => {
    const runs: [unknown, number, boolean][] = [];
    shared.open(
      await shared.bus.registerEndpoint(
        'e',
        ({ payload, attempt, redelivered }) => {
          runs.push([payload, attempt, redelivered]);
          if (payload === 'never' || attempt < 2) throw new Error(`run ${attempt}`);
          // biome-ignore lint/style/useThrowOnlyError: what a handler throws need not be an error.
          if (payload === 'text') throw `run ${attempt}`;
          return attempt;
        },
        { retry: QUICK },
      ),
    );
    await shared.bus.registerRoute('k.*', 'e');
    expect(await shared.bus.request('k.1', 'second')).toBe(2);
    const failure = await failureOf(shared.bus.request('k.2', 'never'));
    expect(failure).toMatchObject({
      code: 'ERR_BUS_HANDLER',
      message: 'run 3',
      details: { attempts: 3 },
    });
    expect(await shared.bus.notify('k.3', 'second')).toEqual({ delivered: 1 });
    const undelivered = await failureOf(shared.bus.notify('k.4', 'never'));
    expect(undelivered).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: { delivered: 0, failed: [{ endpoint: 'e', error: { message: 'run 3' } }] },
    });
    const text = await failureOf(shared.bus.request('k.5', 'text'));
    expect(text).toMatchObject({ message: 'run 3', cause: 'run 3', details: { attempts: 3 } });
    const expected = [2, 3, 2, 3, 3].flatMap((last, at) =>
      Array.from({ length: last }, (_, run) => [
        ['second', 'never', 'second', 'never', 'text'][at],
        run + 1,
        run > 0,
      ]),
    );
    expect(runs).toEqual(expected);
    const { items } = await shared.bus.deadLetters.list();
    expect(items).toMatchObject([{ reason: 'attempts', attempts: 3, payload: 'never' }]);
    await shared.bus.deadLetters.purge();
  });

  it('are repeated five times for notifications and not at all for requests, if nothing is said', async () => {
    const runs = await failing(new Error('always'), { initial: 0 });
    expect((await failureOf(shared.bus.request('k'))).details).toMatchObject({ attempts: 1 });
    expect(runs()).toBe(1);
    await failureOf(shared.bus.notify('k'));
    expect(runs()).toBe(6);
  });

  // bullmq tests/worker.test.ts "when attempts is 1" (E8)
  it('are not repeated with one attempt', async () => {
    const runs = await failing(new Error('once'), { attempts: 1 });
    expect((await failureOf(shared.bus.request('k'))).message).toBe('once');
    expect((await failureOf(shared.bus.notify('k'))).code).toBe('ERR_BUS_DELIVERY_FAILED');
    expect(runs()).toBe(2);
  });

  it('are not repeated when the error says that it is of no use', async () => {
    const noUse = Object.assign(new Error('no use'), { retryable: false });
    const runs = await failing(noUse, QUICK);
    await failureOf(shared.bus.request('k'));
    await failureOf(shared.bus.notify('k'));
    expect(runs()).toBe(2);
  });

  // moleculer test/integration/retry.spec.js "Test with remote actions" (D6)
  it('go to another member of the balance set where there is one', async () => {
    const runs: string[] = [];
    for (const id of ['one', 'two']) {
      const fail = ({ attempt }: { attempt: number }) => {
        runs.push(id);
        if (attempt < 4) throw new Error(id);
      };
      const retry = { attempts: 4, initial: 0 };
      shared.open(await shared.bus.registerEndpoint(id, fail, { retry }));
      await shared.bus.registerRoute('k', id);
    }
    await shared.bus.request('k');
    expect(runs).toHaveLength(4);
    expect(new Set(runs.slice(0, 2)).size).toBe(2);
    expect(runs.slice(2)).toEqual(runs.slice(0, 2));
  });

  it('end with the time-out of the attempt when that was the last, and repeat it otherwise', async () => {
    let runs = 0;
    shared.open(
      await shared.bus.registerEndpoint(
        'e',
        ({ attempt, payload }) => {
          runs += 1;
          return attempt === payload ? 'done' : new Promise(() => {});
        },
        { timeout: 5, retry: { attempts: 2, initial: 0 } },
      ),
    );
    await shared.bus.registerRoute('k', 'e');
    expect(await shared.bus.request('k', 2)).toBe('done');
    expect(await failureOf(shared.bus.request('k', 3))).toMatchObject({
      code: 'ERR_BUS_TIMEOUT',
      details: { endpoint: 'e' },
    });
    expect(runs).toBe(4);
  });

  it('leave the handlers to other messages while they wait for the next run', async () => {
    const order: unknown[] = [];
    shared.open(
      await shared.bus.registerEndpoint(
        'e',
        ({ payload, attempt }) => {
          order.push(`${String(payload)} ${attempt}`);
          if (payload === 'bad' && attempt === 1) throw new Error('bad');
        },
        { concurrency: 1, retry: { attempts: 2, initial: 40, jitter: 'none' } },
      ),
    );
    await shared.bus.registerRoute('k.*', 'e');
    await Promise.all([shared.bus.request('k.1', 'bad'), shared.bus.request('k.1', 'good')]);
    expect(order).toEqual(['bad 1', 'good 1', 'bad 2']);
  });

  it('end with the time-out of the request, however many runs are left', async () => {
    const retry = { attempts: 255, initial: 10_000, jitter: 'none', max: 10_000 } as const;
    await failing(new Error('always'), retry);
    expect(await failureOf(shared.bus.request('k', 1, { timeout: 20 }))).toMatchObject({
      code: 'ERR_BUS_TIMEOUT',
    });
  });
});

/** More than half of the slots of a bus that is asked for as many as there may be. */
const SLOTS_MAX = 65_536;
const WAITING = 30_000;

describe('with one shard, which has all of that half', () => {
  // OptimalBits/bull#313 (bugs 68)
  it('thirty thousand that wait for their next run keep up nothing that is new', async () => {
    const bus = await createWatchedBus({ shards: 1, slots: SLOTS_MAX });
    let runs = 0;
    const fail = (): never => {
      runs += 1;
      throw new Error('not yet');
    };
    // Whoever waited for these would be late for the end of the test.
    const retry = { attempts: 2, initial: 600_000, max: 600_000, jitter: 'none' } as const;
    const failing = await bus.registerEndpoint('failing', fail, { retry });
    await bus.registerRoute('failing.*', 'failing');
    let accepted = 0;
    while (accepted < WAITING && bus.tryNotify(`failing.${accepted}`) === 'accepted') accepted += 1;
    expect(accepted).toBe(WAITING);
    await until(async () => (await bus.metrics()).messages.retried === WAITING);
    await bus.registerEndpoint('new', ({ payload }) => payload);
    await bus.registerRoute('new', 'new');
    expect(await bus.request('new', 1)).toBe(1);
    expect(await bus.notify('new', 2)).toEqual({ delivered: 1 });
    expect((await bus.metrics()).messages).toMatchObject({ retried: WAITING, deadLettered: 0 });
    expect(runs).toBe(WAITING);
    // They were for this endpoint alone: with it they end.
    await failing.close();
    await expectAtRest(bus);
    await bus.close();
  });
});
