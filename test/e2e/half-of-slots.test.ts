/** What subscriptions that block or refuse keep leaves half of a publisher's slots to everything else. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MessageBus, Subscription } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { type Gate, gate, until } from '../helpers/gate.ts';

const SLOTS = 64;

describe.each([1, 2, 4])('a stuck subscription with %i shards', (shards) => {
  let bus: MessageBus;
  let held: Gate;
  let subscriptions: Subscription[] = [];

  beforeAll(async () => {
    bus = await createWatchedBus({ shards, slots: SLOTS });
    await bus.registerEndpoint('echo', ({ payload }) => payload);
    await bus.registerRoute('echo.*', 'echo');
  });
  beforeEach(() => {
    held = gate();
  });
  afterEach(async () => {
    held.open();
    await bus.flush();
    await Promise.all(subscriptions.map((each) => each.unsubscribe()));
    subscriptions = [];
    await expectAtRest(bus);
  });
  afterAll(() => bus.close());

  const subscribe = (async (...args: [string, never, never]) => {
    const subscription = await bus.subscribe(...args);
    subscriptions.push(subscription);
    return subscription;
  }) as MessageBus['subscribe'];

  const fill = (): number => {
    let accepted = 0;
    while (bus.tryPublish(`stuck.${accepted % 8}`, accepted) === 'accepted') accepted += 1;
    return accepted;
  };

  it.each([1, 4, 1000])(
    'that blocks with %i events leaves room for requests and notifications',
    async (capacity) => {
      const seen: unknown[] = [];
      const options = { capacity, overflow: 'block' } as const;
      await subscribe('stuck.*', ({ payload }) => held.promise.then(() => seen.push(payload)), {
        ...options,
      });
      const accepted = fill();
      expect(accepted).toBe(SLOTS / 2);
      const waiting = [bus.publish('stuck.0', 'late'), bus.publish('stuck.1', 'late')];
      for (let i = 0; i < 100; i++) {
        expect(await bus.request('echo.x', i)).toBe(i);
        expect(await bus.notify('echo.y', i)).toEqual({ delivered: 1 });
      }
      expect(bus.tryNotify('echo.z')).toBe('accepted');
      expect(bus.tryPublish('other')).toBe('full');
      held.open();
      expect(await Promise.all(waiting)).toEqual([1, 1]);
      await until(() => seen.length === accepted + 2);
    },
  );

  it('that refuses leaves it too', async () => {
    await subscribe('stuck.*', () => held.promise, { overflow: 'error' });
    expect(fill()).toBe(SLOTS / 2);
    expect(await bus.request('echo.x', 1)).toBe(1);
    expect(await codeOf(bus.publish('stuck.x', 1, { timeout: 20 }))).toBe('ERR_BUS_FULL');
  });

  it.each([{ ack: true }, { group: 'g' }, { lease: true }, { ack: true, group: 'g' }])(
    'that drops leaves it too: %o',
    async (options) => {
      const subscription = await subscribe('stuck.*', () => held.promise, options);
      for (let i = 0; i < 300; i++) expect(await bus.publish(`stuck.${i % 8}`, i)).toBe(1);
      expect(await bus.request('echo.x', 1)).toBe(1);
      expect(subscription.missed).toBeGreaterThan(300 - SLOTS);
    },
  );

  it('keeps behind its events what the same thread sends under their keys', async () => {
    const seen: unknown[] = [];
    const options = { capacity: 1, overflow: 'block' } as const;
    await subscribe('echo.*', () => held.promise, options);
    while (bus.tryPublish('echo.event', 0) === 'accepted');
    const event = bus.publish('echo.event', 1).then(() => seen.push('event'));
    const request = bus.request('echo.event', 2).then(() => seen.push('request'));
    expect(await bus.request('echo.other', 3)).toBe(3);
    expect(seen).toEqual([]);
    held.open();
    await Promise.all([event, request]);
    expect(seen).toEqual(['event', 'request']);
  });

  it('does not count events that nobody keeps', async () => {
    await subscribe('stuck.*', () => held.promise, { overflow: 'block' });
    await subscribe('plain', { capacity: 1 });
    await bus.writable();
    for (let i = 0; i < 40; i++) expect(await bus.publish('plain', i)).toBe(1);
    for (let i = 0; i < SLOTS / 2; i++) expect(await bus.publish('stuck.0', i)).toBe(1);
    expect(bus.tryPublish('plain')).toBe('full');
    await bus.request('echo.x', 1);
  });
});
