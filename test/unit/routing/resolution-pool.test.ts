import { describe, expect, it } from 'vitest';
import { Found } from '../../../src/routing/found.ts';
import { ResolutionPool } from '../../../src/routing/resolution-pool.ts';

function found(...numbers: readonly number[]): Found {
  const list = new Found();
  for (const number of numbers) list.push(number);
  return list;
}

function put<Made>(pool: ResolutionPool<Made>, first: Found, second: Found, made: Made): void {
  pool.start(first, second);
  pool.put(made);
}

describe('ResolutionPool', () => {
  it('knows the same numbers in any order, and no others', () => {
    const pool = new ResolutionPool<string>();
    put(pool, found(3, 900, 7), found(7), 'made');
    expect(pool.find(found(3, 900, 7), found(7))).toBe('made');
    expect(pool.find(found(7, 3, 900), found(7))).toBe('made');
    expect(pool.find(found(7, 3), found(7))).toBeUndefined();
    expect(pool.find(found(7, 3, 901), found(7))).toBeUndefined();
    expect(pool.find(found(7, 3, 900), found(8))).toBeUndefined();
    expect(pool.find(found(7), found(3, 900, 7))).toBeUndefined();
    expect(pool.find(found(7, 3, 900), found())).toBeUndefined();
  });

  it('never takes other numbers for those that share their place', () => {
    const pool = new ResolutionPool<number>();
    for (let a = 0; a < 1000; a++) put(pool, found(a, a + 1), found(), a);
    for (let a = 0; a < 1000; a++) {
      const made = pool.find(found(a + 1, a), found());
      expect(made === undefined || made === a).toBe(true);
      expect(pool.find(found(a, a + 2), found())).toBeUndefined();
    }
    expect(pool.find(found(999, 1000), found())).toBe(999);
  });

  it('asks for all numbers, also where a few of them were met before', () => {
    const pool = new ResolutionPool<string>();
    const numbers = Array.from({ length: 50 }, (_none, i) => 3 * i);
    put(pool, found(...numbers), found(1), 'made');
    for (let i = 0; i < 3; i++) expect(pool.find(found(...numbers), found(1))).toBe('made');
    for (let place = 0; place < numbers.length; place++) {
      const other = numbers.with(place, 1000);
      expect(pool.find(found(...other), found(1))).toBeUndefined();
    }
    expect(pool.find(found(...numbers), found(2))).toBeUndefined();
    expect(pool.find(found(...numbers.toReversed()), found(1))).toBe('made');
    put(pool, found(...numbers), found(1), 'made again');
    expect(pool.find(found(...numbers), found(1))).toBe('made again');
  });

  it('keeps the numbers as they were found, whatever becomes of the lists', () => {
    const pool = new ResolutionPool<string>();
    const first = found(3, 1, 2);
    pool.start(first, found());
    first.numbers.sort();
    pool.put('made');
    expect(pool.find(found(3, 1, 2), found())).toBe('made');
  });

  it('has nothing of numbers whose resolution was not made', () => {
    const pool = new ResolutionPool<string>();
    put(pool, found(1), found(), 'made');
    pool.start(found(1), found());
    expect(pool.find(found(1), found())).toBeUndefined();
  });

  it('forgets all when numbers change their meaning', () => {
    const pool = new ResolutionPool<string>();
    put(pool, found(1), found(), 'made');
    pool.clear();
    expect(pool.find(found(1), found())).toBeUndefined();
  });
});
