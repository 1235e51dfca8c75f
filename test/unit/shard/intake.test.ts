import { describe, expect, it } from 'vitest';
import { COMPLETION, STATUS } from '../../../src/memory/entries.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { type Placed, Scene } from './scene.ts';

describe('taking a message', () => {
  it('without a route refuses requests and notifications, and counts an event for nobody', () => {
    const { world, sender } = new Scene();
    const sends = [sender.request('k'), sender.notify('k'), sender.publish('k')];
    world.run();
    expect(sender.statuses).toEqual([STATUS.noRoute, STATUS.noRoute, STATUS.ok]);
    expect(sends.map(({ failed }) => failed)).toEqual([true, true, false]);
    expect(sends[2]?.value).toBe(0);
    expect(world.shard().state.counters.counts.noRoute).toBe(2);
  });

  it('whose ttl has passed refuses it', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    scene.sender.request('k', 1, { ttl: 2 });
    scene.world.nowMs += 2;
    scene.world.run();
    expect([scene.sender.statuses, receiver.payloads]).toEqual([[STATUS.expired], []]);
  });

  it('sends a request to one and a notification to all, once each however many routes match', () => {
    const scene = new Scene();
    const [one, two] = [scene.endpoint('k'), scene.endpoint('k', {}, 2)];
    scene.world.addRoute('*', one.target);
    scene.sender.notify('k', 'all');
    scene.sender.request('k', 'one');
    scene.world.run();
    const got = [one, two].flatMap(({ receiver }) => receiver.payloads).sort();
    expect(got).toEqual(['all', 'all', 'one']);
  });

  it('goes by priority, then exact before pattern', () => {
    const scene = new Scene();
    const [glob, exact, high] = [scene.endpoint('*'), scene.endpoint('k'), scene.endpoint()];
    scene.sender.request('k', 'exact');
    scene.world.run();
    scene.world.addRoute('k*', high.target, { priority: 1 });
    scene.sender.request('k', 'high');
    scene.world.run();
    expect([glob, exact, high].map(({ receiver }) => receiver.payloads)).toEqual([
      [],
      ['exact'],
      ['high'],
    ]);
  });

  it('tells a publisher how many subscriptions took it before they have read it, then gives the slot back', () => {
    const scene = new Scene();
    const all = [scene.subscription('k'), scene.subscription('*', {}, 2), scene.subscription('k')];
    const send = scene.sender.publish('k');
    scene.world.run();
    expect(send.value).toBe(3);
    expect(scene.sender.core.slots.used).toBe(1);
    for (const { receiver } of all) receiver.acknowledge();
    scene.world.run();
    const { completions } = scene.sender;
    expect(completions.map(({ completion }) => completion)).toEqual([
      COMPLETION.count,
      COMPLETION.release,
    ]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('sends a try that wants no count only its end', () => {
    const scene = new Scene();
    const { receiver } = scene.subscription('k');
    scene.sender.tryPublish('k');
    scene.world.run();
    receiver.acknowledge();
    scene.world.run();
    const { completions } = scene.sender;
    expect(completions.map(({ completion, status }) => [completion, status])).toEqual([
      [COMPLETION.final, STATUS.ok],
    ]);
  });

  it('looks a key up once for each state of the routes', () => {
    const scene = new Scene();
    scene.endpoint('k');
    const misses = (): number => scene.world.shard().state.counters.counts.cacheMisses;
    for (let at = 0; at < 3; at++) scene.sender.notify('k');
    scene.world.run();
    expect(misses()).toBe(1);
    const late = scene.endpoint('k');
    scene.sender.notify('k', 'both');
    scene.world.run();
    expect([misses(), late.receiver.payloads]).toEqual([2, ['both']]);
  });
});

describe('a subscription without room', () => {
  it('drops its oldest waiting event, never one that is on loan', () => {
    const scene = new Scene();
    const { receiver, target } = scene.subscription('k', { window: 2, whenFull: 'drop-oldest' });
    const first = [0, 1].map((at) => scene.sender.publish('k', at));
    scene.world.run();
    const sends = [...first, ...[2, 3, 4, 5].map((at) => scene.sender.publish('k', at))];
    scene.world.run();
    while (receiver.held > 0) {
      receiver.acknowledge();
      scene.world.run();
    }
    expect(receiver.payloads).toEqual([0, 1, 4, 5]);
    expect(receiver.client.core.links[0]?.droppedFor(target)).toBe(2);
    expect(sends.every(({ failed, isOpen }) => !failed && !isOpen)).toBe(true);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('drops as many of its oldest as give the newest a place, when it had more than its share of cells', () => {
    const scene = new Scene({ cells: 32, slots: 128 });
    const wishes = { window: 16, whenFull: 'drop-oldest' } as const;
    const [greedy, other] = ['k', 'l', 'm', 'n'].map((key) => scene.subscription(key, wishes));
    const { receiver, target } = greedy as Placed;
    const publish = (key: string, from: number, to: number): void => {
      for (let at = from; at < to; at++) scene.sender.publish(key, at);
      scene.world.run();
    };
    publish('k', 0, 20);
    publish('l', 0, 4);
    publish('k', 20, 30);
    for (const each of [receiver, (other as Placed).receiver]) {
      while (each.held > 0) {
        each.acknowledge();
        scene.world.run();
      }
    }
    const dropped = receiver.client.core.links[0]?.droppedFor(target) as number;
    expect(dropped).toBe(30 - receiver.payloads.length);
    expect(receiver.payloads.slice(-3)).toEqual([27, 28, 29]);
    expect((other as Placed).receiver.payloads).toEqual([0, 1, 2, 3]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('that refuses what it has no room for makes the event full for its publisher; the others get it', () => {
    const scene = new Scene();
    const strict = scene.subscription('k', { window: 1, whenFull: 'error' });
    const other = scene.subscription('k');
    const sends = [0, 1].map((at) => scene.sender.publish('k', at));
    scene.sender.tryPublish('k', 2);
    scene.world.run();
    expect(sends.map(({ failed, value }) => [failed, value])).toEqual([
      [false, 2],
      [true, undefined],
    ]);
    expect(sends[1]?.toError()).toMatchObject({ code: 'ERR_BUS_FULL', details: { delivered: 1 } });
    expect([strict.receiver.payloads, other.receiver.payloads]).toEqual([[0], [0, 1, 2]]);
    strict.receiver.acknowledge();
    for (let at = 0; at < 3; at++) other.receiver.acknowledge();
    scene.world.run();
    expect(scene.sender.unclaimed.map(({ status }) => status)).toEqual([STATUS.full]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('drops the newest where it says so', () => {
    const scene = new Scene();
    const { receiver, target } = scene.subscription('k', { window: 2, whenFull: 'drop-newest' });
    const sends = [0, 1, 2, 3].map((at) => scene.sender.publish('k', at));
    scene.world.run();
    expect(receiver.payloads).toEqual([0, 1]);
    expect(sends.map(({ value }) => value)).toEqual([1, 1, 0, 0]);
    expect(receiver.client.core.links[0]?.droppedFor(target)).toBe(2);
  });

  it('lets the message wait where it blocks, and every other subscription with it', () => {
    const scene = new Scene();
    const slow = scene.subscription('k', { window: 1 });
    const fast = scene.subscription('k', {}, 2);
    const sends = [0, 1].map((at) => scene.sender.publish('k', at));
    scene.world.run();
    expect([fast.receiver.payloads, sends[1]?.isOpen]).toEqual([[0], true]);
    slow.receiver.acknowledge();
    scene.world.run();
    expect([slow.receiver.payloads, fast.receiver.payloads]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(slow.receiver.loans[0]?.kind).toBe(KIND.event);
  });
});
