import { describe, expect, it } from 'vitest';
import type { EventHandler } from '../../../src/client/subscription-callbacks.ts';
import { SubscriptionReceiver } from '../../../src/client/subscription-receiver.ts';
import { resolveSubscribeOptions, type SubscribeOptions } from '../../../src/options.ts';
import { retryAtOnce } from '../../helpers/retry-policy.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';

const RETRY = retryAtOnce(2);

function makeSubscription(options: SubscribeOptions, handler?: EventHandler) {
  const world = new CoreWorld();
  const client = world.client(1);
  const errors: unknown[] = [];
  const receiver = new SubscriptionReceiver(
    resolveSubscribeOptions(options),
    client.core.receiverParts,
    {
      handler,
      onError: (error) => void errors.push(error),
      droppedByShards: () => 0,
      keptBy: () => 0,
      onSlow: () => {},
    },
  );
  const wishes = options.ack === true ? { retry: RETRY } : {};
  const target = world.addTarget(client, receiver, { kind: 'subscription', ...wishes });
  world.subscribe('k', target);
  const { counts } = client.core.counters;
  return { world, client, receiver, errors, counts };
}

describe('an attempt with a time-out', () => {
  it('fails when it is not settled in time, and its late result is counted', async () => {
    const ends: (() => void)[] = [];
    const attempts: number[] = [];
    const handler: EventHandler = ({ attempt }) => {
      attempts.push(attempt);
      return new Promise<void>((resolve) => void ends.push(resolve));
    };
    const made = makeSubscription({ ack: true, timeout: 50 }, handler);
    made.world.client().publish('k');
    made.world.run();
    made.world.advance(49);
    expect(made.errors).toEqual([]);
    made.world.advance(1);
    made.world.run();
    expect(made.errors).toMatchObject([{ code: 'ERR_BUS_TIMEOUT' }]);
    expect(attempts).toEqual([1, 2]);
    ends[0]?.();
    ends[1]?.();
    await made.world.runAsync();
    expect([made.counts.lateResults, made.counts.delivered]).toEqual([1, 1]);
    expect([heldByWorld(made.world), made.client.timerCount]).toEqual([{}, 0]);
  });

  it('leaves no timer behind when it settles, whoever settles it', async () => {
    const handler: EventHandler = (event) => {
      if (event.payload === 1) event.ack();
      if (event.payload === 2) event.nack({ requeue: false });
      return Promise.resolve();
    };
    const made = makeSubscription({ ack: true, timeout: 50 }, handler);
    for (let at = 0; at < 3; at++) made.world.client().publish('k', at);
    await made.world.runAsync();
    expect([made.errors, made.client.timerCount]).toEqual([[], 0]);
    expect(heldByWorld(made.world)).toEqual({});
  });

  it('is nothing without ack', async () => {
    const made = makeSubscription({ overflow: 'block', timeout: 50 });
    made.world.client().publish('k', 'text');
    made.world.run();
    const event = await made.receiver.next();
    expect(made.client.timerCount).toBe(0);
    if (event !== undefined) made.receiver.done(event);
    made.world.run();
    expect(heldByWorld(made.world)).toEqual({});
  });
});

describe('a ttl in the queue', () => {
  it.each([{}, { overflow: 'block' as const }, { ack: true }])(
    'ends before the event is handed out: %o',
    async (options) => {
      const made = makeSubscription(options);
      for (const ttl of [10, 100, 10, 1000]) made.world.client().publish('k', ttl, { ttl });
      made.world.run();
      made.world.advance(20);
      const payloads: unknown[] = [];
      for (let at = 0; at < 2; at++) {
        const event = await made.receiver.next();
        payloads.push(event?.message.payload);
        if (event !== undefined) made.receiver.done(event);
      }
      made.world.run();
      expect([payloads, made.counts.expired, made.receiver.missed]).toEqual([[100, 1000], 2, 0]);
      expect(heldByWorld(made.world)).toEqual({});
    },
  );

  it('of the event that was to tell of dropped ones: the next one tells', async () => {
    const made = makeSubscription({ capacity: 2 });
    const publish = (ttl: number): void => void made.world.client().publish('k', ttl, { ttl });
    for (const ttl of [1, 10, 1000]) publish(ttl);
    made.world.run();
    made.world.advance(20);
    const event = await made.receiver.next();
    expect([event?.message.payload, event?.message.missed]).toEqual([1000, 1]);
  });
});
