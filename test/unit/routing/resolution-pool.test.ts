import { describe, expect, it } from 'vitest';
import { Found } from '../../../src/routing/found.ts';
import { ResolutionPool } from '../../../src/routing/resolution-pool.ts';

function found(...numbers: readonly number[]): Found {
  const list = new Found();
  for (const number of numbers) list.push(number);
  return list;
}

describe('ResolutionPool', () => {
  it('knows the same numbers in any order, and no others', () => {
    const pool = new ResolutionPool<string>();
    pool.put(found(3, 900, 7), found(7), 'made');
    expect(pool.find(found(7, 3, 900), found(7))).toBe('made');
    expect(pool.find(found(7, 3), found(7))).toBeUndefined();
    expect(pool.find(found(7, 3, 901), found(7))).toBeUndefined();
    expect(pool.find(found(7, 3, 900), found(8))).toBeUndefined();
    expect(pool.find(found(7), found(3, 900, 7))).toBeUndefined();
    expect(pool.find(found(7, 3, 900), found())).toBeUndefined();
  });

  it('never takes other numbers for those that share their place', () => {
    const pool = new ResolutionPool<number>();
    for (let a = 0; a < 1000; a++) pool.put(found(a, a + 1), found(), a);
    for (let a = 0; a < 1000; a++) {
      const made = pool.find(found(a + 1, a), found());
      expect(made === undefined || made === a).toBe(true);
      expect(pool.find(found(a, a + 2), found())).toBeUndefined();
    }
    expect(pool.find(found(999, 1000), found())).toBe(999);
  });

  it('forgets all when numbers change their meaning', () => {
    const pool = new ResolutionPool<string>();
    pool.put(found(1), found(), 'made');
    pool.clear();
    expect(pool.find(found(1), found())).toBeUndefined();
  });
});
