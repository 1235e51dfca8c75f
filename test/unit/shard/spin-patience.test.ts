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

const unknown = (): undefined => undefined;

/** With a core of its own, after many steps of so many entries. */
function busyWith(entries: number, coreWaitMs: () => number | undefined): SpinPatience {
  const patience = new SpinPatience(true, coreWaitMs);
  for (let step = 0; step < 100; step++) patience.foundWork(entries);
  return patience;
}

describe('SpinPatience', () => {
  it('spins longer with a core to itself than without', () => {
    const alone = spin(new SpinPatience(true, unknown), 1);
    expect(alone).toBeGreaterThan(0.1);
    expect(spin(new SpinPatience(false, unknown), 1)).toBeLessThan(0.1);
  });

  it('spends no more than a twentieth of the time on spins in vain, beyond a first millisecond', () => {
    const patience = new SpinPatience(true, unknown);
    const spins = Array.from({ length: 200 }, (_, at) => spin(patience, at + 1));
    expect(spins).toContain(0);
    const spentMs = spins.reduce((sum, ms) => sum + ms, 0);
    expect(spentMs).toBeGreaterThan(1);
    expect(spentMs).toBeLessThan(1 + 200 / 20 + 0.5);
  });

  it('pays nothing for a spin that found work', () => {
    const patience = new SpinPatience(true, unknown);
    for (let atMs = 1; atMs < 50; atMs++) {
      expect(patience.isOver(atMs)).toBe(false);
      patience.foundWork(1);
    }
  });

  it('does not spin between batches while the threads of the process wait for a core', () => {
    let waitedMs = 1_000;
    const patience = busyWith(64, () => waitedMs);
    expect(spin(patience, 1)).toBeGreaterThan(0.1);
    waitedMs += 60;
    expect(spin(patience, 201)).toBeLessThan(0.1);
    expect(spin(patience, 251)).toBeLessThan(0.1);
    waitedMs += 10;
    expect(spin(patience, 401)).toBeGreaterThan(0.1);
  });

  it('spins between single messages all the same', () => {
    let waitedMs = 1_000;
    const patience = busyWith(2, () => waitedMs);
    for (const atMs of [1, 201, 401]) {
      waitedMs += 100;
      expect(spin(patience, atMs)).toBeGreaterThan(0.1);
    }
  });

  it('asks ten times a second at most, and never without a core of its own', () => {
    let asked = 0;
    const count = (): undefined => {
      asked += 1;
    };
    const patience = busyWith(64, count);
    for (let atMs = 1; atMs <= 1_000; atMs++) spin(patience, atMs);
    expect(asked).toBe(10);
    const shared = new SpinPatience(false, count);
    shared.foundWork(1_000);
    for (let atMs = 1; atMs <= 1_000; atMs++) spin(shared, atMs);
    expect(asked).toBe(10);
  });

  it('takes the end of a thread, whose waiting is not counted any more, for no waiting', () => {
    let waitedMs = 1_000;
    const patience = busyWith(64, () => waitedMs);
    spin(patience, 1);
    waitedMs = 10;
    expect(spin(patience, 201)).toBeGreaterThan(0.1);
  });
});
