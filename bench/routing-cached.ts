/**
 * What a look-up costs whose key a shard has met before: its cache of resolutions by key id, as shards use it. One
 * thread, ns of wall time; every answer is compared with the one that was put in.
 */

import { KeyCache } from '../src/memory/key-cache.ts';
import { type Resolution, Router } from '../src/routing/router.ts';
import { spreadOf } from './harness/statistics.ts';

export interface CachedFigures {
  readonly keys: number;
  readonly ns: number;
  /** Ns, what is asked for. */
  readonly reach: number;
  readonly isReached: boolean;
}

export interface CachedPlan {
  readonly keys: number;
  readonly rounds: number;
}

const REACH_NS = 1_000;
const REPEATS = 20;
const EPOCH = 0;

/** Throws when the cache gives another resolution than it was given. */
export function measureCached({ keys, rounds }: CachedPlan): CachedFigures {
  const router = new Router();
  const rest = { priority: 0, balance: 'round-robin', weight: 1, cursor: 0 };
  router.addRoutes(
    Array.from({ length: keys }, (_none, id) => {
      return { id, pattern: `key.${id}`, match: 'exact', target: id % 9, order: id, ...rest };
    }),
  );
  const cache = new KeyCache<Resolution>(8192);
  const { generation } = router;
  const expected: Resolution[] = [];
  for (let id = 0; id < keys; id++) {
    const resolution = router.resolve(`key.${id}`);
    expected.push(resolution);
    cache.set(id, EPOCH, generation, resolution);
  }
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      for (let id = 0; id < keys; id++) {
        if (cache.get(id, EPOCH, generation) !== expected[id]) {
          throw new Error(`key ${id} was given another resolution than its own`);
        }
      }
    }
    return ((performance.now() - start) * 1e6) / (REPEATS * keys);
  });
  const ns = spreadOf(times).median;
  return { keys, ns, reach: REACH_NS, isReached: ns < REACH_NS };
}

export function cachedText({ isReached, keys, ns, reach }: CachedFigures): string {
  const verdict = isReached ? 'reached' : 'NOT REACHED';
  return [
    `one thread, ${keys} keys that were met before`,
    `  ${ns.toFixed(0)} ns a look-up, asked for under ${reach}: ${verdict}`,
  ].join('\n');
}
