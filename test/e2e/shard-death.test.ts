/** Shards that are killed under load: nothing is lost, nothing is doubled, and nobody but `metrics` and an event tells. */
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest, shardThreads } from '../helpers/at-rest.ts';
import { until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

/** Of one shard this is its successor's successor; of four shards nearly each. */
const KILLS = 3;
/** Messages under way at any time. */
const WINDOW = 400;
const KEYS = 16;

/** Ends the thread of one shard and waits until its successor runs. */
async function killOne(bus: MessageBus, at: number): Promise<void> {
  const threads = shardThreads(bus);
  const before = await restartsOf(bus);
  await threads[at % threads.length]?.terminate();
  await until(async () => (await restartsOf(bus)) > before && (await bus.health()).state === 'ok');
}

async function restartsOf(bus: MessageBus): Promise<number> {
  return (await bus.metrics()).shards.reduce((sum, { restarts }) => sum + restarts, 0);
}

/** Sends without pause, `WINDOW` at once, until told to stop; `send` gets 0, 1, 2 … */
function load(send: (n: number) => Promise<void>): () => Promise<number> {
  let next = 0;
  let isStopped = false;
  const lanes = Array.from({ length: WINDOW }, async () => {
    while (!isStopped) await send(next++);
  });
  return async () => {
    isStopped = true;
    await Promise.all(lanes);
    return next;
  };
}

describe.each([1, 2, 4])('with %i shards, of which one is killed again and again', (shards) => {
  const shared = sharedBus({ shards, logger: silent });

  it('answers every request once, handled once', async () => {
    const { bus, open } = shared;
    const before = await restartsOf(bus);
    const handled: number[] = [];
    const double = ({ payload }: { payload: unknown }): number => {
      handled.push(payload as number);
      return (payload as number) * 2;
    };
    open(await bus.registerEndpoint('e', double));
    await bus.registerRoute('k.*', 'e');
    const wrong: number[] = [];
    const stop = load(async (n) => {
      if ((await bus.request(`k.${n % KEYS}`, n)) !== n * 2) wrong.push(n);
    });
    for (let kill = 0; kill < KILLS; kill++) await killOne(bus, kill);
    const sent = await stop();
    expect(wrong).toEqual([]);
    expect(handled.length).toBe(sent);
    expect(new Set(handled).size).toBe(sent);
    expect((await restartsOf(bus)) - before).toBe(KILLS);
  });

  it('notifies every endpoint once and in order, on main and on a worker', async () => {
    const { bus, open } = shared;
    await bus.startWorker(workerFile('collector'));
    const last = new Map<string, number>();
    const outOfOrder: string[] = [];
    let count = 0;
    const note = ({ routingKey, payload }: Message): void => {
      if ((last.get(routingKey) ?? -1) >= (payload as number)) outOfOrder.push(routingKey);
      last.set(routingKey, payload as number);
      count += 1;
    };
    open(await bus.registerEndpoint('here', note));
    await bus.registerRoute('k.*', 'here');
    await bus.registerRoute('k.*', 'collector');
    const wrong: object[] = [];
    const stop = load(async (n) => {
      const { delivered } = await bus.notify(`k.${n % KEYS}`, n);
      if (delivered !== 2) wrong.push({ n, delivered });
    });
    for (let kill = 0; kill < KILLS; kill++) await killOne(bus, kill);
    const sent = await stop();
    expect([count, outOfOrder, wrong]).toEqual([sent, [], []]);
    expect(await bus.request('collected')).toEqual({ count: sent, outOfOrder: 0 });
  });

  it('keeps deadlines, registrations under way and subscriptions', async () => {
    const bus = await createWatchedBus({ shards, logger: silent });
    const told: unknown[] = [];
    bus.on('shardRestart', (restart) => told.push(restart));
    await bus.registerEndpoint('never', () => new Promise(() => {}));
    await bus.registerRoute('never', 'never');
    const events: unknown[] = [];
    await bus.subscribe('ev.*', ({ payload }) => {
      events.push(payload);
    });
    const late = bus.request('never', 1, { timeout: 300 });
    const outcome = late.catch((error: { code: string }) => error.code);
    const [first] = shardThreads(bus);
    const gone = first?.terminate();
    const registered = bus.registerEndpoint('late', () => 'here');
    await gone;
    await registered;
    await bus.registerRoute('late', 'late');
    expect(await bus.request('late')).toBe('here');
    expect(await bus.publish('ev.1', 1)).toBe(1);
    await until(() => events.length === 1);
    expect(await outcome).toBe('ERR_BUS_TIMEOUT');
    expect(told).toMatchObject([{ exitCode: 1, restarts: 1 }]);
    await bus.close({ drain: false });
  });
});

describe('the thread that stands by', () => {
  const threads: Worker[] = [];
  const note = (worker: Worker): void => void threads.push(worker);

  beforeEach(() => {
    threads.length = 0;
    process.on('worker', note);
  });

  afterEach(() => {
    process.off('worker', note);
  });

  it('serves the shard that dies, and another one stands by then', async () => {
    const bus = await createWatchedBus({ shards: 2, logger: silent });
    await bus.registerEndpoint('e', ({ payload }) => payload);
    await bus.registerRoute('k.*', 'e');
    await until(() => threads.length === 3);
    const id = threads[2]?.threadId;
    await killOne(bus, 1);
    expect((await bus.health()).shards.map(({ threadId }) => threadId)).toContain(id);
    expect(await Promise.all([1, 2, 3, 4].map((n) => bus.request(`k.${n}`, n)))).toHaveLength(4);
    await until(() => threads.length === 4);
    await expectAtRest(bus);
    await bus.close();
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1, -1, -1, -1]);
  });

  it('is replaced when it dies itself', async () => {
    const bus = await createWatchedBus({ shards: 1, logger: silent });
    await until(() => threads.length === 2);
    await threads[1]?.terminate();
    await until(() => threads.length === 3);
    const id = threads[2]?.threadId;
    await killOne(bus, 0);
    expect((await bus.health()).shards).toMatchObject([{ threadId: id, state: 'running' }]);
    await bus.close();
    expect(threads.every(({ threadId }) => threadId === -1)).toBe(true);
  });

  it('is not there where the bus has none', async () => {
    const bus = await createWatchedBus({ shards: 1, standby: 0, logger: silent });
    await killOne(bus, 0);
    await bus.close();
    expect(threads.length).toBe(2);
  });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
