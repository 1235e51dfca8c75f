/** Seeded runs of the whole broker on one thread, with deaths of shards and clients. `npm run sim` runs any number. */
import { describe, expect, it } from 'vitest';
import { Simulation } from './simulator/simulation.ts';

const SEEDS = 500;
const FIRST_SEED = 1;
/** What broke once beyond the seeds of every run: a key's lane and a trial's place that waited for each other. */
const BROKE_ONCE = [24_948];

describe('the broker in the simulator', () => {
  it('keeps its promises in every seeded run', () => {
    let shardDeaths = 0;
    let clientDeaths = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      try {
        const result = new Simulation(seed).run();
        shardDeaths += result.shardDeaths;
        clientDeaths += result.clientDeaths;
      } catch (cause) {
        throw new Error(`seed ${seed}: npm run sim -- --seeds 1 --from ${seed}`, { cause });
      }
    }
    for (const seed of BROKE_ONCE) expect(() => new Simulation(seed).run()).not.toThrow();
    expect(shardDeaths).toBeGreaterThan(SEEDS);
    expect(clientDeaths).toBeGreaterThan(SEEDS / 10);
  });
});
