import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coreWaitMs } from '../../../workers/core-wait.ts';

function withTasks(texts: readonly string[], use: (tasks: string) => void): void {
  const tasks = mkdtempSync(join(tmpdir(), 'core-wait-'));
  try {
    for (const [thread, text] of texts.entries()) {
      mkdirSync(join(tasks, `${thread}`));
      writeFileSync(join(tasks, `${thread}`, 'schedstat'), text);
    }
    use(tasks);
  } finally {
    rmSync(tasks, { recursive: true });
  }
}

describe('coreWaitMs', () => {
  it('adds up what all threads have waited', () => {
    withTasks(['5000000 2500000 7\n', '1 1500000 2\n'], (tasks) => {
      expect(coreWaitMs(tasks)).toBe(4);
    });
  });

  it('is undefined where the system does not tell', () => {
    expect(coreWaitMs('/nowhere')).toBeUndefined();
    withTasks(['5000000\n'], (tasks) => {
      expect(coreWaitMs(tasks)).toBeUndefined();
    });
  });

  it('never falls while no thread ends', () => {
    const before = coreWaitMs();
    const after = coreWaitMs();
    if (process.platform === 'linux') expect(after).toBeGreaterThanOrEqual(before as number);
    else expect(after).toBeUndefined();
  });
});
