import { describe, expect, it } from 'vitest';
import { packRef } from '../../../src/memory/entries.ts';
import { CellPrints } from '../../../src/shard/cell-prints.ts';
import type { ShardLink } from '../../../src/shard/shard-link.ts';
import { TargetDedupe } from '../../../src/shard/target-dedupe.ts';
import { Scene } from './scene.ts';

const SPEC = { windowMs: 5, seed: [1, 2, 3, 4] };

function makeDedupe() {
  const links = new Scene().world.shard().state.links as ShardLink[];
  const prints = links.map((link) => {
    link.prints = new CellPrints(link.cells.count);
    return link.prints;
  });
  return { links, prints, first: new TargetDedupe(SPEC), second: new TargetDedupe(SPEC) };
}

const print = (n: number): Int32Array => Int32Array.of(n, 0, 0, 0);

describe('the ids in hand at an endpoint', () => {
  it('are taken by one delivery each until it leaves', () => {
    const { first, links, prints } = makeDedupe();
    const [link] = links as [ShardLink];
    for (const [cell, n] of [7, 7, 8].entries()) prints[0]?.set(cell, print(n));
    for (const cell of [0, 1]) first.take(link, cell);
    expect([0, 1, 2].map((cell) => first.isFree(link, cell))).toEqual([true, false, true]);
    expect(first.size).toBe(1);
    first.leave(packRef(link.client, 1));
    expect(first.isFree(link, 1)).toBe(false);
    first.leave(packRef(link.client, 0));
    expect([first.isFree(link, 1), first.size]).toEqual([true, 0]);
  });

  it('are none of a delivery without an id, also in a cell that had one', () => {
    const { first, links, prints } = makeDedupe();
    const [link] = links as [ShardLink];
    prints[0]?.set(0, print(7));
    prints[0]?.set(0, undefined);
    first.take(link, 0);
    expect([prints[0]?.has(0), first.isFree(link, 0), first.size]).toEqual([false, true, 0]);
  });

  it('are each endpoint’s own', () => {
    const { first, second, links, prints } = makeDedupe();
    const [link] = links as [ShardLink];
    for (const cell of [0, 1]) prints[0]?.set(cell, print(7));
    first.take(link, 0);
    expect([first, second].map((one) => one.isFree(link, 1))).toEqual([false, true]);
  });

  it('go with a delivery that moves to a thread of the pool', () => {
    const { first, links, prints } = makeDedupe();
    const [pool, member] = links as [ShardLink, ShardLink];
    for (const one of prints) one.set(0, print(7));
    first.take(pool, 0);
    first.pass(packRef(pool.client, 0), packRef(member.client, 0));
    first.leave(packRef(pool.client, 0));
    expect([first.isFree(pool, 0), first.isFree(member, 0), first.size]).toEqual([false, true, 1]);
  });
});
