import { describe, expect, it } from 'vitest';
import type { ClientMemory } from '../../../src/memory/client-memory.ts';
import { STATUS } from '../../../src/memory/entries.ts';
import { LEDGER, recordState } from '../../../src/memory/ledger.ts';
import { KEY_HASH, KEY_ID, KIND } from '../../../src/memory/slot-header.ts';
import { hashKey } from '../../../src/message/key.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('messages that wait in a shard', () => {
  it('are taken in their order when there is room', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    for (let at = 0; at < 5; at++) scene.sender.request('k', at);
    scene.world.run();
    expect(scene.world.shard().state.links[0]?.parking.count).toBe(4);
    for (let at = 0; at < 5; at++) {
      receiver.reply(at);
      scene.world.run();
    }
    expect(receiver.payloads).toEqual([0, 1, 2, 3, 4]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('are not overtaken by a new one that finds room', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    for (const at of [0, 1]) scene.sender.request('k', at);
    scene.world.run();
    // The acknowledgement and a new message come in one step.
    receiver.reply('done');
    receiver.client.endMicrotask();
    scene.sender.request('k', 2);
    scene.world.run();
    receiver.reply('done');
    scene.world.run();
    expect(receiver.payloads).toEqual([0, 1, 2]);
  });

  it('do not hold up another key that has the same id in a later epoch', () => {
    const scene = new Scene();
    const full = scene.endpoint('k', { window: 1 });
    const free = scene.endpoint('l');
    for (let at = 0; at < 3; at++) scene.sender.request('k', at);
    scene.world.run();
    scene.sender.request('l', 3);
    const { headers } = scene.world.clientMemories[0] as ClientMemory;
    const at = (key: string) => headers.indexOf(hashKey(key)) - KEY_HASH;
    headers[at('l') + KEY_ID] = headers[at('k') + KEY_ID] as number;
    headers[at('l') + KIND] = (headers[at('l') + KIND] as number) + (1 << 16);
    scene.world.run();
    expect([full.receiver.payloads, free.receiver.payloads]).toEqual([[0], [3]]);
    for (const more of [0, 1, 2]) {
      full.receiver.reply(more);
      scene.world.run();
    }
    free.receiver.reply('done');
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('go to the member of a set that has room first', () => {
    const scene = new Scene();
    const one = scene.endpoint('k', { window: 1 });
    const two = scene.endpoint('k', { window: 1 }, 2);
    for (let at = 0; at < 4; at++) scene.sender.request('k', at);
    scene.world.run();
    two.receiver.reply('done');
    scene.world.run();
    expect([one.receiver.payloads, two.receiver.payloads]).toEqual([[0], [1, 2]]);
  });

  it('find a route that comes later, in their order', () => {
    const scene = new Scene();
    scene.endpoint('k', { window: 1 });
    for (let at = 0; at < 4; at++) scene.sender.request('k', at);
    scene.world.run();
    const late = scene.endpoint();
    scene.world.addRoute('k', late.target, { priority: 9 });
    scene.world.run();
    expect(late.receiver.payloads).toEqual([1, 2, 3]);
  });

  it('are refused when the last route goes', () => {
    const scene = new Scene();
    const { target } = scene.endpoint('k', { window: 1 });
    const sends = [0, 1, 2].map((at) => scene.sender.request('k', at));
    scene.world.run();
    scene.world.removeTarget(target);
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.noRoute, STATUS.noRoute]);
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([true, false, false]);
  });

  it('time out and are cancelled where they stand', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    const abort = new AbortController();
    scene.sender.request('k', 0);
    scene.sender.request('k', 1, { timeout: 4 });
    scene.sender.request('k', 2, { signal: abort.signal });
    scene.sender.request('k', 3);
    scene.world.run();
    const { ledger } = scene.world.links[0]?.[0] ?? { ledger: new Int32Array(0) };
    expect([0, 1, 2, 3].map((slot) => recordState(ledger, slot))).toEqual([
      LEDGER.routed,
      LEDGER.parked,
      LEDGER.parked,
      LEDGER.parked,
    ]);
    abort.abort();
    scene.world.run();
    scene.world.advance(4);
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.aborted, STATUS.timeout]);
    receiver.reply('done');
    scene.world.run();
    expect(receiver.payloads).toEqual([0, 3]);
  });

  it('that fan out keep their order when first one, then the other target is full', () => {
    const scene = new Scene();
    const x = scene.endpoint('k', { window: 1 });
    const y = scene.endpoint('k', { window: 1 }, 2);
    scene.world.addRoute('only x', x.target);
    scene.world.addRoute('only y', y.target);
    scene.sender.notify('only y', 'fills y');
    scene.world.run();
    scene.sender.notify('k', 1);
    scene.world.run();
    scene.sender.notify('only x', 'fills x');
    scene.world.run();
    scene.sender.notify('k', 2);
    scene.world.run();
    for (let round = 0; round < 4; round++) {
      for (const { receiver } of [y, x]) {
        if (receiver.held > 0) receiver.acknowledge();
        scene.world.run();
      }
    }
    expect(x.receiver.payloads).toEqual(['fills x', 1, 2]);
    expect(y.receiver.payloads).toEqual(['fills y', 1, 2]);
  });

  it('are not overtaken by another kind of the same key', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    // Its ring is read after the one that gives the room.
    const sender = scene.world.client(2);
    sender.request('k', 0);
    sender.request('k', 1);
    scene.world.run();
    receiver.reply('done');
    receiver.client.endMicrotask();
    sender.notify('k', 2);
    scene.world.run();
    receiver.reply('done');
    scene.world.run();
    expect(receiver.payloads).toEqual([0, 1, 2]);
  });

  it('do not wait any longer for what one before them waited for, once that one has ended', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k', { window: 1 });
    const events = scene.subscription('k', {}, 2);
    scene.sender.request('k', 0);
    scene.sender.request('k', 1, { timeout: 4 });
    scene.sender.publish('k', 'event');
    scene.world.run();
    expect(events.receiver.payloads).toEqual([]);
    scene.world.advance(4);
    scene.world.run();
    expect([events.receiver.payloads, receiver.payloads]).toEqual([['event'], [0]]);
  });
});
