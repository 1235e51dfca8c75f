import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('a client that leaves', () => {
  it('is forgotten by every shard when nothing of it is in use', () => {
    const scene = new Scene({ shards: 4 });
    scene.world.detach(scene.world.client(2));
    scene.world.detach(scene.world.client(2));
    scene.world.run();
    expect(scene.world.forgotten).toEqual([0, 1, 2, 3].map((shard) => ({ shard, client: 2 })));
    expect(scene.world.shard().state.linkList).toHaveLength(2);
  });

  it('still has its accepted messages delivered, and is remembered until they are given back', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    const leaver = scene.world.client(2);
    leaver.notify('k', 'first');
    leaver.notify('k', 'accepted, not published');
    scene.world.detach(leaver);
    scene.world.run();
    expect(receiver.payloads).toEqual(['first', 'accepted, not published']);
    expect(scene.world.forgotten).toEqual([]);
    receiver.acknowledge();
    receiver.acknowledge();
    scene.world.run();
    expect(scene.world.forgotten).toHaveLength(1);
    expect(heldByWorld(scene.world, [2])).toEqual({});
  });

  it.each([
    ['had started: it counts an attempt and is marked', true, { attempt: 2, redelivered: true }],
    ['had not started: it counts nothing', false, { attempt: 1, redelivered: false }],
  ])('hands its requests on; the handler %s', (_, isStarted, expected) => {
    const scene = new Scene();
    const dying = scene.endpoint('k', {}, 2);
    scene.sender.request('k', 1);
    scene.world.run();
    if (isStarted) dying.receiver.mark();
    const heir = scene.endpoint('*');
    scene.world.detach(dying.receiver.client);
    scene.world.run();
    expect(heir.receiver.loans[0]).toMatchObject(expected);
    heir.receiver.reply('done');
    scene.world.run();
    expect(heldByWorld(scene.world, [2])).toEqual({});
  });

  it('hands on in the order of sending', () => {
    const scene = new Scene();
    const dying = scene.endpoint('k', { window: 2 }, 2);
    for (let at = 0; at < 6; at++) scene.sender.request('k', at);
    scene.world.run();
    const heir = scene.endpoint('*');
    scene.world.detach(dying.receiver.client);
    scene.world.run();
    expect(heir.receiver.payloads).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('gives up a request that has cost three threads', () => {
    const scene = new Scene({ clients: 5 });
    const heirs = [1, 2, 3].map((at) => scene.endpoint('k', {}, at));
    const send = scene.sender.request('k');
    scene.world.run();
    for (let death = 0; death < 3; death++) {
      const holder = heirs.find(({ receiver }) => receiver.held > 0);
      expect(send.isOpen).toBe(true);
      holder?.receiver.mark();
      holder?.receiver.loans.splice(0);
      scene.world.detach(holder?.receiver.client ?? scene.sender);
      scene.world.run();
    }
    expect(send.toError()).toMatchObject({
      code: 'ERR_BUS_WORKER',
      details: { endpoint: expect.stringMatching(/^#\d+$/) },
    });
    expect(scene.sender.statuses).toEqual([STATUS.died]);
    expect(heldByWorld(scene.world, [1, 2, 3])).toEqual({});
  });

  it('gives back the replies that it has not returned, and later ones are late', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    const leaver = scene.world.client(2);
    leaver.request('k', 1);
    leaver.request('k', 2);
    scene.world.run();
    receiver.reply('lent');
    receiver.client.core.flushAll();
    scene.world.shard().step(1);
    scene.world.detach(leaver);
    scene.world.run();
    expect(receiver.client.statuses).toEqual([STATUS.ok]);
    receiver.reply('too late');
    scene.world.run();
    expect(receiver.client.statuses).toEqual([STATUS.ok, STATUS.late]);
    expect(scene.world.forgotten).toHaveLength(1);
    expect(heldByWorld(scene.world, [2])).toEqual({});
  });

  it('leaves a request without anybody: unavailable, and says who was lost', () => {
    const scene = new Scene();
    const { receiver, target } = scene.endpoint('k', {}, 2);
    const send = scene.sender.request('k');
    scene.world.run();
    scene.world.detach(receiver.client);
    scene.world.run();
    expect(send.toError()).toMatchObject({
      code: 'ERR_BUS_ENDPOINT_UNAVAILABLE',
      details: { endpoint: `#${target}` },
    });
  });
});

describe('an isolated endpoint', () => {
  it('keeps the notifications that it has been given, also when its shard dies', () => {
    const scene = new Scene();
    const end = scene.endpoint('k', { window: 1, waiting: 2 });
    const sends = [1, 2].map((n) => scene.sender.notify('k', n));
    const request = scene.sender.request('k', 3);
    scene.world.run();
    scene.world.tell({ op: 'isolate', target: end.target, isolated: true });
    scene.world.replaceShard(0);
    scene.world.run();
    expect(request.toError()).toMatchObject({ code: 'ERR_BUS_ENDPOINT_UNAVAILABLE' });
    for (const _ of sends) {
      end.receiver.acknowledge();
      scene.world.run();
    }
    expect(end.receiver.payloads).toEqual([1, 2]);
    expect(sends.map(({ value }) => value)).toEqual([{ delivered: 1 }, { delivered: 1 }]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});

describe('targets that nobody knows', () => {
  it('are passed over', () => {
    const { world } = new Scene();
    world.removeTarget(17);
    world.tell({ op: 'detach', client: 9 });
    const target = { id: 20, kind: 'endpoint', client: 9, window: 1, whenFull: 'park' } as const;
    world.tell({ op: 'addTarget', target });
    expect(world.shard().state.targets[20]).toBeUndefined();
  });
});
