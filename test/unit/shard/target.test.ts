import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../../src/control/commands.ts';
import { CellPool } from '../../../src/shard/cell-pool.ts';
import type { ShardLink } from '../../../src/shard/shard-link.ts';
import { shareCells, Target } from '../../../src/shard/target.ts';

function makeTarget(wishes: Partial<TargetSpec> = {}, cells = new CellPool(8)): Target {
  const spec = {
    id: 1,
    kind: 'endpoint',
    client: 0,
    window: 4,
    whenFull: 'park',
    ...wishes,
  } as const;
  return new Target(spec, { cells } as unknown as ShardLink);
}

describe('Target', () => {
  it('queues waiting cells, and lets go of one wherever it stands', () => {
    const target = makeTarget();
    for (const cell of [3, 1, 5, 2]) target.enqueue(cell);
    target.unqueue(1);
    target.unqueue(2);
    target.enqueue(0);
    const order: number[] = [];
    for (let cell = target.firstWaiting; cell !== -1; cell = target.firstWaiting) {
      order.push(cell);
      target.unqueue(cell);
    }
    expect(order).toEqual([3, 5, 0]);
  });

  it('has room while it may use cells and the link has some', () => {
    const pool = new CellPool(2);
    const target = makeTarget({ window: 1 }, pool);
    expect(target.hasRoom).toBe(true);
    target.used = 1;
    expect(target.hasRoom).toBe(false);
    target.used = 0;
    pool.take();
    pool.take();
    expect(target.hasRoom).toBe(false);
  });
});

describe('shareCells', () => {
  it('gives everybody what it wants while it fits', () => {
    const targets = [makeTarget(), makeTarget({ whenFull: 'drop-oldest', window: 2 })];
    shareCells(targets, 8);
    expect(targets.map(({ cellMax, loanMax }) => [cellMax, loanMax])).toEqual([
      [4, 4],
      [4, 2],
    ]);
  });

  it('shares in proportion where it does not, and leaves nobody without', () => {
    const targets = [
      makeTarget({ window: 12 }),
      makeTarget({ window: 4 }),
      makeTarget({ window: 1 }),
    ];
    shareCells(targets, 8);
    expect(targets.map(({ cellMax }) => cellMax)).toEqual([5, 1, 1]);
    expect(targets.map(({ loanMax }) => loanMax)).toEqual([5, 1, 1]);
  });

  it('keeps the cells of the sink for failure reports, up to a half', () => {
    const crowd = [...Array(10)].map(() => makeTarget({ window: 100 }));
    const sink = makeTarget({ kind: 'reports', window: 16 });
    shareCells([sink, ...crowd], 128);
    expect([sink.cellMax, crowd[0]?.cellMax]).toEqual([16, 11]);
    shareCells([sink, ...crowd], 24);
    expect([sink.cellMax, crowd[0]?.cellMax]).toEqual([12, 1]);
  });
});
