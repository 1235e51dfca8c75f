import { describe, expect, it } from 'vitest';
import { DedupeSeeds } from '../../../src/host/dedupe-seeds.ts';

describe('the seeds of endpoints', () => {
  it('are four words: the same for the same id, others for other ids and other buses', async () => {
    const [bus, other] = [new DedupeSeeds(), new DedupeSeeds()];
    const seeds = await Promise.all([bus.of('a'), bus.of('a'), bus.of('b'), other.of('a')]);
    const [first, again, ...others] = seeds.map(String);
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(3);
    for (const seed of seeds) expect(seed.map((word) => word | 0)).toEqual(seed);
    expect(seeds[0]).toHaveLength(4);
  });
});
