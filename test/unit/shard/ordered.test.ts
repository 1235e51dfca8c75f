import { describe, expect, it } from 'vitest';
import { retryAfter } from '../../helpers/retry-policy.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { Scene } from './scene.ts';

const RETRY = retryAfter(10, 3, 3);

describe('an ordered endpoint', () => {
  it('has one message of a key at a time, of all senders, and others of other keys', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('*', { ordered: true });
    for (const n of [1, 2]) scene.sender.notify('a', n);
    scene.world.run();
    scene.world.client(2).request('a', 3);
    scene.sender.request('b', 4);
    scene.world.run();
    expect(receiver.payloads).toEqual([1, 4]);
    receiver.acknowledge();
    scene.world.run();
    expect(receiver.payloads).toEqual([1, 4, 2]);
    receiver.reply(4);
    receiver.acknowledge();
    scene.world.run();
    expect(receiver.payloads).toEqual([1, 4, 2, 3]);
    receiver.reply(3);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it.each([false, true])(
    'waits for retries and for the dead letter; its shard dies: %s',
    (dies) => {
      const scene = new Scene();
      const letters = scene.deadLetters();
      const { receiver } = scene.endpoint('*', { ordered: true, retry: RETRY });
      for (const n of [1, 2]) scene.sender.notify('a', n);
      scene.sender.notify('b', 3);
      scene.world.run();
      expect(receiver.payloads).toEqual([1, 3]);
      receiver.fail();
      receiver.acknowledge();
      scene.world.run();
      for (let run = 0; run < 2; run++) {
        if (dies) scene.world.replaceShard(0);
        scene.world.run();
        expect(receiver.held).toBe(0);
        scene.world.advance(10);
        scene.world.run();
        expect(receiver.payloads.at(-1)).toBe(1);
        if (dies) scene.world.replaceShard(0);
        receiver.fail();
        scene.world.run();
      }
      expect(letters.receiver.payloads).toEqual([1]);
      expect(receiver.payloads).toEqual([1, 3, 1, 1, 2]);
      receiver.acknowledge();
      letters.receiver.acknowledge();
      scene.world.run();
      expect(heldByWorld(scene.world)).toEqual({});
    },
  );

  it('does not start the next while a handler runs whose caller has given up', () => {
    const scene = new Scene();
    const { receiver } = scene.endpoint('*', { ordered: true });
    scene.sender.request('a', 1, { timeout: 5 });
    scene.sender.request('a', 2);
    scene.world.run();
    scene.world.advance(5);
    scene.world.run();
    expect(receiver.payloads).toEqual([1]);
    receiver.reply('late');
    scene.world.run();
    expect(receiver.payloads).toEqual([1, 2]);
    receiver.reply(2);
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });
});

describe('an endpoint that wants nothing again', () => {
  it('gives up what its thread had begun when it died, and passes on what it had not', () => {
    const scene = new Scene();
    const letters = scene.deadLetters();
    const end = scene.endpoint('k', { redeliver: false }, 2);
    const sends = [1, 2].map((n) => scene.sender.request('k', n));
    scene.world.run();
    end.receiver.mark();
    const heir = scene.endpoint('*');
    scene.world.detach(end.receiver.client);
    scene.world.run();
    expect([letters.receiver.payloads, heir.receiver.payloads]).toEqual([[1], [2]]);
    letters.receiver.acknowledge();
    heir.receiver.reply('heir');
    scene.world.run();
    expect(sends[0]?.toError()).toMatchObject({ code: 'ERR_BUS_WORKER' });
    expect(heldByWorld(scene.world, [2])).toEqual({});
  });
});
