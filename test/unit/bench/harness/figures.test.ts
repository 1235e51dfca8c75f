import { describe, expect, it } from 'vitest';
import type { Track } from '../../../../bench/harness/compare.ts';
import type { Comparison } from '../../../../bench/harness/contestant.ts';
import { figuresOf } from '../../../../bench/harness/figures.ts';
import { comparisonTable } from '../../../../bench/harness/table.ts';

const rate: Comparison = {
  name: 'rows',
  topology: 'a -> b',
  measure: 'rate',
  contestants: [],
  reach: 6,
};
const trip: Comparison = { ...rate, measure: 'trip', reach: 1.2 };

/** Each round carries 1 000 messages in so many milliseconds, on one core. */
function track(name: string, role: Track['role'], ...wallsMs: readonly number[]): Track {
  const samples = wallsMs.map((wallMs) => ({
    messages: 1_000,
    wallMs,
    cpuMs: wallMs * 2,
    mainCpuMs: role === 'peer' ? undefined : wallMs,
    threads: [
      { name: 'main', cpuMs: wallMs, slept: 500, preempted: 0 },
      { name: `${name}, thread 1`, cpuMs: wallMs * 2, slept: 0, preempted: 250 },
    ],
    coresBeside: wallMs / 100,
  }));
  return { name, role, samples };
}

describe('figuresOf', () => {
  it('gives messages a second, CPU a message and messages for a second of CPU', () => {
    const { contestants } = figuresOf(rate, { tracks: [track('bus', 'bus', 10)], absent: [] });
    const same = (value: number): object => ({ median: value, min: value, max: value });
    expect(contestants[0]?.value).toEqual(same(100_000));
    expect(contestants[0]?.cpuUs).toEqual(same(20));
    expect(contestants[0]?.mainCpuUs).toEqual(same(10));
    expect(contestants[0]?.perCore).toEqual(same(50_000));
  });

  it('compares the bus with the best peer, round by round', () => {
    const tracks = [
      track('bus', 'bus', 1, 2, 4),
      track('slow', 'peer', 90, 90, 90),
      track('best', 'peer', 10, 10, 20),
      track('quickest, but aside', 'aside', 1, 1, 1),
    ];
    const { ratio } = figuresOf(rate, { tracks, absent: [] });
    expect(ratio?.peer).toBe('best');
    expect(ratio?.value).toEqual({ median: 5, min: 5, max: 10 });
    expect(ratio?.isReached).toBe(false);
  });

  it('takes the shorter trip as the better, and at most as what is asked', () => {
    const tracks = [track('bus', 'bus', 11), track('best', 'peer', 10), track('slow', 'peer', 20)];
    const { ratio, contestants } = figuresOf(trip, { tracks, absent: [] });
    expect(contestants[0]?.value.median).toBe(11);
    expect(ratio?.peer).toBe('best');
    expect(ratio?.value.median).toBeCloseTo(1.1);
    expect(ratio?.isReached).toBe(true);
  });

  it('tells what each thread spends on a message, the busiest first', () => {
    const { contestants } = figuresOf(rate, { tracks: [track('bus', 'bus', 10, 30)], absent: [] });
    expect(contestants[0]?.threads).toEqual([
      { name: 'bus, thread 1', cpuUs: 40, slept: 0, preempted: 0.25 },
      { name: 'main', cpuUs: 20, slept: 0.5, preempted: 0 },
    ]);
  });

  it('shows the threads of a bus that is far from what is asked, and of no other', () => {
    const textOf = (busMs: number): string => {
      const tracks = [track('bus', 'bus', busMs), track('best', 'peer', 10)];
      return comparisonTable(figuresOf(rate, { tracks, absent: [] }));
    };
    expect(textOf(4)).toMatch(/bus, thread 1 +8\.00 +0\.000 +0\.250/);
    expect(textOf(3)).not.toContain('thread 1');
  });

  it('gives no ratio when no peer could run', () => {
    const absent = [{ name: 'Piscina', package: 'piscina' }];
    const figures = figuresOf(rate, { tracks: [track('bus', 'bus', 1)], absent });
    expect(figures.ratio).toBeUndefined();
    expect(comparisonTable(figures)).toContain('Piscina: not run, piscina is not installed');
  });
});

describe('comparisonTable', () => {
  it('shows figures, what ran beside, the ratio and the verdict', () => {
    const tracks = [track('bus', 'bus', 1, 1), track('peer', 'peer', 10, 5)];
    const lines = comparisonTable(figuresOf(rate, { tracks, absent: [] })).split('\n');
    expect(lines).toEqual([
      'a -> b',
      'medians of 2 rounds; beside it ran 0.0 (0.0 .. 0.1) cores',
      '        messages/s              min .. max  CPU us  of main  per busy core/s',
      '  bus    1 000 000  1 000 000 .. 1 000 000    2.00     1.00          500 000',
      '  peer     150 000      100 000 .. 200 000   15.00        -           75 000',
      '  bus : peer = 7.50 (5.00 .. 10.00), asked for at least 6: reached',
      '  per busy core = 7.50 (5.00 .. 10.00)',
    ]);
  });
});
