import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { gate, turn, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

describe.each([1, 2, 4])('subscriptions that block, once and signals with %i shards', (shards) => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards, slots: 64 });
    await bus.startWorker(workerFile('publishing'), { workerData: { id: 'source' } });
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  it('lose nothing with block, and the publisher sees the pressure', async () => {
    const held = gate();
    const seen: unknown[] = [];
    const options = { capacity: 4, overflow: 'block' } as const;
    const subscription = await bus.subscribe(
      'tight.x',
      async ({ payload }) => {
        await held.promise;
        seen.push(payload);
      },
      options,
    );
    let accepted = 0;
    while (bus.tryPublish('tight.x', accepted) === 'accepted') accepted += 1;
    // Half of the slots hold events that wait: the others are for everything else.
    expect(accepted).toBe(64 / 2);
    expect(bus.tryPublish('tight.x', 'one more')).toBe('full');
    const publishing = Promise.all([100, 101, 102].map((i) => bus.publish('tight.x', i)));
    held.open();
    expect(await publishing).toEqual([1, 1, 1]);
    await until(() => seen.length === accepted + 3);
    const numbers = Array.from({ length: accepted }, (_, i) => i);
    expect(seen).toEqual([...numbers, 100, 101, 102]);
    expect(subscription.missed).toBe(0);
    await subscription.unsubscribe();
  });

  it('lose nothing with block when a worker floods a loop that is slower', async () => {
    const subscription = await bus.subscribe('tight.x', { capacity: 2, overflow: 'block' });
    const count = 1_000;
    const flood = bus.request('source.publish', { key: 'tight.x', count, how: 'try' });
    let expected = 0;
    for await (const { payload } of subscription) {
      expect(payload).toEqual({ number: expected });
      expected += 1;
      if (expected % 50 === 0) await turn();
      if (expected === count) break;
    }
    await flood;
    expect(subscription.missed).toBe(0);
  });

  it('give back what was queued when a blocked subscription ends', async () => {
    const subscription = await bus.subscribe('tight.x', { capacity: 3, overflow: 'block' });
    for (let i = 0; i < 20; i++) bus.tryPublish('tight.x', i);
    const { value } = await subscription[Symbol.asyncIterator]().next();
    expect(value?.payload).toBe(0);
    await subscription.unsubscribe();
    await bus.flush();
    await expectAtRest(bus);
  });

  it.each(['block', 'error'] as const)(
    'with %s take exactly their capacity, over all keys and shards',
    async (overflow) => {
      const held = gate();
      const options = { capacity: 7, overflow };
      const subscription = await bus.subscribe('exact.*', () => held.promise, options);
      let taken = 0;
      let refused = 0;
      const sends = Array.from({ length: 30 }, (_, i) =>
        bus.publish(`exact.${i}`, i).then(
          () => (taken += 1),
          () => (refused += 1),
        ),
      );
      await until(() => (overflow === 'block' ? taken === 7 : taken + refused === 30));
      // Of several shards that want the last place at once none may have got it.
      for (let more = 0; taken < 7; more++) await bus.publish(`exact.${more}`).then(() => taken++);
      if (overflow === 'error') {
        expect(await codeOf(bus.publish('exact.x'))).toBe('ERR_BUS_FULL');
      }
      expect(taken).toBe(7);
      held.open();
      await Promise.all(sends);
      await subscription.unsubscribe();
    },
  );

  it('count bytes exactly, and block lets in alone what is larger than all of its bytes', async () => {
    const held = gate();
    const strict = await bus.subscribe('bytes.error', () => held.promise, {
      capacityBytes: 250,
      overflow: 'error',
    });
    const hundred = new Uint8Array(100);
    expect(await bus.publish('bytes.error', hundred)).toBe(1);
    expect(await bus.publish('bytes.error', hundred)).toBe(1);
    expect(await codeOf(bus.publish('bytes.error', hundred))).toBe('ERR_BUS_FULL');
    expect(await bus.publish('bytes.error', new Uint8Array(50))).toBe(1);
    const seen: number[] = [];
    const patient = await bus.subscribe<Uint8Array>(
      'bytes.block',
      async ({ payload }) => {
        await held.promise;
        seen.push(payload.length);
      },
      { capacityBytes: 250, overflow: 'block' },
    );
    expect(await bus.publish('bytes.block', new Uint8Array(300))).toBe(1);
    const waiting = bus.publish('bytes.block', hundred);
    expect(await bus.publish('bytes.other')).toBe(0);
    expect(seen).toEqual([]);
    held.open();
    expect(await waiting).toBe(1);
    await until(() => seen.length === 2);
    expect(seen).toEqual([300, 100]);
    await strict.unsubscribe();
    await patient.unsubscribe();
  });

  it('take each other event of a slow one without waiting for it', async () => {
    const held = gate();
    const seen: unknown[] = [];
    const slow = await bus.subscribe('mixed.x', () => held.promise, { capacity: 1 });
    const fast = await bus.subscribe('mixed.x', ({ payload }) => void seen.push(payload));
    for (let i = 0; i < 300; i++) expect(await bus.publish('mixed.x', i)).toBe(2);
    await until(() => seen.length === 300);
    expect(slow.missed).toBeGreaterThanOrEqual(298);
    expect(fast.missed).toBe(0);
    held.open();
    await slow.unsubscribe();
    await fast.unsubscribe();
  });

  it('with error refuse the publisher what none of them can take', async () => {
    const held = gate();
    const options = { capacity: 2, overflow: 'error' } as const;
    const strict = await bus.subscribe('strict.x', () => held.promise, options);
    for (let i = 0; i < 2; i++) expect(await bus.publish('strict.x', i)).toBe(1);
    const error = await failureOf(bus.publish('strict.x', 2));
    expect(error).toMatchObject({ code: 'ERR_BUS_FULL', details: { delivered: 0 } });
    held.open();
    await expectAtRest(bus);
    expect(await bus.publish('strict.x', 3)).toBe(1);
    await strict.unsubscribe();
  });

  it('with error refuse the publisher what one of them cannot take, and the others get it', async () => {
    const held = gate();
    const seen: unknown[] = [];
    const options = { capacity: 2, overflow: 'error' } as const;
    const strict = await bus.subscribe('strict.x', () => held.promise, options);
    const other = await bus.subscribe('strict.*', ({ payload }) => void seen.push(payload));
    try {
      for (let i = 0; i < 2; i++) await bus.publish('strict.x', i);
      const publishing = bus.publish('strict.x', 2).catch((error: unknown) => error);
      await until(() => seen.length === 3);
      expect(await publishing).toMatchObject({ code: 'ERR_BUS_FULL', details: { delivered: 1 } });
    } finally {
      held.open();
      await strict.unsubscribe();
      await other.unsubscribe();
    }
  });

  // Behaviour B20: EventEmitter2 test/wildcardEvents/ttl.js.
  it('give once the next event over all that match, and nothing after', async () => {
    const first = bus.once('one.*');
    await until(async () => (await bus.publish('one.a', 'a')) === 1);
    expect(await first).toMatchObject({ routingKey: 'one.a', payload: 'a' });
    expect(await bus.publish('one.b', 'b')).toBe(0);
  });

  it('end a once that waits when its signal aborts', async () => {
    const controller = new AbortController();
    const waiting = failureOf(bus.once('never.x', { signal: controller.signal }));
    await until(async () => (await bus.publish('other')) === 0 && subscribed(await bus.metrics()));
    controller.abort(new RangeError('enough'));
    const error = await waiting;
    expect(error).toMatchObject({ code: 'ERR_BUS_ABORTED', name: 'AbortError' });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(await codeOf(bus.once('never.x', { signal: controller.signal }))).toBe(
      'ERR_BUS_ABORTED',
    );
    await until(async () => !subscribed(await bus.metrics()));
  });

  it('end a subscription when its signal aborts, and leave no listener', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const subscription = await bus.subscribe('signal.x', { signal });
    const other = await bus.subscribe('signal.x', () => {}, { signal });
    expect(await bus.publish('signal.x')).toBe(2);
    await other.unsubscribe();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    const loop = (async () => {
      let count = 0;
      for await (const _ of subscription) count += 1;
      return count;
    })();
    await turn();
    controller.abort();
    expect(await loop).toBe(1);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(await codeOf(bus.subscribe('signal.x', { signal }))).toBe('ERR_BUS_ABORTED');
    await until(async () => (await bus.publish('signal.x')) === 0);
  });
});

function subscribed({ subscriptions }: { subscriptions: readonly { pattern: string }[] }): boolean {
  return subscriptions.some(({ pattern }) => pattern === 'never.x');
}
