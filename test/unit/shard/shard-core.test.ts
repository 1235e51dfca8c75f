import { describe, expect, it } from 'vitest';
import { DONE, DTAIL } from '../../../src/memory/link-memory.ts';
import { CUR, SHARD_BEAT } from '../../../src/memory/shard-memory.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

describe('ShardCore', () => {
  it('does nothing, and beats not, while nothing happens', () => {
    const { world } = new Scene();
    const words = world.shardMemories[0]?.words ?? new Int32Array(0);
    expect([world.shard().step(1), words[SHARD_BEAT], world.shard().sleepMs(1)]).toEqual([
      0, 0, -1,
    ]);
  });

  it('reads few entries of a ring first, then more with every step', () => {
    const scene = new Scene({ slots: 600, clients: 2 });
    for (let at = 0; at < 300; at++) scene.sender.tryPublish('nobody', undefined);
    scene.sender.core.flushAll();
    const words = scene.world.links[0]?.[0]?.words ?? new Int32Array(0);
    const done = [1, 2, 3].map(() => {
      scene.world.shard().step(1);
      return words[DONE];
    });
    expect(done).toEqual([8, 24, 56]);
    expect(scene.world.shardMemories[0]?.words[CUR]).toBe(0);
  });

  it('publishes what a command brought about at once', () => {
    const scene = new Scene();
    scene.endpoint('k', { window: 1 });
    for (const at of [0, 1]) scene.sender.request('k', at);
    scene.world.run();
    const late = scene.endpoint(undefined, {}, 2);
    scene.world.addRoute('k', late.target, { priority: 1 });
    expect(scene.world.links[0]?.[2]?.words[DTAIL]).toBe(1);
  });

  it('sleeps until the next deadline at most', () => {
    const scene = new Scene();
    scene.endpoint('k');
    scene.sender.request('k', 1, { timeout: 30 });
    scene.world.run();
    const sleepMs = scene.world.shard().sleepMs(scene.world.nowMs);
    expect(sleepMs).toBeGreaterThan(0);
    expect(sleepMs).toBeLessThanOrEqual(30);
  });

  it('goes on where ring positions wrap', () => {
    const scene = new Scene({ startPosition: 0x7fff_fffe });
    const { receiver } = scene.endpoint('k', { window: 2 });
    const sends = Array.from({ length: 8 }, (_, at) => scene.sender.request('k', at));
    for (let at = 0; at < 8; at++) {
      scene.world.run();
      receiver.reply(at);
    }
    scene.world.run();
    expect(sends.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('takes routes and subscriptions out again, and closes', () => {
    const scene = new Scene();
    const { receiver, target } = scene.endpoint();
    const route = scene.world.addRoute('k', target);
    const subscription = scene.world.subscribe('k', target);
    scene.world.removeRoute(route);
    scene.world.tell({ op: 'removeSubscription', subscription });
    scene.sender.notify('k');
    scene.sender.publish('k');
    scene.world.run();
    expect(receiver.payloads).toEqual([]);
    expect(scene.world.shard().closed).toBe(false);
    scene.world.tell({ op: 'close' });
    expect(scene.world.shard().closed).toBe(true);
  });

  it('counts for its metrics', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    scene.sender.request('k');
    scene.world.run();
    receiver.reply(1);
    scene.world.run();
    scene.world.shard().publishCounters();
    expect(scene.world.shard().state.counters.counts).toMatchObject({
      routed: 1,
      delivered: 1,
      settled: 1,
    });
  });
});
