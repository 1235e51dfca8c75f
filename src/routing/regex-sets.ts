/**
 * Sets of characters as JavaScript's regular expressions mean them: `\d`, `\s`, `\w`, the dot, and what a
 * character stands for under the flag `i`. Written as ranges, so that an engine with other ideas of them
 * cannot differ.
 */
import { CODE_POINT_MAX, complementRanges, mergeRanges } from './char-class.ts';

/** Pairs of first and last character. */
export type Ranges = readonly number[];

const LINE_ENDS: Ranges = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];
const DIGITS: Ranges = [0x30, 0x39];
const WORD: Ranges = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const SPACE: Ranges = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f,
  0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
];
/** ſ and K, which are word characters under `i` and `u` together, because they fold to s and k. */
const FOLDED_WORD: Ranges = [0x17f, 0x17f, 0x212a, 0x212a];

export const ANYTHING: Ranges = [0, CODE_POINT_MAX];

export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly unicode: boolean;
}

export function dotSet({ dotAll }: RegexFlags): Ranges {
  return dotAll ? ANYTHING : complementRanges(LINE_ENDS);
}

/** Of `\d \D \s \S \w \W`, without the backslash; undefined for any other letter. */
export function namedSet(letter: string, flags: RegexFlags): Ranges | undefined {
  const set = positiveSet(letter.toLowerCase(), flags);
  if (set === undefined || letter === letter.toLowerCase()) return set;
  return complementRanges(mergeRanges(set));
}

export function isLineEnd(char: number): boolean {
  return isIn(LINE_ENDS, char);
}

/** Whether `\b` sees a word character. */
export function isWordChar(char: number, { ignoreCase, unicode }: RegexFlags): boolean {
  return isIn(WORD, char) || (ignoreCase && unicode && isIn(FOLDED_WORD, char));
}

function positiveSet(letter: string, { ignoreCase, unicode }: RegexFlags): Ranges | undefined {
  if (letter === 'd') return DIGITS;
  if (letter === 's') return SPACE;
  if (letter !== 'w') return undefined;
  return ignoreCase && unicode ? [...WORD, ...FOLDED_WORD] : WORD;
}

function isIn(ranges: Ranges, char: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (char >= (ranges[i] as number) && char <= (ranges[i + 1] as number)) return true;
  }
  return false;
}
