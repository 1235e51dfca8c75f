import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { poolScene } from './pool-scene.ts';

describe('a pool', () => {
  it('goes on after the death of its shard with what waits and what its members hold', () => {
    const { scene, join } = poolScene();
    const first = join(1);
    for (let at = 0; at < 3; at++) scene.sender.request('k', at);
    scene.world.run();
    scene.world.replaceShard(0);
    scene.world.run();
    expect(first.receiver.payloads).toEqual([0]);
    for (let at = 0; at < 3; at++) {
      first.receiver.reply('done');
      scene.world.run();
    }
    expect(first.receiver.payloads).toEqual([0, 1, 2]);
    expect(scene.sender.statuses).toEqual([STATUS.reply, STATUS.reply, STATUS.reply]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('gives the shards shares of a busy thread: none starves', () => {
    const { scene, pool, join } = poolScene({ shards: 2 });
    const { receiver } = join(1);
    scene.world.addRoute('k.*', pool.target);
    for (let at = 0; at < 12; at++) scene.sender.request(`k.${at % 8}`, at);
    scene.world.run();
    const shards = new Set<number>();
    for (let answers = 0; answers < 6; answers++) {
      shards.add(receiver.loans[0]?.link.shard as number);
      receiver.reply('done');
      scene.world.advance(6);
      scene.world.run();
    }
    expect(shards).toEqual(new Set([0, 1]));
    for (; receiver.loans.length > 0; scene.world.run()) receiver.reply('done');
    expect(new Set(receiver.payloads).size).toBe(12);
  });

  it('hands each message to the member with the least to do, one at a time, and keeps the rest', () => {
    const { scene, pool, join } = poolScene();
    const first = join(1);
    const second = join(2);
    for (let at = 0; at < 4; at++) scene.sender.request('k', at);
    scene.world.run();
    expect([first.receiver.payloads, second.receiver.payloads]).toEqual([[0], [1]]);
    second.receiver.reply('done');
    scene.world.run();
    expect(second.receiver.payloads).toEqual([1, 2]);
    for (const { receiver } of [first, second, first]) {
      receiver.reply('done');
      scene.world.run();
    }
    expect(pool.receiver.payloads).toEqual([]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('without members has nobody for a new request, and a notification waits', () => {
    const { scene, join } = poolScene();
    scene.sender.request('k', 1);
    scene.sender.notify('k', 2);
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.unavailable]);
    const { receiver } = join(1);
    scene.world.run();
    expect(receiver.payloads).toEqual([2]);
    receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('whose threads are all gone keeps what was accepted, also what found no room', () => {
    const { scene, join } = poolScene({ pool: { window: 1 } });
    const dying = join(1);
    const sends = [1, 2, 3, 4].map((n) => scene.sender.request('k', n));
    scene.world.run();
    scene.world.detach(dying.receiver.client);
    scene.world.run();
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([true, true, true, true]);
    const { receiver } = join(2);
    for (const _ of sends) {
      // What came back found no room either, and looks again.
      scene.world.advance(5);
      scene.world.run();
      receiver.reply('done');
    }
    scene.world.run();
    expect(sends.map(({ value }) => value)).toEqual(['done', 'done', 'done', 'done']);
    expect(heldByWorld(scene.world, [1])).toEqual({});
  });

  it.each(['request', 'notify'] as const)(
    'keeps a %s that its last member dies with for the next one, marked',
    (verb) => {
      const { scene, join } = poolScene();
      const dying = join(1);
      scene.sender[verb]('k', 1);
      scene.world.run();
      dying.receiver.mark();
      scene.world.detach(dying.receiver.client);
      scene.world.run();
      const { receiver } = join(2);
      scene.world.run();
      expect(receiver.loans[0]).toMatchObject({ attempt: 2, redelivered: true });
      if (verb === 'request') receiver.reply('done');
      else receiver.acknowledge();
      scene.world.run();
      expect(heldByWorld(scene.world, [1])).toEqual({});
    },
  );

  it('that has failed gives up what waits: a request is refused, a notification has failed', () => {
    const { scene, pool } = poolScene();
    const lost = scene.sender.notify('k', 1);
    scene.world.run();
    scene.world.tell({ op: 'failPool', target: pool.target });
    scene.sender.request('k', 2);
    scene.world.run();
    // The notification ends when its sender has heard of whom it failed at.
    expect(scene.sender.statuses).toEqual([STATUS.unavailable, STATUS.failed]);
    expect(lost.toError()).toMatchObject({
      details: { failed: [{ error: { code: 'ERR_BUS_WORKER' } }] },
    });
    scene.world.tell({ op: 'isolate', target: pool.target, isolated: false });
    scene.sender.request('k', 3);
    scene.world.run();
    expect(scene.sender.statuses[2]).toBe(STATUS.unavailable);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('that fails while nobody serves its shard has given up the same in the end', () => {
    const { scene, pool } = poolScene();
    const letters = scene.deadLetters();
    const send = scene.sender.notify('k', 1);
    scene.world.run();
    scene.world.runShard = () => 0;
    scene.world.tell({ op: 'failPool', target: pool.target });
    scene.world.runShard = (_, work) => work();
    scene.world.replaceShard(0);
    scene.world.run();
    expect(letters.receiver.payloads).toEqual([1]);
    letters.receiver.acknowledge();
    scene.world.run();
    expect(send.toError()).toMatchObject({ code: 'ERR_BUS_DELIVERY_FAILED' });
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('that is closed hands its requests on, and its members keep what they have', () => {
    const { scene, pool, join } = poolScene();
    const { receiver } = join(1);
    scene.sender.request('k', 1);
    scene.sender.request('k', 2);
    scene.world.run();
    const heir = scene.endpoint('*', {}, 3);
    scene.world.tell({ op: 'removeTarget', target: pool.target });
    scene.world.run();
    expect(heir.receiver.payloads).toEqual([2]);
    receiver.reply('first');
    heir.receiver.reply('second');
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.reply, STATUS.reply]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
