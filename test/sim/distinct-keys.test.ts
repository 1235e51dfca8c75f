/** Keys that come once and match nothing: what is kept of them is bounded, and no more after a million than before. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { runsScale } from '../setup/property-runs.ts';
import { heldByWorld } from '../unit/client/at-rest.ts';
import { CoreWorld } from '../unit/client/core-world.ts';
import { HoldingReceiver } from '../unit/client/holding-receiver.ts';

const SLOTS = 256;
/** Keys that a client keeps: one for every slot, and these. */
const KEYS_MAX = SLOTS + 16_384;
/** As many go at once when there are too many. */
const SWEPT_KEYS = 64;
/** Blocks of the heap are multiples of this, and each of these keys takes one. */
const BLOCK_BYTES = 64;

function makeWorld(): CoreWorld {
  const world = new CoreWorld({ slots: SLOTS, heapBytes: 64 * 64 * 1024 });
  const receiver = new HoldingReceiver(world.client(1));
  const target = world.addTarget(receiver.client, receiver);
  for (let at = 0; at < 20; at++) world.addRoute(`*.only-${at}.*`, target);
  return world;
}

/** Events and notifications by turns, each with a key of its own. */
function sendDistinct(world: CoreWorld, from: number, to: number): void {
  const client = world.client();
  for (let at = from; at < to; at++) {
    const key = `distinct.${at}.key`;
    const outcome = at % 2 === 0 ? client.tryPublish(key) : client.tryNotify(key);
    if (outcome !== 'accepted') throw new Error(`message ${at} was ${outcome}`);
    if (at % 100 === 99) world.run();
  }
  // What the world notes for its tests is not the bus's.
  client.completions.length = 0;
  client.unclaimed.length = 0;
}

function keptBy(world: CoreWorld) {
  const { core } = world.client();
  const { cacheMisses, noRoute } = world.shard().state.counters.counts;
  return {
    keys: core.interner.size,
    heapBytes: core.heap.usedBytes,
    held: heldByWorld(world),
    missed: cacheMisses,
    unroutable: noRoute,
  };
}

describe('keys that come once and match nothing', () => {
  it('leave as many interned keys and bytes behind after many as after few', () => {
    const world = makeWorld();
    const part = 20_000;
    for (let sent = part; sent <= 3 * part; sent += part) {
      sendDistinct(world, sent - part, sent);
      const { heapBytes, keys, ...rest } = keptBy(world);
      expect(keys).toBeLessThanOrEqual(KEYS_MAX);
      expect(keys).toBeGreaterThanOrEqual(KEYS_MAX - SWEPT_KEYS);
      expect(heapBytes).toBe(keys * BLOCK_BYTES);
      expect(rest).toEqual({ held: {}, missed: sent, unroutable: sent / 2 });
    }
  });

  it('leave the memory of the process as it was, a million of them', ({ skip }) => {
    if (runsScale === 1) skip('a million keys take a minute: they are the long tier’s');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const world = makeWorld();
    const usedMb = (): number => {
      collect();
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      return (arrayBuffers + heapUsed) / 1e6;
    };
    sendDistinct(world, 0, 100_000);
    const early = usedMb();
    for (let sent = 100_000; sent < 1_000_000; sent += 100_000) {
      sendDistinct(world, sent, sent + 100_000);
    }
    expect(usedMb() - early).toBeLessThan(2);
    expect(world.client().core.interner.size).toBeLessThanOrEqual(KEYS_MAX);
  });
});
