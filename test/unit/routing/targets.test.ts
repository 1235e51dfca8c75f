import { describe, expect, it } from 'vitest';
import { Targets } from '../../../src/routing/targets.ts';

describe('Targets', () => {
  it('has what is linked, in the order in which it was', () => {
    const linked = new Map<number, number>();
    const targets = new Targets((source, target) => linked.get(source) === target);
    const link = (source: number, target: number): void => {
      linked.set(source, target);
      targets.link(target, source);
    };
    const unlink = (source: number): void => {
      const target = linked.get(source) as number;
      linked.delete(source);
      targets.unlink(target);
    };
    for (let source = 0; source < 500; source++) link(source, source % 2);
    expect(targets.sourcesOf(1)).toHaveLength(250);
    for (let source = 0; source < 490; source++) unlink(source);
    expect(targets.sourcesOf(0)).toEqual([490, 492, 494, 496, 498]);
    // One that comes again is the youngest, and one that goes elsewhere is there.
    unlink(492);
    link(492, 0);
    unlink(494);
    link(494, 1);
    expect(targets.sourcesOf(0)).toEqual([490, 496, 498, 492]);
    expect(targets.sourcesOf(1)).toEqual([491, 493, 495, 497, 499, 494]);
    for (const source of [490, 496, 498, 492]) unlink(source);
    expect(targets.sourcesOf(0)).toEqual([]);
    expect(targets.sourcesOf(7)).toEqual([]);
  });
});
