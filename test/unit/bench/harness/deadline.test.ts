import { describe, expect, it } from 'vitest';
import { within } from '../../../../bench/harness/deadline.ts';

describe('within', () => {
  it('gives the value of a promise that settles in time', async () => {
    expect(await within(Promise.resolve(7), 1_000, 'seven')).toBe(7);
  });

  it('rejects with what hung when nothing comes', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(within(never, 1, 'the ring')).rejects.toThrow(/^the ring: no end after 0.001 s/);
  });
});
