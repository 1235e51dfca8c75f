import { describe, expect, it } from 'vitest';
import { SLOT, SlotTable } from '../../../src/client/slot-table.ts';
import { GEN, GEN_MASK, SLOT_WORDS } from '../../../src/memory/slot-header.ts';

const makeTable = (count: number, reserve: number) =>
  new SlotTable(new Int32Array(count * SLOT_WORDS), count, reserve);

describe('SlotTable', () => {
  it('keeps the reserve for replies', () => {
    const table = makeTable(3, 1);
    expect([table.take(), table.take()]).toEqual([0, 1]);
    expect([table.hasRoom(false), table.hasRoom(true)]).toEqual([false, true]);
    table.take();
    expect([table.hasRoom(true), table.used]).toEqual([false, 3]);
  });

  it('hands slots out again in the order in which they came back, with nothing of their last use', () => {
    const table = makeTable(3, 0);
    const [a, b, c] = [table.take(), table.take(), table.take()];
    table.state[b] = SLOT.settled;
    table.reports[b] = 2;
    table.pending[b] = { settle: () => undefined, fail: () => undefined };
    for (const slot of [b, c, a]) table.put(slot);
    expect([table.take(), table.take(), table.take()]).toEqual([b, c, a]);
    expect([table.state[b], table.reports[b], table.pending[b]]).toEqual([0, 0, undefined]);
  });

  it('counts generations in 28 bits', () => {
    const table = makeTable(2, 0);
    expect(table.nextGen(1)).toBe(1);
    table.headers[SLOT_WORDS + GEN] = GEN_MASK;
    expect(table.nextGen(1)).toBe(0);
  });
});
