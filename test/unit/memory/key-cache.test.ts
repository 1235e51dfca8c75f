import { describe, expect, it } from 'vitest';
import { KeyCache } from '../../../src/memory/key-cache.ts';

const PLACES = 4096;

describe('KeyCache', () => {
  it('answers for id, epoch and stamp together only', () => {
    const cache = new KeyCache<string>(PLACES);
    cache.set(5, 1, 7, 'five');
    expect(cache.get(5, 1, 7)).toBe('five');
    expect([cache.get(5, 2, 7), cache.get(5, 1, 8), cache.get(6, 1, 7)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('knows nothing of key 0 at the start', () => {
    expect(new KeyCache(PLACES).get(0, 0, 0)).toBeUndefined();
  });

  it('keeps as many ids as it has places, in whatever order they come', () => {
    const cache = new KeyCache<string>(PLACES);
    const ids = Array.from({ length: PLACES }, (_, id) => id);
    ids.sort((a, b) => ((a * 31) % 97) - ((b * 31) % 97) || a - b);
    for (const id of ids) cache.set(id, 0, 0, `key ${id}`);
    expect(ids.every((id) => cache.get(id, 0, 0) === `key ${id}`)).toBe(true);
  });

  it('gives a place to the later of two ids that share it, negative ones too', () => {
    const cache = new KeyCache<string>(PLACES);
    cache.set(-1, 0, 0, 'negative');
    expect(cache.get(-1, 0, 0)).toBe('negative');
    for (const id of [0, PLACES - 1, PLACES, 2 * PLACES - 1]) cache.set(id, 0, 0, `key ${id}`);
    const kept = [-1, 0, PLACES - 1, PLACES, 2 * PLACES - 1].map((id) => cache.get(id, 0, 0));
    const late = [`key ${PLACES}`, `key ${2 * PLACES - 1}`];
    expect(kept).toEqual([undefined, undefined, undefined, ...late]);
  });
});
