import { describe, expect, it } from 'vitest';
import type { TargetSpec } from '../../../src/control/commands.ts';
import { CellPool } from '../../../src/shard/cell-pool.ts';
import type { ShardLink } from '../../../src/shard/shard-link.ts';
import { shareCells, Target } from '../../../src/shard/target.ts';
import { Scene } from './scene.ts';

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

describe('a bound of the whole bus', () => {
  const bound = { events: 2, bytes: 100 };

  function twoShards(whenFull: 'park' | 'error') {
    const scene = new Scene({ shards: 2 });
    const { target } = scene.subscription('k', { bound, whenFull });
    const [left, right] = [0, 1].map((shard) => scene.world.shard(shard).state.targets[target]);
    if (left === undefined || right === undefined) throw new Error('no target');
    return { left, right };
  }

  it('counts what all shards have or claim, and claims nothing where it refuses', () => {
    const { left, right } = twoShards('error');
    expect([left.claim(40), right.claim(40)]).toEqual([true, true]);
    left.addUsed(1, 40);
    expect(left.claim(1)).toBe(false);
    right.unclaim();
    expect(left.claim(61)).toBe(false);
    expect(right.claim(60)).toBe(true);
    right.addUsed(1, 60);
    expect([left.claim(0), right.claim(0)]).toEqual([false, false]);
    left.addUsed(-1, -40);
    expect(right.claim(40)).toBe(true);
  });

  it('lets in alone what is larger than its bytes where messages wait, and refuses it elsewhere', () => {
    const waiting = twoShards('park');
    expect(waiting.left.claim(500)).toBe(true);
    expect(waiting.right.claim(1)).toBe(false);
    const strict = twoShards('error');
    expect(strict.left.claim(500)).toBe(false);
  });
});
