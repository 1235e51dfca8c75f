import { describe, expect, it } from 'vitest';
import type { EventHandler } from '../../../src/client/subscription-callbacks.ts';
import { SubscriptionReceiver } from '../../../src/client/subscription-receiver.ts';
import type { TargetSpec } from '../../../src/control/commands.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import type { SubscribeOptions } from '../../../src/options.ts';
import { resolveSubscribeOptions } from '../../../src/options.ts';
import { retryAtOnce } from '../../helpers/retry-policy.ts';
import { heldByWorld } from './at-rest.ts';
import { CoreWorld } from './core-world.ts';

function makeSubscription(
  options: SubscribeOptions = {},
  handler?: EventHandler,
  wishes: Partial<TargetSpec> = {},
) {
  const world = new CoreWorld();
  const errors: unknown[] = [];
  const slow: [number, number][] = [];
  const dropped = { byShards: 0 };
  const { core } = world.client(1);
  const placed = { target: -1 };
  const receiver = new SubscriptionReceiver(
    resolveSubscribeOptions(options),
    world.client(1).core.receiverParts,
    {
      handler,
      onError: (error) => void errors.push(error),
      droppedByShards: () =>
        core.links.reduce((sum, link) => sum + link.droppedFor(placed.target), dropped.byShards),
      keptBy: (shard) => core.links[shard]?.keptFor(placed.target) ?? 0,
      onSlow: (queued, missed) => void slow.push([queued, missed]),
    },
  );
  placed.target = world.addTarget(world.client(1), receiver, { kind: 'subscription', ...wishes });
  world.subscribe('k', placed.target);
  const publish = (count: number, payload: (at: number) => unknown = (at) => at): void => {
    for (let at = 0; at < count; at++) world.client().publish('k', payload(at));
    world.run();
  };
  const take = async (): Promise<[unknown, number] | undefined> => {
    const event = await receiver.next();
    if (event === undefined) return undefined;
    receiver.done(event);
    return [event.message.payload, event.message.missed];
  };
  return { world, receiver, errors, slow, dropped, publish, take };
}

describe('SubscriptionReceiver', () => {
  it('copies events and gives the loans back at once', () => {
    const { world, receiver, publish } = makeSubscription();
    publish(3);
    expect(receiver.held).toBe(0);
    expect(heldByWorld(world)).toEqual({});
  });

  it('tells its thread how many events callbacks have or will get, also while it is paused', async () => {
    const ends: (() => void)[] = [];
    const handler = (): Promise<void> => new Promise((resolve) => void ends.push(resolve));
    const { world, receiver, publish } = makeSubscription({ capacity: 3 }, handler);
    const due = (): number => world.client(1).core.counters.counts.callbacks;
    publish(3);
    expect(due()).toBe(3);
    publish(3);
    expect([due(), receiver.missed]).toEqual([4, 2]);
    receiver.pause();
    expect(due()).toBe(1);
    receiver.resume();
    expect(due()).toBe(4);
    ends[0]?.();
    await world.runAsync();
    expect(due()).toBe(3);
    receiver.close();
    expect(due()).toBe(1);
    ends[1]?.();
    await world.runAsync();
    expect(due()).toBe(0);
  });

  it('counts no event that nobody gets without asking', () => {
    const { world, publish } = makeSubscription();
    publish(3);
    expect(world.client(1).core.counters.counts.callbacks).toBe(0);
  });

  it('drops the oldest, and says on the next one how many', async () => {
    const { receiver, publish, take } = makeSubscription({ capacity: 2 });
    publish(5);
    expect(receiver.missed).toBe(3);
    expect([await take(), await take()]).toEqual([
      [3, 3],
      [4, 0],
    ]);
  });

  it('drops the newest where it says so', async () => {
    const { publish, take } = makeSubscription({ capacity: 2, overflow: 'drop-newest' });
    publish(4);
    publish(1, () => 4);
    expect([await take(), await take()]).toEqual([
      [0, 0],
      [1, 0],
    ]);
    publish(1, () => 5);
    expect(await take()).toEqual([5, 3]);
  });

  it('counts what shards dropped too', async () => {
    const { publish, take, dropped } = makeSubscription();
    dropped.byShards = 4;
    publish(1);
    expect(await take()).toEqual([0, 4]);
  });

  it('bounds the bytes in its queue, and drops an event that is larger than all of it', async () => {
    const { receiver, publish, take } = makeSubscription({ capacityBytes: 100 });
    publish(3, () => new Uint8Array(40));
    expect(receiver.missed).toBe(1);
    publish(1, () => new Uint8Array(101));
    expect(receiver.missed).toBe(2);
    publish(1, () => new Uint8Array(20));
    expect([await take(), await take(), await take()].map((taken) => taken?.[1])).toEqual([
      1, 0, 1,
    ]);
  });

  it('calls back one event at a time and in order, whatever a callback does', async () => {
    const seen: unknown[] = [];
    const ends: (() => void)[] = [];
    const { world, publish, errors } = makeSubscription({}, ({ payload }) => {
      seen.push(payload);
      if (payload === 0) throw new Error('thrown');
      return new Promise<void>((resolve, reject) => {
        ends.push(payload === 1 ? () => reject(new Error('rejected')) : resolve);
      });
    });
    publish(3);
    expect(seen).toEqual([0, 1]);
    ends[0]?.();
    await world.runAsync();
    expect(seen).toEqual([0, 1, 2]);
    expect(errors).toEqual([new Error('thrown'), new Error('rejected')]);
  });

  it('hands out nothing while it is paused', async () => {
    const seen: unknown[] = [];
    const { receiver, publish } = makeSubscription({}, ({ payload }) => void seen.push(payload));
    receiver.pause();
    publish(2);
    expect(seen).toEqual([]);
    receiver.resume();
    receiver.resume();
    expect(seen).toEqual([0, 1]);
  });

  it('that blocks keeps the loan until the consumer is done', async () => {
    const { world, receiver, publish, take } = makeSubscription({ overflow: 'block' });
    publish(2);
    expect([receiver.held, world.client().core.slots.used]).toEqual([2, 2]);
    await take();
    await take();
    world.run();
    expect(receiver.held).toBe(0);
    expect(heldByWorld(world)).toEqual({});
  });

  it('leases bytes as a view of the sender’s heap', async () => {
    const { world, receiver, publish } = makeSubscription({ lease: true });
    publish(1, () => new Uint8Array([1, 2, 3]));
    const event = await receiver.next();
    expect(event?.message.payload).toEqual(new Uint8Array([1, 2, 3]));
    const view = event?.message.payload as Uint8Array;
    expect(view.buffer).toBe(world.clientMemories[0]?.heap);
    receiver.close();
    expect(receiver.held).toBe(1);
    if (event) receiver.done(event);
    world.run();
    expect(heldByWorld(world)).toEqual({});
  });

  it('ends: who waits gets the end, what is queued or handed out is given back, what comes is let go', async () => {
    const { world, receiver, publish } = makeSubscription({ overflow: 'block' });
    const waiting = receiver.next();
    publish(1);
    expect((await waiting)?.message.payload).toBe(0);
    publish(1);
    const last = (async () => {
      await receiver.next();
      return receiver.next();
    })();
    await world.runAsync();
    expect(receiver.waiting).toBe(1);
    receiver.close();
    expect(await last).toBeUndefined();
    expect(await receiver.next()).toBeUndefined();
    publish(2);
    world.run();
    expect([receiver.held, receiver.waiting]).toEqual([0, 0]);
    expect(heldByWorld(world)).toEqual({});
  });
});

describe('a member of a group', () => {
  it('keeps its loans until the consumer is done, and drops by its bound at once', async () => {
    const { world, receiver, publish, take } = makeSubscription({ group: 'g', capacity: 2 });
    publish(5);
    expect([receiver.held, receiver.missed]).toEqual([2, 3]);
    expect([await take(), await take()]).toEqual([
      [3, 3],
      [4, 0],
    ]);
    world.run();
    expect(heldByWorld(world)).toEqual({});
  });

  it('drops the newest, and what is larger than all of its bytes, without giving up others', async () => {
    const options = {
      group: 'g',
      capacity: 2,
      capacityBytes: 10,
      overflow: 'drop-newest',
    } as const;
    const { receiver, publish, take } = makeSubscription(options);
    publish(2);
    publish(1, () => new Uint8Array(50));
    expect([receiver.held, receiver.missed]).toEqual([2, 1]);
    expect([await take(), await take()]).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('hands back what it has not given out when it ends', async () => {
    const { world, receiver, publish } = makeSubscription({ group: 'g' });
    publish(3);
    await receiver.next();
    const statuses: unknown[] = [];
    const { answers } = world.client(1).core.receiverParts;
    const acknowledge = answers.acknowledge.bind(answers);
    answers.acknowledge = (loan, status) => {
      statuses.push(status);
      acknowledge(loan, status);
    };
    receiver.close();
    world.run();
    expect(statuses).toEqual([ACK_STATUS.requeue, ACK_STATUS.requeue, ACK_STATUS.ok]);
    expect(heldByWorld(world)).toEqual({});
  });
});

describe('a subscription with ack', () => {
  const retry = retryAtOnce(3);

  it('keeps an event until it is settled, once, and hands out no more than prefetch', async () => {
    const { world, receiver, publish } = makeSubscription({ ack: true, prefetch: 2 });
    publish(4);
    const [first, second] = await Promise.all([receiver.next(), receiver.next()]);
    const third = receiver.next();
    let isThere = false;
    void third.then(() => {
      isThere = true;
    });
    await world.runAsync();
    expect([isThere, receiver.held]).toEqual([false, 4]);
    expect([first?.message.ack(), first?.message.ack(), first?.message.nack()]).toEqual([
      true,
      false,
      false,
    ]);
    await world.runAsync();
    expect([isThere, receiver.held]).toEqual([true, 3]);
    expect(second?.message.ack()).toBe(true);
    for (const event of [await third, await receiver.next()]) event?.message.ack();
    await world.runAsync();
    expect(heldByWorld(world)).toEqual({});
  });

  it('gets again what failed, with its attempt, until its runs are used up or nobody wants it back', async () => {
    const seen: [unknown, number, boolean][] = [];
    const handler: EventHandler = (event) => {
      seen.push([event.payload, event.attempt, event.redelivered]);
      if (event.payload === 0) throw new Error('each time');
      if (event.payload === 1 && event.attempt === 1) event.nack();
      if (event.payload === 2) event.nack({ requeue: false });
      if (event.payload === 3) throw Object.assign(new Error('final'), { retryable: false });
    };
    const { world, errors, publish } = makeSubscription({ ack: true }, handler, { retry });
    publish(4);
    for (let ms = 0; ms < 5; ms++) {
      await world.runAsync();
      world.advance(1);
    }
    expect(seen.sort().map(([payload, attempt]) => [payload, attempt])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 1],
      [1, 2],
      [2, 1],
      [3, 1],
    ]);
    expect(seen.every(([, attempt, redelivered]) => redelivered === attempt > 1)).toBe(true);
    expect(errors).toHaveLength(4);
    expect(heldByWorld(world)).toEqual({});
  });

  // Behaviour E12: nats.js jetstream/tests/jetstream_pushconsumer_test.ts "nak delay".
  it('waits as long as a nack says, and refuses what is no delay', async () => {
    const { world, receiver, publish } = makeSubscription({ ack: true }, undefined, { retry });
    publish(1);
    const first = await receiver.next();
    expect(() => first?.message.nack({ delay: -1 })).toThrow(/delay/);
    expect(first?.message.nack({ delay: 50 })).toBe(true);
    const again = receiver.next();
    world.run();
    world.advance(49);
    world.run();
    expect(receiver.held).toBe(0);
    world.advance(2);
    world.run();
    const second = await again;
    expect([second?.message.payload, second?.message.attempt]).toEqual([0, 2]);
    second?.message.ack();
    world.run();
    expect(heldByWorld(world)).toEqual({});
  });

  it('has nothing to settle without it', async () => {
    const { receiver, publish } = makeSubscription();
    publish(1);
    const event = await receiver.next();
    expect([event?.message.ack(), event?.message.nack()]).toEqual([false, false]);
  });
});
