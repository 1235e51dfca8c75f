import { describe, expect, it } from 'vitest';
import { CellPool } from '../../../src/shard/cell-pool.ts';

describe('CellPool', () => {
  it('gives cells out first in, first out, and counts them', () => {
    const pool = new CellPool(3);
    expect([pool.take(), pool.take()]).toEqual([0, 1]);
    expect([pool.used, pool.free]).toEqual([2, 1]);
    pool.put(1);
    pool.put(0);
    expect([pool.take(), pool.take(), pool.take(), pool.free]).toEqual([2, 1, 0, 0]);
  });

  it('says when the last free one was taken', () => {
    const pool = new CellPool(2);
    pool.take();
    expect(pool.ranOut).toBe(false);
    pool.take();
    expect(pool.ranOut).toBe(true);
    const successor = new CellPool(2);
    successor.keepOut(() => true);
    expect(successor.ranOut).toBe(true);
  });
});
