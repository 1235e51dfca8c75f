import { describe, expect, it } from 'vitest';
import { injectedTime } from '../../../../scripts/tidy/injected-time.ts';
import { placesFound, planted } from './planted.ts';

describe('injectedTime', () => {
  it.each([
    'const nowMs = Date.now();',
    'const nowMs = performance.now();',
    'const chance = Math.random();',
    'setTimeout(step, 1);',
    'globalThis.setInterval(step, 1);',
    'setImmediate(step);',
    'const started = new Date();',
    'const read = Date.now;',
    'process.hrtime.bigint();',
  ])('catches `%s` in every pure room', (line) => {
    for (const room of ['shard', 'routing', 'health', 'memory']) {
      expect(placesFound(injectedTime, planted(`src/${room}/a.ts`, '', line))).toEqual([
        `src/${room}/a.ts:2`,
      ]);
    }
  });

  it('lets other rooms have a clock', () => {
    expect(placesFound(injectedTime, planted('src/host/a.ts', 'setTimeout(step, 1);'))).toEqual([]);
  });

  it('lets a pure room use what it was given, and speak of clocks', () => {
    const file = planted(
      'src/shard/a.ts',
      '// Date.now() would make a run unrepeatable.',
      "const reason = 'Math.random() is not replayable';",
      'timers.setTimeout(step, clock.now() + Math.floor(1.5));',
    );
    expect(placesFound(injectedTime, file)).toEqual([]);
  });
});
