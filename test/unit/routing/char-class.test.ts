import { describe, expect, it } from 'vitest';
import { CharClass, CODE_POINT_MAX } from '../../../src/routing/char-class.ts';

const codes = (text: string): number[] => Array.from(text, (char) => char.codePointAt(0) as number);

describe('CharClass', () => {
  it('joins ranges that touch or overlap', () => {
    const charClass = new CharClass(codes('emadpwbc'), false);
    expect([...charClass.ranges]).toEqual(codes('am' + 'pw'));
  });

  it('has the borders of its ranges and nothing beside them', () => {
    const charClass = new CharClass(codes('bd\u0416\u0436\u{1f600}\u{1f6ff}'), false);
    for (const inside of codes('bcd\u0416\u0430\u0436\u{1f600}\u{1f680}\u{1f6ff}')) {
      expect(charClass.has(inside), String.fromCodePoint(inside)).toBe(true);
    }
    for (const outside of codes('ae\u0415\u0437\u{1f5ff}\u{1f700}')) {
      expect(charClass.has(outside), String.fromCodePoint(outside)).toBe(false);
    }
  });

  it('has all else when negated', () => {
    const charClass = new CharClass(codes('ac'), true);
    expect(charClass.has(0x61)).toBe(false);
    expect(charClass.has(0x63)).toBe(false);
    expect(charClass.has(0)).toBe(true);
    expect(charClass.has(0x64)).toBe(true);
    expect(charClass.has(CODE_POINT_MAX)).toBe(true);
    expect([...charClass.ranges]).toEqual([0, 0x60, 0x64, CODE_POINT_MAX]);
  });

  it('may have nothing when it negates everything', () => {
    const charClass = new CharClass([0, CODE_POINT_MAX], true);
    expect(charClass.ranges.length).toBe(0);
    expect(charClass.has(0x61)).toBe(false);
    expect(charClass.has(CODE_POINT_MAX)).toBe(false);
  });

  it('knows when it is a single character', () => {
    expect(new CharClass(codes('xx'), false).single()).toBe(0x78);
    expect(new CharClass(codes('xy'), false).single()).toBe(-1);
    expect(new CharClass(codes('xxzz'), false).single()).toBe(-1);
  });
});
