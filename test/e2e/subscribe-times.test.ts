/** Times of subscriptions: an attempt's `timeout`, the `ttl` of what is queued; and letters of what a bound drops. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetter, EventMessage, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { gate, turn, until } from '../helpers/gate.ts';

/** Enough for a busy machine to route a message in. */
const TTL_MS = 100;
const AT_ONCE = { attempts: 2, initial: 0, max: 0, jitter: 'none' } as const;

describe.each([1, 2, 4])('subscriptions with %i shards', (shards) => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  const letters = async (): Promise<readonly DeadLetter[]> => {
    const { items } = await bus.deadLetters.list();
    await bus.deadLetters.purge();
    return items;
  };
  const expired = async (): Promise<number> => {
    return (await bus.metrics()).messages.dropped['expired'] ?? 0;
  };
  const passed = async (ms: number): Promise<void> => {
    const end = performance.now() + ms;
    while (performance.now() < end) await turn();
  };

  it('give an attempt its time, abort its context, and hand the event over again', async () => {
    const held = gate();
    const seen: [number, boolean][] = [];
    const failures: unknown[] = [];
    const aborted = gate<unknown>();
    const note = ({ error }: { error: unknown }): void => void failures.push(error);
    bus.on('handlerError', note);
    const { late } = (await bus.metrics()).messages;
    const subscription = await bus.subscribe(
      'timed.x',
      async ({ attempt, redelivered }, { signal }) => {
        seen.push([attempt, redelivered]);
        if (attempt > 1) return;
        signal.addEventListener('abort', () => aborted.open(signal.reason));
        await held.promise;
      },
      { ack: true, timeout: 20, retry: AT_ONCE },
    );
    await bus.publish('timed.x');
    expect(await aborted.promise).toMatchObject({ code: 'ERR_BUS_TIMEOUT', name: 'TimeoutError' });
    await until(() => seen.length === 2);
    expect(seen).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(failures).toMatchObject([{ code: 'ERR_BUS_TIMEOUT', details: { timeout: 20 } }]);
    held.open();
    await until(async () => (await bus.metrics()).messages.late === late + 1);
    bus.off('handlerError', note);
    await subscription.unsubscribe();
    await expectAtRest(bus);
  });

  it('give what an iterator was given its time too, until its runs are used up', async () => {
    const subscription = await bus.subscribe('asked.x', { ack: true, timeout: 20, retry: AT_ONCE });
    await bus.publish('asked.x', 'text');
    const asked: EventMessage[] = [];
    for (let at = 0; at < 2; at++) {
      const { value } = await subscription[Symbol.asyncIterator]().next();
      asked.push(value as EventMessage);
    }
    await until(async () => (await bus.deadLetters.list()).items.length === 1);
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(asked.map((event) => event.ack())).toEqual([false, false]);
    expect(await letters()).toMatchObject([{ reason: 'attempts', attempts: 2, payload: 'text' }]);
    await subscription.unsubscribe();
  });

  // Behaviour E18: nats.js "ack lease extends with working", bullmq tests/stalled_jobs.test.ts. Here there is no lease to
  // extend: without a `timeout` of its own an event is its consumer's until that says what became of it.
  it.each([{}, { timeout: 60_000 }])(
    'leave an event alone that is worked on: %o',
    async (times) => {
      const held = gate();
      const seen: [unknown, number][] = [];
      const subscription = await bus.subscribe(
        'work.*',
        async ({ attempt, payload }) => {
          seen.push([payload, attempt]);
          if (payload === 'long') await held.promise;
        },
        { ack: true, concurrency: 2, ...times },
      );
      await bus.publish('work.long', 'long');
      for (let number = 0; number < 50; number++) await bus.publish(`work.${number}`, number);
      await until(() => seen.length === 51);
      held.open();
      await expectAtRest(bus);
      expect(seen).toHaveLength(51);
      expect(seen.every(([, attempt]) => attempt === 1)).toBe(true);
      await subscription.unsubscribe();
    },
  );

  it.each([{}, { group: 'g' }, { overflow: 'block' as const }])(
    'do not hand out what was queued until its ttl had passed, and count it: %o',
    async (options) => {
      const before = await expired();
      const subscription = await bus.subscribe('ttl.*', options);
      for (let i = 0; i < 4; i++) {
        await bus.publish(`ttl.${i}`, i, i % 2 === 0 ? { ttl: TTL_MS } : { ttl: 60_000 });
      }
      await passed(2 * TTL_MS);
      const events = subscription[Symbol.asyncIterator]();
      const got = [(await events.next()).value, (await events.next()).value];
      expect(got.map((event) => (event as EventMessage).payload).sort()).toEqual([1, 3]);
      expect(subscription.missed).toBe(0);
      await subscription.unsubscribe();
      await until(async () => (await expired()) === before + 2);
    },
  );

  it('make a dead letter of what was queued too long, where it is to be acknowledged', async () => {
    const subscription = await bus.subscribe('ttl.x', { ack: true });
    subscription.pause();
    await bus.publish('ttl.x', 'late', { ttl: TTL_MS });
    await passed(2 * TTL_MS);
    const next = subscription[Symbol.asyncIterator]().next();
    subscription.resume();
    await bus.publish('ttl.x', 'in time');
    expect((await next).value).toMatchObject({ payload: 'in time' });
    await until(async () => (await bus.deadLetters.list()).items.length === 1);
    expect(await letters()).toMatchObject([{ reason: 'expired', attempts: 0, payload: 'late' }]);
    await subscription.unsubscribe();
  });

  // Behaviour F8: rabbitmq DL dead_letter_max_length_drop_head, …_reject_publish_dlx.
  it.each(['drop-oldest', 'drop-newest'] as const)(
    'that acknowledge and %s make dead letters of what their bound drops',
    async (overflow) => {
      const subscription = await bus.subscribe('bound.x', { ack: true, capacity: 3, overflow });
      for (let i = 0; i < 10; i++) await bus.publish('bound.x', i);
      await until(async () => (await bus.deadLetters.list()).items.length === 7);
      const lost = await letters();
      const first = overflow === 'drop-oldest' ? 0 : 3;
      expect(lost.map(({ payload }) => payload)).toEqual(
        [0, 1, 2, 3, 4, 5, 6].map((i) => i + first),
      );
      expect(new Set(lost.map(({ reason, attempts }) => `${reason} ${attempts}`))).toEqual(
        new Set(['overflow 0']),
      );
      expect(subscription.missed).toBe(7);
      await subscription.unsubscribe();
    },
  );

  it('that drop without acknowledging leave no letters, and count', async () => {
    const dropped = async () => (await bus.metrics()).messages.dropped['overflow'] ?? 0;
    const before = await dropped();
    const subscription = await bus.subscribe('plain.x', { capacity: 1 });
    for (let i = 0; i < 5; i++) await bus.publish('plain.x', i);
    await until(() => subscription.missed === 4);
    await until(async () => (await dropped()) === before + 4);
    await subscription.unsubscribe();
    expect(await letters()).toEqual([]);
  });
});
