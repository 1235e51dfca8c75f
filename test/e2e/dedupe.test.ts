import { beforeEach, describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { shardThreads } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { gate, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

const DAY_MS = 86_400_000;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const ONCE = { delivered: 1 };
const KEYS = ['k.a', 'k.b', 'k.c', 'k.d', 'k.e'];

async function duplicatesOf(bus: MessageBus): Promise<number> {
  return (await bus.metrics()).messages.dropped['duplicate'] ?? 0;
}

describe.each([1, 2, 4])('an endpoint with a dedupeWindow, with %i shards', (shards) => {
  const shared = sharedBus({ shards, logger: silent });
  let bus: MessageBus;
  let runs: unknown[];
  let tests = 0;

  beforeEach(async () => {
    ({ bus } = shared);
    const ran: unknown[] = [];
    runs = ran;
    // Under an id of its own each time: one that comes again knows what it has handled.
    const id = `here${++tests}`;
    const handler = ({ payload }: { payload: unknown }): unknown => {
      ran.push(payload);
      if (payload === 'bad') throw Object.assign(new Error('bad'), { retryable: false });
      return payload;
    };
    shared.open(await bus.registerEndpoint(id, handler, { dedupeWindow: DAY_MS }));
    await bus.registerRoute('k.*', id);
  });

  it('handles each id of a key once, counts the others, and says of all that they are delivered', async () => {
    const before = await duplicatesOf(bus);
    for (const key of KEYS) {
      for (const n of [1, 2, 3]) {
        expect(await bus.notify(key, `${key} ${n}`, { id: 'x' })).toEqual(ONCE);
      }
    }
    const envelope = { kind: 'notification', routingKey: 'k.a', payload: 'again' } as const;
    expect(await bus.routeMessage({ ...envelope, id: 'x' })).toEqual(ONCE);
    expect(bus.tryNotify('k.a', 'again', { id: 'x' })).toBe('accepted');
    await bus.flush();
    expect(runs).toEqual(KEYS.map((key) => `${key} 1`));
    await until(async () => (await duplicatesOf(bus)) - before === 2 * KEYS.length + 2);
    // Without an id, under another one, and as a request.
    await bus.notify('k.a', 'none');
    await bus.notify('k.a', 'none');
    await bus.notify('k.a', 'other', { id: 'y' });
    expect(await bus.request('k.a', 'request', { id: 'x' })).toBe('request');
    expect(runs.slice(KEYS.length)).toEqual(['none', 'none', 'other', 'request']);
  });

  it('lets a repeat wait for the one in hand: settled with it, or handled after it', async () => {
    const held = gate<Error | undefined>();
    const began: unknown[] = [];
    const handler = async ({ payload }: { payload: unknown }): Promise<void> => {
      began.push(payload);
      const error = await held.promise;
      if (error !== undefined && payload === 'first') throw error;
    };
    const options = { dedupeWindow: DAY_MS, retry: { attempts: 1 } };
    const endpoint = await bus.registerEndpoint('slow', handler, options);
    await bus.registerRoute('slow.*', 'slow');
    const [first, second] = [
      bus.notify('slow.k', 'first', { id: 'x' }),
      bus.notify('slow.k', 'second', { id: 'x' }),
    ];
    const failed = failureOf(first);
    await bus.notify('k.a');
    held.open(new Error('no'));
    expect(await failed).toMatchObject({ code: 'ERR_BUS_DELIVERY_FAILED' });
    expect(await second).toEqual(ONCE);
    expect(await bus.notify('slow.k', 'third', { id: 'x' })).toEqual(ONCE);
    expect(began).toEqual(['first', 'second']);
    await bus.deadLetters.purge();
    await endpoint.close();
  });

  it('handles what is sent again after it failed, and a dead letter that is replayed', async () => {
    expect(await codeOf(bus.notify('k.a', 'bad', { id: 'x' }))).toBe('ERR_BUS_DELIVERY_FAILED');
    expect(await bus.notify('k.a', 'good', { id: 'x' })).toEqual(ONCE);
    const { items } = await bus.deadLetters.list();
    expect(items).toMatchObject([{ messageId: 'x', payload: 'bad' }]);
    expect(await bus.deadLetters.replay(items[0]?.id as string)).toBe(1);
    await until(() => runs.length === 3);
    expect(runs).toEqual(['bad', 'good', 'bad']);
    await until(async () => (await bus.deadLetters.list()).items.length === 1);
    await bus.deadLetters.purge();
  });

  it('knows what it has handled when its shards were killed, and when it comes again', async () => {
    for (const key of KEYS) await bus.notify(key, key, { id: 'x' });
    for (const thread of shardThreads(bus)) {
      const before = (await bus.metrics()).shards.reduce((sum, { restarts }) => sum + restarts, 0);
      await thread.terminate();
      await until(async () => {
        const { shards: all } = await bus.metrics();
        const restarts = all.reduce((sum, shard) => sum + shard.restarts, 0);
        return restarts > before && (await bus.health()).state === 'ok';
      });
    }
    for (const key of KEYS) expect(await bus.notify(key, 'again', { id: 'x' })).toEqual(ONCE);
    expect(runs).toEqual(KEYS);
    const endpoint = await bus.registerEndpoint('new', () => runs.push('new'), {
      dedupeWindow: DAY_MS,
    });
    await bus.registerRoute('n.*', 'new');
    await bus.notify('n.a', 1, { id: 'x' });
    await endpoint.close();
    const handler = (): unknown => runs.push('newer');
    const again = await bus.registerEndpoint('new', handler, { dedupeWindow: DAY_MS });
    await bus.registerRoute('n.*', 'new');
    expect(await bus.notify('n.a', 2, { id: 'x' })).toEqual(ONCE);
    expect(await bus.notify('n.a', 2, { id: 'y' })).toEqual(ONCE);
    expect(runs.slice(KEYS.length)).toEqual(['new', 'newer']);
    await again.close();
  });

  it('may be a pool: whichever thread has an id, and though one dies of it', async () => {
    const options = { threads: 2, dedupeWindow: DAY_MS };
    const pool = await bus.registerPool('pool', workerFile('pooled'), options);
    await bus.registerRoute('p.*', 'pool');
    const started: { value: number; redelivered: boolean }[] = [];
    const note = ({ payload }: { payload: unknown }): void => void started.push(payload as never);
    const seen = await bus.subscribe('pooled.started', note, { overflow: 'block' });
    const values = [...Array(20).keys()];
    const calls = values.flatMap((value) => {
      const way = value === 7 ? { way: 'exit', code: 0, once: true } : { way: 'answer' };
      const send = (): Promise<unknown> =>
        bus.notify(`p.${value % 3}`, { ...way, told: true, value }, { id: String(value) });
      return [send(), send(), send()];
    });
    expect(new Set((await Promise.all(calls)).map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"delivered":1}']),
    );
    const firsts = started.filter(({ redelivered }) => !redelivered).map(({ value }) => value);
    expect(firsts.sort((a, b) => a - b)).toEqual(values);
    // What its thread died of was not handled, and came again.
    expect(started.filter(({ redelivered }) => redelivered).map(({ value }) => value)).toEqual([7]);
    await seen.unsubscribe();
    await pool.close();
  });

  it('handles each id once on a worker too, for senders on all threads', async () => {
    const files = ['one', 'two'].map((id) =>
      bus.startWorker(workerFile('deduping'), { workerData: { id, pattern: 'w.*' } }),
    );
    await Promise.all(files);
    const before = await duplicatesOf(bus);
    const keys = ['w.a', 'w.b', 'w.c', 'w.d'];
    const send = (key: string, n: number): Promise<unknown>[] => [
      bus.notify(key, `${key} main`, { id: `${n}` }),
      bus.request('one.runs', [key, `${key} one`, { id: `${n}` }]),
      bus.request('two.runs', [key, `${key} two`, { id: `${n}` }]),
    ];
    const ids = [...Array(20).keys()];
    const all = await Promise.all(ids.flatMap((n) => keys.flatMap((key) => send(key, n))));
    expect(new Set(all.map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set(['{"delivered":2}']),
    );
    for (const id of ['one', 'two']) {
      const handled = await bus.request<string[]>(`${id}.runs`);
      for (const key of keys) {
        expect(handled.filter((payload) => payload.startsWith(key))).toHaveLength(ids.length);
      }
    }
    await until(
      async () => (await duplicatesOf(bus)) - before === 2 * 2 * keys.length * ids.length,
    );
  });
});
