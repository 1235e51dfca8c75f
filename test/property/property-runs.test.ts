import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runsScale, scaledRuns } from '../setup/property-runs.ts';

describe('the length of random tests', () => {
  it('is 100 runs, or what the scale makes of them', () => {
    let runs = 0;
    fc.assert(
      fc.property(fc.nat(), () => {
        runs += 1;
      }),
    );
    expect(runs).toBe(100 * runsScale);
  });

  it('scales what a property asks for itself', () => {
    expect(scaledRuns(7)).toBe(7 * runsScale);
  });
});
