import { describe, expect, it } from 'vitest';
import { BeatWatch } from '../../../src/host/beat-watch.ts';

describe('BeatWatch', () => {
  it('finds a word stuck that has stayed the same for the limit, from when it was first seen', () => {
    const watch = new BeatWatch(300);
    expect([0, 100, 299].map((ms) => watch.isStuck(7, 1_000 + ms))).toEqual([false, false, false]);
    expect(watch.isStuck(7, 1_300)).toBe(true);
  });

  it('starts anew with every change, whichever way, after a look that came late too', () => {
    const watch = new BeatWatch(300);
    watch.isStuck(2 ** 31 - 1, 0);
    expect(watch.isStuck(-(2 ** 31), 5_000)).toBe(false);
    expect(watch.isStuck(-(2 ** 31), 5_299)).toBe(false);
    expect(watch.isStuck(-(2 ** 31), 5_300)).toBe(true);
  });
});
