import { describe, expect, it } from 'vitest';
import { BeatWatch } from '../../../src/host/beat-watch.ts';

describe('BeatWatch', () => {
  it('finds a word stuck that has stayed the same for the limit, from when it was first seen', () => {
    const watch = new BeatWatch(300);
    for (const ms of [0, 100, 299]) expect(watch.stuckFor(7, 1_000 + ms)).toBeUndefined();
    expect(watch.stuckFor(7, 1_300)).toBe(300);
    expect(watch.stuckFor(7, 1_410)).toBe(410);
  });

  it('starts anew with every change, whichever way, after a look that came late too', () => {
    const watch = new BeatWatch(300);
    watch.stuckFor(2 ** 31 - 1, 0);
    expect(watch.stuckFor(-(2 ** 31), 5_000)).toBeUndefined();
    expect(watch.stuckFor(-(2 ** 31), 5_299)).toBeUndefined();
    expect(watch.stuckFor(-(2 ** 31), 5_300)).toBe(300);
  });
});
