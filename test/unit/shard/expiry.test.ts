import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('the end of a ttl', () => {
  it.each(['request', 'notify', 'publish'] as const)(
    'ends a %s that waits for room, at its time',
    (verb) => {
      const scene = new Scene();
      const { receiver } =
        verb === 'publish'
          ? scene.subscription('k', { window: 1 })
          : scene.endpoint('k', { window: 1 });
      scene.sender[verb]('k', 'first');
      const waiting = scene.sender[verb]('k', 'late', { ttl: 5 });
      scene.world.run();
      scene.world.advance(4);
      scene.world.run();
      expect(waiting.isOpen).toBe(true);
      scene.world.advance(1);
      scene.world.run();
      expect(waiting.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
      receiver.acknowledge();
      scene.world.run();
      expect(receiver.payloads).toEqual(['first']);
    },
  );

  it('ends a message that is meant for somebody and not handed over', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 2 });
    receiver.client.core.install(20, receiver);
    const target = { id: 20, kind: 'endpoint', client: 1, window: 4, whenFull: 'park' } as const;
    scene.world.tell({ op: 'addTarget', target });
    const shard = scene.world.shard().state;
    // It has cells for more than it may have on loan.
    (shard.targets[20] as { loanMax: number }).loanMax = 1;
    scene.world.addRoute('b', 20);
    for (const payload of [1, 2]) scene.sender.notify('b', payload, { ttl: 5 });
    const both = scene.sender.notify('b', 3, { ttl: 5, timeout: 50 });
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect([receiver.payloads, both.toError()]).toMatchObject([[1], { code: 'ERR_BUS_EXPIRED' }]);
    receiver.acknowledge();
    scene.world.run();
    expect(receiver.payloads).toEqual([1]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('leaves alone what was handed over; the deadline still holds', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    const [ends, answered] = [
      scene.sender.request('k', 1, { ttl: 5, timeout: 20 }),
      scene.sender.request('k', 2, { ttl: 5 }),
    ];
    scene.world.run();
    scene.world.advance(10);
    scene.world.run();
    expect([ends.isOpen, answered.isOpen]).toEqual([true, true]);
    scene.world.advance(10);
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.timeout]);
    receiver.reply('late');
    receiver.reply('there');
    scene.world.run();
    expect(answered.value).toBe('there');
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('of a notification that one endpoint has and the other waits for fails the other alone', () => {
    const scene = new Scene();
    const quick = scene.endpoint('*', { window: 4 });
    const slow = scene.endpoint('k', { window: 4 }, 2);
    const shard = scene.world.shard().state;
    (shard.targets[slow.target] as { loanMax: number }).loanMax = 1;
    const first = scene.sender.notify('k', 'first');
    const second = scene.sender.notify('k', 'second', { ttl: 5 });
    scene.world.run();
    scene.world.advance(6);
    for (let i = 0; i < 2; i++) quick.receiver.acknowledge();
    slow.receiver.acknowledge();
    scene.world.run();
    expect([quick.receiver.payloads, slow.receiver.payloads]).toEqual([
      ['first', 'second'],
      ['first'],
    ]);
    expect(first.value).toEqual({ delivered: 2 });
    expect(second.toError()).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: { delivered: 1 },
    });
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('of an event that one subscription has drops it at the other', () => {
    const scene = new Scene();
    scene.subscription('*', { window: 4 });
    const slow = scene.subscription('k', { window: 4 }, 2);
    const shard = scene.world.shard().state;
    (shard.targets[slow.target] as { loanMax: number }).loanMax = 1;
    scene.sender.publish('k', 'first');
    const second = scene.sender.publish('k', 'second', { ttl: 5 });
    scene.world.run();
    scene.world.advance(6);
    slow.receiver.acknowledge();
    scene.world.run();
    expect([second.value, slow.receiver.payloads]).toEqual([2, ['first']]);
  });

  it('holds for a successor of the shard', () => {
    const scene = new Scene();
    scene.endpoint('k', { window: 1 });
    scene.sender.request('k', 'first');
    const waiting = scene.sender.request('k', 'late', { ttl: 5 });
    scene.world.run();
    scene.world.replaceShard(0);
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect(waiting.toError()).toMatchObject({ code: 'ERR_BUS_EXPIRED' });
  });
});
