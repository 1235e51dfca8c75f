import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventMessage, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { gate, turn, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';
import { runProgram } from '../helpers/run-program.ts';

interface Told {
  readonly slow: { queued: number; missed: number }[];
  readonly logs: { payloads: number[]; told: number; missed: number }[];
}

/** To each of 17 subscriptions: more than its queue of 1,000 holds, and all of them more than the slots of a client. */
const EVENTS_EACH = 1_200;

/** A thread that blocks in `Atomics.wait` until it is let go. */
class Blocking {
  readonly gate = new SharedArrayBuffer(8);
  readonly words = new Int32Array(this.gate);
  readonly bus: MessageBus;
  readonly id: string;

  constructor(bus: MessageBus, id: string) {
    this.bus = bus;
    this.id = id;
  }

  async block(): Promise<void> {
    await this.bus.request(`${this.id}.block`);
    await until(() => Atomics.load(this.words, 0) === 1);
  }

  async release(): Promise<void> {
    Atomics.store(this.words, 1, 1);
    Atomics.notify(this.words, 1);
    await this.bus.flush();
  }

  async told(): Promise<Told> {
    return this.bus.request<Told>(`${this.id}.told`);
  }
}

describe.each([1, 2, 4])('a bound with %i shards', (shards) => {
  let bus: MessageBus;
  let threads = 0;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  const blocking = async (workerData: object): Promise<Blocking> => {
    const thread = new Blocking(bus, `thread${++threads}`);
    const { gate, id } = thread;
    await bus.startWorker(workerFile('blocking-subscriber'), {
      workerData: { ...workerData, gate, id },
    });
    return thread;
  };

  /** All are routed in the end: the last of each key is awaited. */
  const flood = async (count: number, keys: number, stem: string): Promise<void> => {
    for (let i = 0; i < count; i++) {
      if (i >= count - keys) await bus.publish(`${stem}.${i % keys}`, i);
      else while (bus.tryPublish(`${stem}.${i % keys}`, i) !== 'accepted') await bus.writable();
    }
  };

  it.each([
    [1, 1],
    [3, 8],
    [10, 1],
    [1000, 8],
  ])(
    'of %i keeps exactly that many newest of a flood in one go over %i keys',
    async (capacity, keys) => {
      const seen: EventMessage[] = [];
      const subscription = await bus.subscribe('flood.*', (event) => void seen.push(event), {
        capacity,
      });
      const count = 2_500;
      const answers = new Set<string>();
      for (let i = 0; i < count; i++) answers.add(bus.tryPublish(`flood.${i % keys}`, i));
      expect([...answers]).toEqual(['accepted']);
      await until(() => seen.length + subscription.missed === count);
      const newest = Array.from({ length: capacity }, (_, i) => count - capacity + i);
      expect(seen.map(({ payload }) => payload)).toEqual(newest);
      expect(seen[0]?.missed).toBe(count - capacity);
      expect(seen.slice(1).every(({ missed }) => missed === 0)).toBe(true);
      await subscription.unsubscribe();
    },
  );

  it.each([1, 8])(
    'that drops the newest keeps exactly the oldest of a flood over %i keys',
    async (keys) => {
      const seen: EventMessage[] = [];
      const options = { capacity: 10, overflow: 'drop-newest' } as const;
      const subscription = await bus.subscribe(
        'flood.*',
        (event) => void seen.push(event),
        options,
      );
      const count = 2_000;
      for (let i = 0; i < count; i++) bus.tryPublish(`flood.${i % keys}`, i);
      await until(() => seen.length + subscription.missed === count);
      expect(seen.map(({ payload, missed }) => [payload, missed])).toEqual(
        Array.from({ length: 10 }, (_, i) => [i, 0]),
      );
      await bus.publish('flood.0', 'after');
      await until(() => seen.length === 11);
      expect(seen[10]?.missed).toBe(count - 10);
      await subscription.unsubscribe();
    },
  );

  it('keeps exactly its capacity for a thread that is blocked, the counts add up, and it is told once', async () => {
    const thread = await blocking({ pattern: 'blocked.*', options: { capacity: 100 } });
    await thread.block();
    await flood(3_000, 8, 'blocked');
    await thread.release();
    let told = await thread.told();
    await until(async () => {
      told = await thread.told();
      return told.logs[0]?.payloads.length === 100;
    });
    const newest = Array.from({ length: 100 }, (_, i) => 2_900 + i);
    expect(told.logs).toEqual([{ payloads: newest, told: 2_900, missed: 2_900 }]);
    expect(told.slow).toHaveLength(1);
  });

  it('never lets 17 subscriptions of a blocked thread block a publisher, one key each', async () => {
    const thread = await blocking({ count: 17, pattern: 'wedge.#' });
    await thread.block();
    const count = 17 * EVENTS_EACH;
    await flood(count, 17, 'wedge');
    expect(await bus.publish('wedge.0', count)).toBe(1);
    await thread.release();
    await until(async () => {
      const { logs } = await thread.told();
      const handled = logs.reduce((sum, { payloads, missed }) => sum + payloads.length + missed, 0);
      return handled === count + 1;
    });
    const { logs } = await thread.told();
    expect(logs.every(({ told, missed }) => told === missed)).toBe(true);
    expect(logs[0]?.payloads.at(-1)).toBe(count);
  });

  it('never lets 17 stalled default subscriptions block a publisher', async () => {
    const held = gate();
    const stalled = await Promise.all(
      Array.from({ length: 17 }, (_, at) => bus.subscribe(`stalled.${at}`, () => held.promise)),
    );
    const answers = new Set<string>();
    for (let i = 0; i < EVENTS_EACH; i++) {
      for (let at = 0; at < 17; at++) answers.add(bus.tryPublish(`stalled.${at}`, i));
      if (i % 100 === 0) await bus.flush();
    }
    expect([...answers]).toEqual(['accepted']);
    await expectAtRest(bus);
    // One is being handled, a thousand wait.
    for (const { missed } of stalled) expect(missed).toBe(EVENTS_EACH - 1 - 1_000);
    held.open();
    for (const subscription of stalled) await subscription.unsubscribe();
  });

  // nats.js core/tests/basics_test.ts "slow" (behaviour.md H8)
  it('says slowSubscriber once when it is met, and again only after the queue was at most half full', async () => {
    const slow: object[] = [];
    const note = (event: object): void => void slow.push(event);
    bus.on('slowSubscriber', note);
    const subscription = await bus.subscribe('slow.x', { capacity: 4 });
    const fill = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await bus.publish('slow.x', i);
      await expectAtRest(bus);
    };
    const events = subscription[Symbol.asyncIterator]();
    await fill(4);
    expect(slow).toEqual([]);
    await fill(3);
    const { id } = subscription;
    expect(slow).toEqual([{ subscription: id, pattern: 'slow.x', queued: 4, missed: 1 }]);
    await events.next();
    await fill(2);
    expect(slow).toHaveLength(1);
    for (let i = 0; i < 3; i++) await events.next();
    await fill(4);
    expect(slow).toHaveLength(2);
    bus.off('slowSubscriber', note);
    await subscription.unsubscribe();
    await turn();
  });
});

describe('a thread with 17 default subscriptions that is blocked while it is published to', () => {
  it('holds up nobody, loses no count, and says of each once that it is slow', async () => {
    const { code, error } = await runProgram('blocked-subscriber', '0');
    expect([code, error]).toEqual([0, '']);
  });
});
