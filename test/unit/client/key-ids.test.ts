import { describe, expect, it } from 'vitest';
import { KeyIds } from '../../../src/client/key-ids.ts';

describe('KeyIds', () => {
  it('goes through negative ids, and into the next epoch when it comes back to 0', () => {
    const early = new KeyIds(2 ** 31 - 1);
    expect([early.take(), early.take()]).toEqual([
      { id: 2 ** 31 - 1, epoch: 0 },
      { id: -(2 ** 31), epoch: 0 },
    ]);
    const late = new KeyIds(-1);
    expect([late.take(), late.take(), late.take()]).toEqual([
      { id: -1, epoch: 0 },
      { id: 0, epoch: 1 },
      { id: 1, epoch: 1 },
    ]);
  });
});
