import { describe, expect, it } from 'vitest';
import { KeyText } from '../../../src/routing/key-text.ts';
import {
  difference,
  TEXT_UNITS_MAX,
  TEXT_WORDS,
  writeText,
} from '../../../src/routing/text-words.ts';

function isAt(text: string, key: string, place: number): boolean {
  const units = Array.from(text, (char) => char.charCodeAt(0));
  const words = new Int32Array(2 + TEXT_WORDS);
  writeText(words, 2, units, 0, units.length, 0);
  const keyText = new KeyText();
  keyText.read(key);
  return difference(words, 2, units.length, keyText.lows, place) === 0;
}

describe('text words', () => {
  it('tell a text of any length at any place from all others', () => {
    const key = 'The quick brown fox jumps over the lazy dog: \u00ff\u0000.';
    const wrong: string[] = [];
    for (let length = 1; length <= TEXT_UNITS_MAX; length++) {
      for (let at = 0; at + length <= key.length; at++) {
        const text = key.slice(at, at + length);
        for (let place = 1; place + length <= key.length + 1; place++) {
          if (isAt(text, key, place) !== key.startsWith(text, place - 1)) wrong.push(text);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
