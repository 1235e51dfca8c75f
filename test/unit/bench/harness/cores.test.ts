import { describe, expect, it } from 'vitest';
import { coreUse, coreUseSince } from '../../../../bench/harness/cores.ts';

describe('coreUseSince', () => {
  it('gives differences to the start, and cores beside that are not negative', () => {
    const start = coreUse();
    // The platform may count in ticks: work until it has counted one.
    while (coreUse().processCpuMs === start.processCpuMs);
    const use = coreUseSince(start);
    expect(use.wallMs).toBeGreaterThan(0);
    expect(use.processCpuMs).toBeGreaterThan(0);
    expect(use.coresBeside).toBeGreaterThanOrEqual(0);
  });

  it('knows the thread that calls, where the platform tells', () => {
    const { threadCpuMs } = coreUseSince(coreUse());
    if (process.platform === 'linux') expect(threadCpuMs).toBeGreaterThanOrEqual(0);
    else expect(threadCpuMs).toBeUndefined();
  });
});
