import { describe, expect, it } from 'vitest';
import type { DedupeSpec } from '../../../src/control/commands.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import { heldByWorld } from '../client/at-rest.ts';
import { die, payloadsOf, poolScene } from './pool-scene.ts';

const DEDUPE: DedupeSpec = { windowMs: 100, seed: [1, 2, 3, 4] };
const X = { id: 'x' };

describe('a pool with a dedupe window', () => {
  it('handles an id once, whichever thread is free', () => {
    const { scene, join } = poolScene({ pool: { dedupe: DEDUPE } });
    const members = [join(1), join(2)] as const;
    const sends = [1, 2, 3].map((n) => scene.sender.notify('k', n, n === 3 ? {} : X));
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[1], [3]]);
    members[0].receiver.acknowledge();
    scene.world.run();
    sends.push(scene.world.client(3).notify('k', 4, X));
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[1], [3]]);
    members[1].receiver.acknowledge();
    scene.world.run();
    expect(sends.map(({ value }) => value)).toEqual(sends.map(() => ({ delivered: 1 })));
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it('hands a repeat to another thread when the one before it has failed', () => {
    const { scene, join } = poolScene({ pool: { dedupe: DEDUPE } });
    const members = [join(1), join(2)] as const;
    for (const n of [1, 2]) scene.sender.notify('k', n, X);
    scene.world.run();
    members[0].receiver.acknowledge(ACK_STATUS.reject);
    scene.world.run();
    expect(payloadsOf(members)).toEqual([[1], [2]]);
    members[1].receiver.acknowledge();
    scene.world.run();
    expect(heldByWorld(scene.world)).toEqual({});
  });

  it.each([false, true])(
    'keeps repeats back, though they fill it, until what died with its thread is handled; the shard dies: %s',
    (dies) => {
      const setting = poolScene({ pool: { dedupe: DEDUPE, window: 1 } });
      const { scene, join } = setting;
      const first = join(1);
      const sends = [1, 2, 3, 4].map((n) => scene.sender.notify('k', n, X));
      scene.world.run();
      die(setting, first);
      if (dies) scene.world.replaceShard(0);
      scene.world.run();
      const second = join(2);
      scene.world.run();
      expect(second.receiver.payloads).toEqual([1]);
      expect(second.receiver.loans[0]).toMatchObject({ attempt: 2, redelivered: true });
      if (dies) scene.world.replaceShard(0);
      second.receiver.acknowledge();
      scene.world.run();
      expect(second.receiver.payloads).toEqual([1]);
      expect(sends.map(({ value }) => value)).toEqual(sends.map(() => ({ delivered: 1 })));
      expect(heldByWorld(scene.world, [1])).toEqual({});
    },
  );
});
