import { describe, expect, it } from 'vitest';
import type { ShardExplanation } from '../../../src/control/commands.ts';
import { STATUS } from '../../../src/memory/entries.ts';
import { hashKey } from '../../../src/message/key.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

function ask(scene: Scene, key: string): ShardExplanation {
  const { interner } = scene.sender.core;
  const interned = interner.peek(key);
  const query = { client: 0, key, hash: hashKey(key), interned };
  scene.world.tell({ op: 'explain', question: 1, query });
  return scene.world.answers.get(1) as ShardExplanation;
}

describe('explaining a key', () => {
  it('lists the routes in the order of choice, who is notified and who is subscribed', () => {
    const scene = new Scene();
    const [glob, exact, high] = [scene.endpoint('*'), scene.endpoint('k'), scene.endpoint()];
    scene.world.addRoute('k*', high.target, { priority: 1 });
    const events = scene.subscription('k');
    const { routes, request, notification, subscriptions } = ask(scene, 'k');
    expect(routes.map(({ pattern, target }) => [pattern, target])).toEqual([
      ['k*', high.target],
      ['k', exact.target],
      ['*', glob.target],
    ]);
    expect(routes.every(({ reason }) => reason === undefined)).toBe(true);
    expect(request).toBe(high.target);
    expect(notification).toEqual([high.target, exact.target, glob.target]);
    expect(subscriptions).toEqual([events.target]);
  });

  it('takes no turn of a set, and counts nothing', () => {
    const scene = new Scene();
    const [one, two] = [scene.endpoint('k'), scene.endpoint('k', {}, 2)];
    for (let at = 0; at < 3; at++) expect(ask(scene, 'k').request).toBe(one.target);
    scene.sender.request('k');
    scene.world.run();
    for (let at = 0; at < 3; at++) expect(ask(scene, 'k').request).toBe(two.target);
    expect(scene.world.shard().state.counters.counts.cacheMisses).toBe(1);
  });

  it('says whether the answer is at hand for this client, until the routes change', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('k');
    expect(ask(scene, 'k').cached).toBe(false);
    scene.sender.request('k');
    scene.world.run();
    const before = ask(scene, 'k');
    expect(before.cached).toBe(true);
    scene.endpoint('other');
    const after = ask(scene, 'k');
    expect(after.cached).toBe(false);
    expect(after.generation).not.toBe(before.generation);
    receiver.reply('done');
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('names nobody for a request that would wait, and says who is full', () => {
    const scene = new Scene();
    const low = scene.endpoint('*');
    const { target } = scene.endpoint('k', { window: 1 });
    scene.sender.request('k');
    scene.world.run();
    const { request, routes } = ask(scene, 'k');
    expect(request).toBeUndefined();
    expect(routes.map(({ target: id, reason }) => [id, reason])).toEqual([
      [target, 'full'],
      [low.target, undefined],
    ]);
    expect(ask(scene, 'nobody knows').request).toBe(low.target);
  });

  it('names nobody for a request that a queue limit would refuse', () => {
    const scene = new Scene();
    const { target } = scene.endpoint('k', { window: 40, concurrency: 1, capacity: 2 });
    scene.sender.request('k');
    scene.world.run();
    expect(ask(scene, 'k').request).toBe(target);
    scene.sender.request('k');
    scene.world.run();
    expect(ask(scene, 'k').request).toBeUndefined();
    scene.sender.request('k');
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.full]);
  });
});
