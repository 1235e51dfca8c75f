import { describe, expect, it } from 'vitest';
import { LINE_WORDS, toLines, toPowerOfTwo, WORD_BYTES } from '../../../src/memory/line.ts';

describe('toLines', () => {
  it.each([
    [0, 0],
    [1, LINE_WORDS],
    [LINE_WORDS, LINE_WORDS],
    [LINE_WORDS + 1, 2 * LINE_WORDS],
  ])('rounds %i words up to %i', (words, rounded) => {
    expect(toLines(words)).toBe(rounded);
  });

  it('spaces writers by two cache lines of 64 bytes', () => {
    expect(LINE_WORDS * WORD_BYTES).toBe(128);
  });
});

describe('toPowerOfTwo', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 4],
    [5, 8],
    [2 ** 20 - 1, 2 ** 20],
    [2 ** 20 + 1, 2 ** 21],
  ])('makes %i into %i', (count, power) => {
    expect(toPowerOfTwo(count)).toBe(power);
  });
});
