import { describe, expect, it } from 'vitest';
import { STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

const BIG = { slots: 64, cells: 64, heapBytes: 1024 * 1024 };

/** Answers what is held until nothing is. */
function answerAll(scene: Scene, ...placed: readonly ReturnType<Scene['endpoint']>[]): void {
  while (placed.some(({ receiver }) => receiver.held > 0)) {
    for (const { receiver } of placed) if (receiver.held > 0) receiver.reply('done');
    scene.world.run();
  }
}

describe('an endpoint with a queue limit', () => {
  it('refuses what is beyond it, names the endpoint, and takes again when there is room', () => {
    const scene = new Scene(BIG);
    const e = scene.endpoint('k', { window: 40, concurrency: 3, capacity: 8 });
    scene.sender.news.push({ named: { target: e.target, id: 'e', queueLimit: 5 } });
    const sends = Array.from({ length: 10 }, (_, at) => scene.sender.request('k', at));
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.full, STATUS.full]);
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([...Array(8).fill(true), false, false]);
    expect(sends[9]?.toError()).toMatchObject({
      code: 'ERR_BUS_FULL',
      details: { endpoint: 'e', limit: 5, option: 'queueLimit', routingKey: 'k' },
    });
    e.receiver.reply('done');
    scene.world.run();
    expect([scene.sender.request('k', 10), scene.sender.request('k', 11)]).toHaveLength(2);
    scene.world.run();
    expect(scene.sender.statuses.filter((status) => status === STATUS.full)).toHaveLength(3);
    answerAll(scene, e);
    expect(e.receiver.payloads).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 10]);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('counts what waits in the shard too, of one key and of several, through several patterns', () => {
    const scene = new Scene(BIG);
    const e = scene.endpoint('k', { window: 2, concurrency: 2, capacity: 6 });
    scene.world.addRoute('k*', e.target);
    for (let at = 0; at < 10; at++) scene.sender.request(at % 2 ? 'k' : 'k2', at);
    scene.world.run();
    expect(scene.sender.statuses).toEqual(Array(4).fill(STATUS.full));
    expect(scene.world.shard().state.links[0]?.parking.count).toBe(4);
    answerAll(scene, e);
    expect([...e.receiver.payloads].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    scene.sender.request('k', 'again');
    scene.world.run();
    expect(e.receiver.held).toBe(1);
    answerAll(scene, e);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('keeps what it accepted when routes change, and goes on counting it', () => {
    const scene = new Scene(BIG);
    const e = scene.endpoint('k', { window: 1, concurrency: 1, capacity: 3 });
    for (let at = 0; at < 3; at++) scene.sender.request('k', at);
    scene.world.run();
    scene.world.addRoute('other', e.target);
    scene.sender.request('k', 'one too many');
    scene.world.run();
    expect(scene.sender.statuses).toEqual([STATUS.full]);
    answerAll(scene, e);
    expect(e.receiver.payloads).toEqual([0, 1, 2]);
  });

  it('gives its place to a sibling in its set, and lets a set without limits wait', () => {
    const scene = new Scene(BIG);
    const limited = scene.endpoint('k', { concurrency: 1, capacity: 1 });
    const free = scene.endpoint('k', { concurrency: 1 }, 2);
    for (let at = 0; at < 6; at++) scene.sender.request('k', at);
    scene.world.run();
    expect([limited.receiver.held, free.receiver.held]).toEqual([1, 1]);
    expect(scene.sender.statuses).toEqual([]);
    answerAll(scene, free, limited);
    expect(scene.sender.statuses).toEqual(Array(6).fill(STATUS.reply));
  });

  it('looks over all shards', () => {
    const scene = new Scene({ ...BIG, shards: 4 });
    const e = scene.endpoint('*', { window: 20, concurrency: 2, capacity: 6 });
    for (let at = 0; at < 30; at++) {
      scene.sender.request(`key ${at}`, at);
      scene.world.run();
    }
    expect(e.receiver.held).toBe(6);
    expect(scene.sender.statuses).toEqual(Array(24).fill(STATUS.full));
    answerAll(scene, e);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});

describe('a set that is full', () => {
  it('passes a request on only where its routes say so, and asks both when it waits', () => {
    const scene = new Scene(BIG);
    const high = scene.endpoint(undefined, { concurrency: 1 });
    const low = scene.endpoint('k', { window: 1, concurrency: 1 }, 2);
    scene.world.addRoute('k', high.target, { priority: 5, spill: true });
    for (let at = 0; at < 4; at++) scene.sender.request('k', at);
    scene.world.run();
    expect([high.receiver.payloads, low.receiver.payloads]).toEqual([[0], [1]]);
    low.receiver.reply('done');
    scene.world.run();
    expect(low.receiver.payloads).toEqual([1, 2]);
    high.receiver.reply('done');
    scene.world.run();
    expect(high.receiver.payloads).toEqual([0, 3]);
    answerAll(scene, high, low);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('passes a request on that its queue limit refuses, where its routes say so', () => {
    const scene = new Scene(BIG);
    const high = scene.endpoint(undefined, { concurrency: 1, capacity: 1 });
    const low = scene.endpoint('k', { concurrency: 1, capacity: 1 }, 2);
    scene.world.addRoute('k', high.target, { priority: 5, spill: true });
    for (let at = 0; at < 3; at++) scene.sender.request('k', at);
    scene.world.run();
    expect([high.receiver.payloads, low.receiver.payloads]).toEqual([[0], [1]]);
    expect(scene.sender.statuses).toEqual([STATUS.full]);
  });
});

describe('a set without anybody', () => {
  it('passes a request on, unless its routes say otherwise', () => {
    for (const [failover, statuses] of [
      [true, []],
      [false, [STATUS.unavailable]],
    ] as const) {
      const scene = new Scene();
      const high = scene.endpoint();
      const low = scene.endpoint('*', {}, 2);
      scene.world.addRoute('k', high.target, { priority: 5, failover });
      scene.world.tell({ op: 'isolate', target: high.target, isolated: true });
      scene.sender.request('k', 'r');
      scene.world.run();
      expect(scene.sender.statuses).toEqual(statuses);
      expect(low.receiver.payloads).toEqual(failover ? ['r'] : []);
      scene.world.tell({ op: 'isolate', target: high.target, isolated: false });
      scene.sender.request('k', 'back');
      scene.world.run();
      expect(high.receiver.payloads).toEqual(['back']);
    }
  });
});

describe('the timeout of a route', () => {
  it('is that of the member that gets the request, unless the call has its own', () => {
    const scene = new Scene();
    const e = scene.endpoint();
    scene.world.addRoute('k', e.target, { timeoutMs: 7.5 });
    const [own, byRoute] = [
      scene.sender.request('k', 1, { timeout: 3 }),
      scene.sender.request('k', 2),
    ];
    scene.world.run();
    expect(e.receiver.loans.map(({ deadlineMs }) => deadlineMs)).toEqual([4, 9]);
    scene.world.advance(3);
    scene.world.run();
    expect([own.isOpen, byRoute.isOpen]).toEqual([false, true]);
    scene.world.advance(5);
    scene.world.run();
    expect(byRoute.toError()).toMatchObject({ code: 'ERR_BUS_TIMEOUT', details: { timeout: 8 } });
    expect(own.toError()).toMatchObject({ details: { timeout: 3 } });
    answerAll(scene, e);
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('ends a request that waits, and may be none', () => {
    const scene = new Scene();
    const e = scene.endpoint(undefined, { window: 1 });
    scene.world.addRoute('k', e.target, { timeoutMs: 4 });
    scene.world.addRoute('ever', e.target, { timeoutMs: Number.POSITIVE_INFINITY });
    const sends = ['k', 'k', 'ever'].map((key) => scene.sender.request(key, key));
    scene.world.run();
    scene.world.advance(4);
    scene.world.run();
    expect(sends.map(({ isOpen }) => isOpen)).toEqual([false, false, true]);
    answerAll(scene, e);
    scene.world.advance(1_000_000);
    scene.world.run();
    expect(sends[2]?.value).toBe('done');
    const plain = scene.sender.request('unknown');
    scene.world.run();
    expect(plain.toError().message).toContain('no route');
    expect(heldByWorld(scene.world)).toEqual({});
  });
});
