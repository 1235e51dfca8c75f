import { describe, expect, it } from 'vitest';
import type { Balance, RouteSpec } from '../../../src/control/commands.ts';
import { Scene } from './scene.ts';

function makeSet(balance: Balance, windows: readonly number[], wishes: Partial<RouteSpec>[] = []) {
  const scene = new Scene({ slots: 64, cells: 128, heapBytes: 1024 * 1024 });
  const members = windows.map((window, at) => {
    const placed = scene.endpoint(undefined, { window });
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

  it('draws, evenly or by weight', () => {
    const even = makeSet('random', [8, 8]);
    even.scene.world.random = 0.6;
    expect(even.send(3)).toEqual([0, 3]);
    const heavy = makeSet('weighted', [8, 8], [{ weight: 3 }, { weight: 1 }]);
    heavy.scene.world.random = 0.7;
    expect(heavy.send(1)).toEqual([1, 0]);
    heavy.scene.world.random = 0.8;
    expect(heavy.send(1)).toEqual([1, 1]);
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
