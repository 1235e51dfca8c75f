import { describe, expect, it } from 'vitest';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { retryAfter } from '../../helpers/retry-policy.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { die, type PoolScene, type PoolWishes, payloadsOf, poolScene } from './pool-scene.ts';
import type { Placed } from './scene.ts';

const RETRY = retryAfter(10, 3, 3);

function orderedScene(wishes: PoolWishes = {}): PoolScene {
  const setting = poolScene({ ...wishes, pool: { ordered: true, ...wishes.pool } });
  setting.scene.world.addRoute('*', setting.pool.target);
  return setting;
}

describe('an ordered pool', () => {
  it('has one message of a key at a time, on whichever thread, and others of other keys', () => {
    const { scene, join } = orderedScene();
    const members = [join(1), join(2)] as const;
    for (const n of [1, 2]) scene.sender.notify('a', n);
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[1], []]);
    scene.world.client(3).notify('a', 3);
    scene.sender.request('b', 4);
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[1], [4]]);
    members[1].receiver.reply(4);
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[1], [4]]);
    members[0].receiver.acknowledge();
    scene.world.run();
    expect(members[0].receiver.payloads).toEqual([1, 2]);
    members[0].receiver.acknowledge();
    scene.world.run();
    expect(members[1].receiver.payloads).toEqual([4, 3]);
    members[1].receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it.each([
    ['notify', false],
    ['notify', true],
    ['request', false],
    ['request', true],
  ] as const)(
    'keeps the next %s back until the one that died with its thread has settled; the shard dies: %s',
    (verb, dies) => {
      const setting = orderedScene();
      const { scene, join } = setting;
      const [first, second] = [join(1), join(2)];
      for (const n of [1, 2]) scene.sender[verb]('a', n);
      scene.sender.notify('b', 3);
      scene.world.run();
      expect(payloadsOf([first, second])).toEqual([[1], [3]]);
      die(setting, first);
      if (dies) scene.world.replaceShard(0);
      scene.world.run();
      expect(second.receiver.payloads).toEqual([3]);
      second.receiver.acknowledge();
      scene.world.run();
      expect(second.receiver.payloads).toEqual([3, 1]);
      expect(second.receiver.loans[0]).toMatchObject({ attempt: 2, redelivered: true });
      const third = join(3);
      if (dies) scene.world.replaceShard(0);
      scene.world.run();
      expect(third.receiver.payloads).toEqual([]);
      for (const n of [1, 2]) {
        const [{ receiver }] = [second, third].filter((one) => one.receiver.held > 0) as [Placed];
        expect(receiver.payloads.at(-1)).toBe(n);
        if (verb === 'notify') receiver.acknowledge();
        else receiver.reply('done');
        scene.world.run();
      }
      expect(heldByWorld(scene.world, [1])).toEqual({});
    },
  );

  it('whose thread dies while nobody serves the shard keeps the next of its key back', () => {
    const { scene, join } = orderedScene();
    const [first, second] = [join(1), join(2)];
    for (const n of [1, 2]) scene.sender.notify('a', n);
    scene.world.run();
    first.receiver.mark();
    // Main tells its journal of the thread's end, and then the shard's successor of both.
    scene.world.runShard = () => 0;
    scene.world.detach(first.receiver.client);
    scene.world.runShard = (_, work) => work();
    scene.world.replaceShard(0);
    scene.world.run();
    expect(second.receiver.payloads).toEqual([1]);
    second.receiver.acknowledge();
    scene.world.run();
    second.receiver.acknowledge();
    scene.world.run();
    expect(second.receiver.payloads).toEqual([1, 2]);
    expect(heldByWorld(scene.world, [1])).toEqual({});
  });

  it.each(['notify', 'request'] as const)(
    'that is full of one key takes back the %s that died with its thread',
    (verb) => {
      const setting = orderedScene({ pool: { window: 2 } });
      const { scene, join } = setting;
      const first = join(1);
      for (const n of [1, 2, 3, 4]) scene.sender[verb]('a', n);
      scene.world.run();
      die(setting, first);
      const { receiver } = join(2);
      for (const n of [1, 2, 3, 4]) {
        scene.world.run();
        expect(receiver.payloads.at(-1)).toBe(n);
        if (verb === 'notify') receiver.acknowledge();
        else receiver.reply('done');
      }
      scene.world.run();
      expect(receiver.payloads).toEqual([1, 2, 3, 4]);
      expect(heldByWorld(scene.world, [1])).toEqual({});
    },
  );

  it('waits for retries, in which its key is kept, and for a letter that finds no room', () => {
    const setting = orderedScene({ pool: { retry: RETRY }, member: { retry: RETRY } });
    const { scene, join } = setting;
    const letters = scene.deadLetters({ window: 1 });
    const members = [join(1), join(2)] as const;
    scene.sender.notify('b', 0);
    for (const n of [1, 2]) scene.sender.notify('a', n);
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[0], [1]]);
    members[0].receiver.acknowledge(ACK_STATUS.reject);
    scene.world.run();
    expect(letters.receiver.payloads).toEqual([0]);
    for (let run = 1; run < RETRY.attempts; run++) {
      for (const { receiver } of members) if (receiver.held > 0) receiver.fail();
      scene.world.run();
      expect(members.map(({ receiver }) => receiver.held)).toEqual([0, 0]);
      scene.world.advance(10);
      scene.world.run();
    }
    const [last] = members.filter(({ receiver }) => receiver.held > 0) as [Placed];
    expect(last.receiver.payloads.at(-1)).toBe(1);
    last.receiver.fail();
    scene.world.run();
    // The thread that failed it leaves, and with it nothing of the key.
    scene.world.detach(last.receiver.client);
    scene.world.run();
    const [other] = members.filter((member) => member !== last) as [Placed];
    expect(other.receiver.held).toBe(0);
    letters.receiver.acknowledge();
    scene.world.run();
    scene.world.advance(10);
    scene.world.run();
    expect(letters.receiver.payloads).toEqual([0, 1]);
    expect(other.receiver.payloads.at(-1)).toBe(2);
    letters.receiver.acknowledge();
    other.receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world, [last.receiver.client.id])).toEqual({});
  });

  it('that is closed lets its keys go', () => {
    const { scene, pool, join } = orderedScene();
    const { receiver } = join(1);
    for (const n of [1, 2]) scene.sender.request('a', n);
    scene.world.run();
    scene.world.tell({ op: 'removeTarget', target: pool.target });
    scene.world.run();
    receiver.reply('done');
    scene.world.run();
    expect(receiver.payloads).toEqual([1]);
    expect(heldByWorld(scene.world)).toEqual({});
  });
});

describe('a pool that wants nothing again', () => {
  it('gives up what a thread had begun when it died, and passes on what it had not', () => {
    const setting = poolScene({ member: { redeliver: false, window: 2, concurrency: 2 } });
    const { scene, join } = setting;
    const letters = scene.deadLetters();
    const first = join(1);
    const sends = [scene.sender.request('k', 1), scene.sender.notify('k', 2)];
    scene.world.run();
    expect(first.receiver.payloads).toEqual([1, 2]);
    die(setting, first);
    const { receiver } = join(2);
    scene.world.run();
    expect([letters.receiver.payloads, receiver.payloads]).toEqual([[1], [2]]);
    expect(receiver.loans[0]).toMatchObject({ attempt: 1, redelivered: false });
    letters.receiver.acknowledge();
    receiver.acknowledge();
    scene.world.run();
    expect(sends[0]?.toError()).toMatchObject({ code: 'ERR_BUS_WORKER' });
    expect(sends[1]?.value).toEqual({ delivered: 1 });
    expect(heldByWorld(scene.world, [1])).toEqual({});
  });
});
