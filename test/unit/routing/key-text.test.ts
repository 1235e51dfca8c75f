import { describe, expect, it } from 'vitest';
import { KeyText } from '../../../src/routing/key-text.ts';

describe('KeyText', () => {
  it('marks both ends and keeps each byte of four units in a word', () => {
    const text = new KeyText();
    text.read('ab\u1234');
    expect([...text.units.subarray(0, text.unitCount)]).toEqual([
      0x10000, 0x61, 0x62, 0x1234, 0x10001,
    ]);
    expect(text.isWide).toBe(true);
    expect([...text.lows.subarray(1, 4)]).toEqual([0x01_34_62_61, 0x01_34_62, 0x01_34]);
    expect([...text.highs.subarray(1, 4)]).toEqual([0x12_00_00, 0x12_00, 0x12]);
    text.read('x'.repeat(1000));
    expect([text.isWide, text.unitCount, text.lows[1000]]).toEqual([false, 1002, 0x01_78]);
  });
});
