import { describe, expect, it } from 'vitest';
import type { Resolution } from '../../../src/routing/router.ts';
import { KeyCache } from '../../../src/shard/key-cache.ts';

const resolution = (): Resolution => ({ sets: [], notify: [], subscriptions: [], groups: [] });

describe('KeyCache', () => {
  it('answers for id, epoch and generation together only', () => {
    const cache = new KeyCache();
    const one = resolution();
    cache.set(5, 1, 7, one);
    expect(cache.get(5, 1, 7)).toBe(one);
    expect([cache.get(5, 2, 7), cache.get(5, 1, 8), cache.get(6, 1, 7)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('knows nothing of key 0 at the start', () => {
    expect(new KeyCache().get(0, 0, 0)).toBeUndefined();
  });

  it('keeps all of the first 8 192 ids, in whatever order they come', () => {
    const cache = new KeyCache();
    const resolutions = Array.from({ length: 8192 }, resolution);
    const ids = [...resolutions.keys()].sort((a, b) => ((a * 31) % 97) - ((b * 31) % 97) || a - b);
    for (const id of ids) cache.set(id, 0, 0, resolutions[id] as Resolution);
    expect(ids.every((id) => cache.get(id, 0, 0) === resolutions[id])).toBe(true);
  });

  it('gives a place to the later of two ids that share it, negative ones too', () => {
    const cache = new KeyCache();
    const [one, two] = [resolution(), resolution()];
    cache.set(-1, 0, 0, one);
    expect(cache.get(-1, 0, 0)).toBe(one);
    cache.set(8191, 0, 0, two);
    expect([cache.get(-1, 0, 0), cache.get(8191, 0, 0)]).toEqual([undefined, two]);
  });
});
