import { describe, expect, it } from 'vitest';
import { WeightedTurns } from '../../../src/routing/weighted-turns.ts';

function cycleOf(weights: readonly number[]): number[] {
  const turns = new WeightedTurns(weights);
  return Array.from({ length: turns.cycle }, (_, turn) => turns.memberAt(turn));
}

describe('WeightedTurns', () => {
  it.each([
    [[1]],
    [[3, 1]],
    [[1, 2, 3]],
    [[5, 5, 5]],
    [[7, 1, 1, 1]],
    [[100, 1]],
    [[13, 7, 29, 1]],
  ])('gives each member of %j as many turns of a cycle as it weighs', (weights) => {
    const cycle = cycleOf(weights);
    const share = cycle.length / weights.reduce((a, b) => a + b);
    const counts = weights.map((_, member) => cycle.filter((at) => at === member).length);
    expect(counts).toEqual(weights.map((weight) => weight * share));
  });

  it('leaves out what all weights have in common', () => {
    expect(new WeightedTurns([65_535, 65_535]).cycle).toBe(2);
    expect(new WeightedTurns([4, 6, 2]).cycle).toBe(6);
  });

  it('spreads the turns of the heavy one', () => {
    const cycle = cycleOf([5, 1, 1]);
    const longestRun = Math.max(
      ...cycle
        .join('')
        .split(/[12]/)
        .map((run) => run.length),
    );
    expect(longestRun).toBeLessThan(5);
    expect(cycleOf([1, 1, 1, 1]).sort()).toEqual([0, 1, 2, 3]);
  });
});
