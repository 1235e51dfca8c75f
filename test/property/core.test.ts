import fc from 'fast-check';
import { describe, it } from 'vitest';
import { scaledRuns } from '../setup/property-runs.ts';
import { CorePlayer } from './core-player.ts';
import { scripts, sizes } from './core-script.ts';

describe('clients and shards, whatever happens to them', () => {
  it('end every message once, deliver it once and in order, and hold nothing afterwards', () => {
    fc.assert(
      fc.property(sizes, scripts, (size, script) => {
        const player = new CorePlayer(size);
        for (const step of script) player.play(step);
        player.end();
      }),
      { numRuns: scaledRuns(300) },
    );
  });
});
