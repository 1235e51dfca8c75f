import { describe, expect, it } from 'vitest';
import type { ProgressStep } from '../../../src/demo/progress.ts';
import { Progress } from '../../../src/demo/progress.ts';

function written(columns: number | undefined, steps: readonly ProgressStep[]): string[] {
  const texts: string[] = [];
  const write = (text: string): void => {
    texts.push(text);
  };
  const progress = new Progress({ isTerminal: columns !== undefined, columns, write });
  for (const step of steps) progress.step(step);
  progress.end();
  return texts;
}

const half: ProgressStep = { elapsedMs: 500, totalMs: 1000, messages: 6_000, phase: 'serial' };
const late: ProgressStep = { ...half, elapsedMs: 1500, messages: 8_000 };

describe('Progress', () => {
  it('writes plain lines without control characters where there is no terminal', () => {
    expect(written(undefined, [half, late])).toEqual([
      ' 50 %  6,000 messages, 12,000/s, serial\n',
      '100 %  8,000 messages, 2,000/s, serial\n',
    ]);
  });

  it('redraws one line with a bar on a terminal, and takes it away at the end', () => {
    const [first, second, last] = written(100, [half, late]);
    const halfBar = `[${'#'.repeat(20)}${'-'.repeat(20)}]`;
    expect(first).toBe(`\r\u001b[K${halfBar}  50 %  6,000 messages, 12,000/s, serial`);
    expect(second).toMatch(/\[#{40}\] 100 %/);
    expect(last).toBe('\r\u001b[K');
  });

  it('never fills the last column, and leaves the bar out when there is no room for one', () => {
    for (const columns of [10, 45, 60, 80]) {
      const [line = ''] = written(columns, [half]);
      expect(line.replace('\r\u001b[K', '').length).toBeLessThan(columns);
    }
    expect(written(42, [half])[0]).not.toContain('#');
  });

  it('gives no rate for a step that took no time', () => {
    expect(written(undefined, [{ ...half, elapsedMs: 0 }])[0]).toContain(' 0/s');
  });
});
