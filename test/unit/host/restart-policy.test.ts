import { describe, expect, it } from 'vitest';
import { RestartPolicy } from '../../../src/host/restart-policy.ts';

const DEATH = { livedMs: 100, progressed: true, entry: undefined };

function delays(policy: RestartPolicy, count: number, death = DEATH): (number | undefined)[] {
  return Array.from({ length: count }, () => policy.next(death)?.delayMs);
}

describe('RestartPolicy', () => {
  it('replaces at once, and a long row of short lives with a growing, bounded delay', () => {
    const seen = delays(new RestartPolicy(), 200);
    expect(new Set(seen.slice(0, 100))).toEqual(new Set([0]));
    expect(seen.slice(100, 103)).toEqual([20, 40, 80]);
    expect(seen.at(-1)).toBe(2_000);
  });

  it('forgets the row when one lives for a second', () => {
    const policy = new RestartPolicy();
    delays(policy, 120);
    expect(delays(policy, 1, { ...DEATH, livedMs: 1_000 })).toEqual([0]);
    expect(delays(policy, 1)).toEqual([0]);
  });

  it('gives up after eight lives in a row without progress', () => {
    const policy = new RestartPolicy();
    const fruitless = { ...DEATH, progressed: false };
    expect(delays(policy, 7, fruitless)).toEqual([0, 20, 40, 80, 160, 320, 640]);
    expect(delays(policy, 1)).toEqual([0]);
    expect(delays(policy, 8, fruitless).map((delay) => delay === undefined)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('skips an entry that was in hand at three deaths in a row', () => {
    const policy = new RestartPolicy();
    const skips = ['0:7', '0:7', '0:8', '0:7', '0:7', undefined, '0:7', '0:7', '0:7', '0:8'].map(
      (entry) => policy.next({ ...DEATH, entry })?.skipsEntry,
    );
    expect(skips.map((skip, at) => (skip === true ? at : -1)).filter((at) => at >= 0)).toEqual([8]);
  });
});
