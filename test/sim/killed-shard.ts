/** A shard that dies before one of its writes to shared memory, and is replaced: on the production code, in a world. */
import { compareExchange, get, put, replaceSeam, store } from '../../src/memory/seam.ts';
import type { CoreWorld } from '../unit/client/core-world.ts';

/** What a shard dies of: one for all, since a stack for each is what thousands of deaths would spend most on. */
const KILLED = new Error('killed');

export interface Kills {
  /** The shard died as often as it was told to. */
  readonly allHappened: boolean;
}

/**
 * Plays `scene` in `world` with a seam that ends the shard before the write with the number `kills[0]` (1 is the first),
 * its successor before its own write `kills[1]`, and so on.
 */
export function playWithKills(
  world: CoreWorld,
  kills: readonly number[],
  scene: () => void,
): Kills {
  const left = [...kills];
  const before = { compareExchange, put, store };
  let isShard = false;
  const write = (): void => {
    if (!isShard || left.length === 0) return;
    left[0] = (left[0] as number) - 1;
    if (left[0] > 0) return;
    left.shift();
    throw KILLED;
  };
  const restore = replaceSeam({
    get,
    put(view, index, value) {
      write();
      before.put(view, index, value);
    },
    store(view, index, value) {
      write();
      before.store(view, index, value);
    },
    compareExchange(view, index, expected, value) {
      write();
      return before.compareExchange(view, index, expected, value);
    },
  });
  world.runShard = (id, work) => {
    isShard = true;
    try {
      return work();
    } catch (error) {
      if (error !== KILLED) throw error;
      isShard = false;
      world.replaceShard(id);
      return 1;
    } finally {
      isShard = false;
    }
  };
  try {
    scene();
  } finally {
    restore();
  }
  return { allHappened: left.length === 0 };
}
