import { describe, expect, it } from 'vitest';
import { RECEIPTS_PER_PAGE, ReceiptLog } from '../../../src/demo/receipt-log.ts';

describe('ReceiptLog', () => {
  it('gives back what was written, in order, over page bounds', () => {
    const log = new ReceiptLog();
    const count = RECEIPTS_PER_PAGE + 2;
    for (let n = 0; n < count; n++) log.append(n, 0xffff_ffff - n, n % 7);
    expect(log.count).toBe(count);
    expect(log.page(0)).toHaveLength(RECEIPTS_PER_PAGE * 3);
    const last = RECEIPTS_PER_PAGE + 1;
    expect([...log.page(1)]).toEqual([
      RECEIPTS_PER_PAGE,
      0xffff_ffff - RECEIPTS_PER_PAGE,
      RECEIPTS_PER_PAGE % 7,
      last,
      0xffff_ffff - last,
      last % 7,
    ]);
    expect(log.page(2)).toHaveLength(0);
  });

  it('gives a copy, which later receipts do not change', () => {
    const log = new ReceiptLog();
    log.append(1, 2, 3);
    const page = log.page(0);
    log.append(4, 5, 6);
    expect([...page]).toEqual([1, 2, 3]);
  });

  it('counts receipts beyond its limit without keeping them', () => {
    const log = new ReceiptLog(2);
    for (let n = 0; n < 5; n++) log.append(n, 0, 0);
    expect(log.count).toBe(5);
    expect([...log.page(0)]).toEqual([0, 0, 0, 1, 0, 0]);
  });

  it('fits a page into the largest message that the bus takes by default', () => {
    expect(RECEIPTS_PER_PAGE * 3 * 4).toBeLessThan(1024 * 1024);
  });
});
