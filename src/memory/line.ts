/** Spacing of words that different threads write: two 64-byte cache lines, since the adjacent line is prefetched with it. */
export const LINE_WORDS = 32;

export const WORD_BYTES = 4;

/** Rounds a word count up to whole lines. */
export function toLines(words: number): number {
  return Math.ceil(words / LINE_WORDS) * LINE_WORDS;
}

/** The smallest power of two that is at least `count`. */
export function toPowerOfTwo(count: number): number {
  let power = 1;
  while (power < count) power *= 2;
  return power;
}
