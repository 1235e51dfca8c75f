import { describe, expect, it } from 'vitest';
import type { Balance, RouteSpec, TargetSpec } from '../../../src/control/commands.ts';
import { hashKey } from '../../../src/message/key.ts';
import { Scene } from './scene.ts';

/** A key that this shard routes. */
function keyOfShard(scene: Scene, shard: number): string {
  for (let at = 0; ; at++) {
    const key = `key ${at}`;
    if ((hashKey(key) >>> 0) % scene.world.shards.length === shard) return key;
  }
}

function makeSet(
  balance: Balance,
  windows: readonly number[],
  wishes: Partial<RouteSpec>[] = [],
  targets: Partial<TargetSpec>[] = [],
) {
  const scene = new Scene({ slots: 64, cells: 128, heapBytes: 1024 * 1024 });
  const members = windows.map((window, at) => {
    const placed = scene.endpoint(undefined, { window, ...targets[at] });
    scene.world.addRoute('*', placed.target, { balance, ...wishes[at] });
    return placed;
  });
  const counts = (): number[] => members.map(({ receiver }) => receiver.payloads.length);
  const send = (count: number, key = 'k'): number[] => {
    for (let at = 0; at < count; at++) scene.sender.request(key, at);
    scene.world.run();
    return counts();
  };
  return { scene, members, counts, send };
}

describe('a balance set', () => {
  it('takes turns', () => {
    expect(makeSet('round-robin', [8, 8, 8]).send(6)).toEqual([2, 2, 2]);
  });

  it('passes over a full member, and waits when all are full', () => {
    const { send, scene } = makeSet('round-robin', [1, 8, 2]);
    expect(send(9)).toEqual([1, 6, 2]);
    expect(send(5)).toEqual([1, 8, 2]);
    expect(scene.world.shard().state.counters.counts.parked).toBe(3);
  });

  it('asks the one with the fewest in flight', () => {
    const { send, members, scene } = makeSet('least-in-flight', [8, 8]);
    expect(send(4)).toEqual([2, 2]);
    members[1]?.receiver.reply(1);
    members[1]?.receiver.reply(1);
    scene.world.run();
    expect(send(2)).toEqual([2, 4]);
    expect(makeSet('least-in-flight', [1, 8]).send(4)).toEqual([1, 3]);
  });

  it('asks them in turn while all have as many in flight', () => {
    const { send, members, scene } = makeSet('least-in-flight', [8, 8, 8]);
    for (let at = 0; at < 6; at++) {
      send(1);
      for (const { receiver } of members) while (receiver.held > 0) receiver.reply(1);
      scene.world.run();
    }
    expect(send(0)).toEqual([2, 2, 2]);
  });

  it('hands nothing to a member whose handlers are all busy while there is another', () => {
    const { scene, members, send } = makeSet(
      'round-robin',
      [8, 8],
      [],
      [{ concurrency: 1 }, { concurrency: 2 }],
    );
    expect(send(6)).toEqual([1, 2]);
    for (let at = 0; at < 3; at++) {
      members[1]?.receiver.reply(1);
      scene.world.run();
    }
    expect(send(0)).toEqual([1, 5]);
    expect(members[1]?.receiver.payloads).toEqual([1, 2, 3, 4, 5]);
  });

  it('looks over all shards for who is busy and who has the fewest', () => {
    const scene = new Scene({ shards: 2, slots: 64, cells: 128, heapBytes: 1024 * 1024 });
    const [a, b] = [
      scene.endpoint(undefined, { concurrency: 4 }),
      scene.endpoint(undefined, { concurrency: 4 }),
    ];
    for (const { target } of [a, b])
      scene.world.addRoute('*', target, { balance: 'least-in-flight' });
    const keys = [0, 1].map((shard) => keyOfShard(scene, shard));
    for (let at = 0; at < 4; at++) {
      scene.sender.request(keys[at % 2] as string, at);
      scene.world.run();
    }
    expect([a.receiver.held, b.receiver.held]).toEqual([2, 2]);
    for (let at = 0; at < 8; at++) {
      scene.sender.request(keys[at % 2] as string, at);
      scene.world.run();
    }
    expect([a.receiver.held, b.receiver.held]).toEqual([4, 4]);
    // What one shard gives back is room for what waits in the other.
    for (let at = 0; at < 2; at++) a.receiver.reply('done');
    for (let round = 0; round < 3; round++) {
      scene.world.run();
      scene.world.advance(1);
    }
    scene.world.run();
    expect([a.receiver.held, b.receiver.held]).toEqual([4, 4]);
    expect(a.receiver.payloads.length + b.receiver.payloads.length).toBe(10);
  });

  it('draws evenly', () => {
    const even = makeSet('random', [8, 8]);
    even.scene.world.random = 0.6;
    expect(even.send(3)).toEqual([0, 3]);
  });

  it('gives each member as many turns as it weighs, exactly, and anew when one leaves', () => {
    const weights = [{ weight: 4 }, { weight: 2 }, { weight: 1 }];
    const { scene, members, send } = makeSet('weighted', [40, 40, 40], weights);
    expect(send(7)).toEqual([4, 2, 1]);
    expect(send(14)).toEqual([12, 6, 3]);
    scene.world.removeTarget(members[1]?.target as number);
    expect(send(10)).toEqual([20, 6, 5]);
  });

  it('gives a key to one member, and moves only the keys of a member that leaves', () => {
    const { scene, members } = makeSet('consistent-hash', [30, 30, 30]);
    const keys = Array.from({ length: 20 }, (_, at) => `key ${at}`);
    const ownerOf = (key: string): number => {
      scene.sender.request(key, key);
      scene.world.run();
      const owner = members.findIndex(({ receiver }) => receiver.held > 0);
      members[owner]?.receiver.reply(1);
      scene.world.run();
      return owner;
    };
    const before = keys.map(ownerOf);
    expect(keys.map(ownerOf)).toEqual(before);
    expect(new Set(before).size).toBe(3);
    scene.world.removeTarget(members[1]?.target as number);
    const after = keys.map(ownerOf);
    after.forEach((owner, at) => {
      if (before[at] === 1) expect(owner).not.toBe(1);
      else expect(owner).toBe(before[at]);
    });
  });

  it('goes by a header where its routes say so, and by the key where the message has none', () => {
    const wishes = Array(3).fill({ hashHeader: 'tenant' });
    const { scene, members } = makeSet('consistent-hash', [40, 40, 40], wishes);
    const ownerOf = (key: string, headers?: Record<string, string>): number => {
      scene.sender.request(key, key, headers && { headers });
      scene.world.run();
      const owner = members.findIndex(({ receiver }) => receiver.held > 0);
      members[owner]?.receiver.reply(1);
      scene.world.run();
      return owner;
    };
    const owners = ['a', 'b', 'c', 'd', 'e', 'f'].map((tenant) => {
      const seen = ['k1', 'k2', 'k3'].map((key) => ownerOf(key, { other: key, tenant }));
      expect(new Set(seen).size).toBe(1);
      return seen[0];
    });
    expect(new Set(owners).size).toBeGreaterThan(1);
    const keys = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'];
    const byKey = keys.map((key) => ownerOf(key));
    expect(keys.map((key) => ownerOf(key, { tenants: 'a' }))).toEqual(byKey);
    expect(new Set(byKey).size).toBeGreaterThan(1);
  });

  it('of a higher priority keeps its messages while it is full, and lets them go when nobody is there', () => {
    const scene = new Scene();
    const [high, low] = [scene.endpoint(undefined, { window: 1 }), scene.endpoint('k')];
    scene.world.addRoute('k', high.target, { priority: 5 });
    for (const at of [0, 1]) scene.sender.request('k', at);
    scene.world.run();
    expect([high.receiver.payloads, low.receiver.payloads]).toEqual([[0], []]);
    scene.world.removeTarget(high.target);
    scene.world.run();
    expect(low.receiver.payloads).toEqual([1]);
  });
});
