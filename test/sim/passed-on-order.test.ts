/**
 * What waits at an endpoint whose breaker opens is passed on one by one. A shard that dies in between has passed on some
 * of a key: its successor, which may try the endpoint by then, must not hand over the rest first.
 */
import { describe, expect, it } from 'vitest';
import { replaceSeam } from '../../src/memory/seam.ts';
import { heldByWorld } from '../unit/client/at-rest.ts';
import { Scene } from '../unit/shard/scene.ts';

class Killed extends Error {}

const OPEN_FOR_MS = 10;
const BREAKER = { consecutiveFailures: 1, openForMs: OPEN_FOR_MS, probes: 1 };
const DELAY_MS = 50;
const TIMES = { initial: DELAY_MS, factor: 1, max: DELAY_MS, jitter: 'none' } as const;
const RETRY = { attempts: 9, requestAttempts: 1, ...TIMES };
const WRITES_MAX = 200;

/** The shard dies before its write with this number after the failure; undefined: it had no such write. */
function orderAfterDeathAt(write: number): unknown[] | undefined {
  const scene = new Scene();
  const end = scene.endpoint('k', { breaker: BREAKER, retry: RETRY, window: 1, waiting: 8 });
  const { world } = scene;
  scene.sender.request('k', 'fails');
  for (const payload of [1, 2, 3]) scene.sender.notify('k', payload);
  world.run();
  end.receiver.replyError(new Error('no'));
  end.receiver.client.endMicrotask();
  if (!diesAt(scene, write)) return undefined;
  world.advance(OPEN_FOR_MS);
  world.replaceShard(0);
  for (let turn = 0; turn < 20; turn++) {
    world.run();
    while (end.receiver.held > 0) end.receiver.acknowledge();
    world.advance(DELAY_MS);
  }
  expect(heldByWorld(world)).toEqual({});
  return end.receiver.payloads;
}

function diesAt({ world }: Scene, write: number): boolean {
  let left = write;
  const count = (): void => {
    left -= 1;
    if (left === 0) throw new Killed();
  };
  const restore = replaceSeam({
    put(view, index, value) {
      count();
      view[index] = value;
    },
    store(view, index, value) {
      count();
      Atomics.store(view, index, value);
    },
  });
  try {
    for (let step = 0; step < 3; step++) world.shard(0).step(world.nowMs);
    return false;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return true;
  } finally {
    restore();
  }
}

describe('notifications of one key that a broken endpoint passes on', () => {
  it('come in order, wherever in it the shard has died', () => {
    let deaths = 0;
    for (let write = 1; write < WRITES_MAX; write++) {
      const order = orderAfterDeathAt(write);
      if (order === undefined) break;
      expect(order, `killed before write ${write}`).toEqual(['fails', 1, 2, 3]);
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(20);
  });
});
