/** Patterns, tables and keys that are meant to be slow, for the bench and for the tests that count steps. */

import { PATTERN_BYTES_MAX } from '../src/routing/pattern.ts';

export type HostileMatch = 'glob' | 'regex';

/** By what it is: one pattern. */
export type HostilePattern = readonly [name: string, pattern: string, match: HostileMatch];

/** By what it is: so many patterns, of which as many are added as the limits let in. */
export type HostileTable = readonly [
  name: string,
  count: number,
  make: (number: number) => string,
  match: HostileMatch,
];

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

const a = (count: number): string => 'a'.repeat(count);
const letter = (number: number): string => ALPHABET[number % 26] as string;

/** Keys that keep as many places of a pattern alive as they can. */
export const hostileKeys = (length: number): readonly string[] => [
  a(length),
  `${a(length - 1)}b`,
  'ab'.repeat(length / 2),
  `${ALPHABET.repeat(Math.ceil(length / 26)).slice(0, length - 1)}x`,
  lettersOf(length),
  `${a(length / 3)}b`.repeat(3).slice(0, length),
];

/** Of a and b, with every short piece of them somewhere. */
function lettersOf(length: number): string {
  let state = 1;
  let key = '';
  while (key.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    key += state < 0 ? 'a' : 'b';
  }
  return key;
}

/** Numbers written with `?` and `*`, so that patterns differ without having text. */
const textless = (number: number): string =>
  number.toString(2).padStart(12, '0').replaceAll('0', '?').replaceAll('1', '*');

/** As long as a pattern may be. */
const filled = (start: string, piece: string, end = ''): string => {
  const room = PATTERN_BYTES_MAX - start.length - end.length;
  return start + piece.repeat(Math.floor(room / piece.length)) + end;
};

const alternatives = Array.from({ length: 24 }, (_none, i) => `${ALPHABET[i]}a`).join('|');

export const hostilePatterns: readonly HostilePattern[] = [
  ['a star, 500 a and b', `*${a(500)}b*`, 'glob'],
  ['a star and 1 000 a', `*${a(1000)}b*`, 'glob'],
  ['many question marks', filled('*', '?', 'b'), 'glob'],
  ['many stars and marks', filled('*', '?*', 'x?'), 'glob'],
  ['many classes', filled('*', '[ab]', '[bx]?'), 'glob'],
  ['many wide classes', filled('*', '[acegikmoqsuwy]', '[xz]*'), 'glob'],
  ['many classes between stars', filled('', '*[xz]'), 'glob'],
  ['chains of alternatives', '(a|b?)*(a|b?)*(a|b?)*x$', 'regex'],
  ['nested repeats', '(a+)+$x', 'regex'],
  ['50 alternatives', `(${alternatives})+x`, 'regex'],
  ['an a and 90 of a or b', 'a[ab]{90}c', 'regex'],
];

const texts = lettersOf(20_020);

export const hostileTables: readonly HostileTable[] = [
  ['1 000 of classes', 1000, (i) => filled(`*${textless(i)}*`, '[ab]'), 'glob'],
  ['1 000 of wide classes', 1000, (i) => filled(textless(i), '[acegikmoqsuwy]', '*'), 'glob'],
  ['1 000 of classes between stars', 1000, (i) => filled(textless(i), '[ab]*'), 'glob'],
  ['1 000 of marks', 1000, (i) => filled(textless(i), '?*'), 'glob'],
  [
    '1 000 of classes that fail late',
    1000,
    (i) => filled(`*${textless(i)}*`, '[ab]', '[bx]*'),
    'glob',
  ],
  ['4 096 under one letter', 4096, (i) => filled(`*a${textless(i)}*`, '[ab]', '[bx]*'), 'glob'],
  ['4 096 with many letters', 4096, (i) => filled(`*${textless(i)}*`, 'a?', 'b*'), 'glob'],
  [
    '4 096 of equal letters',
    4096,
    (i) => `*${a(100 + (i >> 3))}b${'*?'.repeat(1 + (i & 7))}`,
    'glob',
  ],
  [
    '900 long texts with one odd letter',
    900,
    (i) => `*${a(150 + (i % 300))}b${a(100 + (i >> 1))}*`,
    'glob',
  ],
  ['20 000 texts of two letters', 20_000, (i) => `*${texts.slice(i, i + 17)}*`, 'glob'],
  [
    '1 000 regular expressions',
    1000,
    (i) =>
      i < 500
        ? `(a|b?)*${letter(i)}[a-${letter(1 + (i % 25))}]{${1 + (i % 7)}}x`
        : `a[ab]{${40 + (i % 50)}}[c${letter(i - 500)}]`,
    'regex',
  ],
];
