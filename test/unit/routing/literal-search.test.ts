import { describe, expect, it } from 'vitest';
import { indexOfText } from '../../../src/routing/literal-search.ts';

describe('indexOfText', () => {
  const needles = {
    short: 'ab',
    'one character': 'x',
    'long and periodic': 'ab'.repeat(100),
    'long, with the odd character first': `c${'a'.repeat(300)}`,
    'long, with the odd character last': `${'a'.repeat(300)}c`,
    'longer than all tables so far': `${'abc'.repeat(300)}d`,
  };
  for (const [title, needle] of Object.entries(needles)) {
    it(`finds the first occurrence from a place on: ${title}`, () => {
      const text = `${'ab'.repeat(150)}${needle}-${needle}${'a'.repeat(310)}`;
      for (const from of [0, 1, 299, 300, 301, 302, text.length - 1, text.length]) {
        expect(indexOfText(text, needle, from), `from ${from}`).toBe(text.indexOf(needle, from));
      }
      expect(indexOfText('a'.repeat(2000), needle, 0)).toBe('a'.repeat(2000).indexOf(needle));
    });

    it(`finds it after a part of itself: ${title}`, () => {
      for (const part of [1, 2, 3, 50, 127, 299, 300]) {
        const text = `${needle.slice(0, part)}${needle}`;
        expect(indexOfText(text, needle, 0), `after ${part}`).toBe(text.indexOf(needle));
        const shifted = `${needle.slice(-part)}${needle.slice(0, part)}${needle}`;
        expect(indexOfText(shifted, needle, 1), `after ${part}`).toBe(shifted.indexOf(needle, 1));
      }
    });
  }
});
