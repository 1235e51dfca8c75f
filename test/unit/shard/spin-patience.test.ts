import { describe, expect, it } from 'vitest';
import { SpinPatience } from '../../../src/shard/spin-patience.ts';

/** How long it spins in vain, from `fromMs` on, in steps of 0.01 ms. */
function spin(patience: SpinPatience, fromMs: number): number {
  for (let step = 0; step < 1000; step++) {
    if (!patience.isOver(fromMs + step / 100)) continue;
    patience.slept();
    return step / 100;
  }
  return Number.POSITIVE_INFINITY;
}

describe('SpinPatience', () => {
  it('spins longer with a core to itself than without', () => {
    const alone = spin(new SpinPatience(true), 1);
    expect(alone).toBeGreaterThan(0.1);
    expect(spin(new SpinPatience(false), 1)).toBeLessThan(0.1);
  });

  it('spends no more than a twentieth of the time on spins in vain, beyond a first millisecond', () => {
    const patience = new SpinPatience(true);
    const spins = Array.from({ length: 200 }, (_, at) => spin(patience, at + 1));
    expect(spins).toContain(0);
    const spentMs = spins.reduce((sum, ms) => sum + ms, 0);
    expect(spentMs).toBeGreaterThan(1);
    expect(spentMs).toBeLessThan(1 + 200 / 20 + 0.5);
  });

  it('pays nothing for a spin that found work', () => {
    const patience = new SpinPatience(true);
    for (let atMs = 1; atMs < 50; atMs++) {
      expect(patience.isOver(atMs)).toBe(false);
      patience.foundWork();
    }
  });
});
