/**
 * Tables and keys that are meant to be slow. The steps of the matcher are counted: an atom compared, a word of
 * positions combined or a character passed over is one, and each takes 2 to 100 ns.
 */
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits.ts';
import { BusError } from '../../../src/message/errors.ts';
import { validatePattern } from '../../../src/routing/pattern.ts';
import { Router } from '../../../src/routing/router.ts';
import { routeSpec } from './route-spec.ts';

const LONGEST = LIMITS.keyBytes;
/** Of one pattern and the longest key: 2 ms, and of a whole look-up 50 ms; the latter for keys of 256 bytes 5 ms. */
const PATTERN_STEPS_MAX = 100_000;
const LOOK_UP_STEPS_MAX = 5_000_000;
const SHORT_LOOK_UP_STEPS_MAX = 500_000;

const a = (count: number): string => 'a'.repeat(count);
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/** Keys that keep as many places of a pattern alive as they can. */
const keysOf = (length: number): readonly string[] => [
  a(length),
  `${a(length - 1)}b`,
  'ab'.repeat(length / 2),
  `${ALPHABET.repeat(Math.ceil(length / 26)).slice(0, length - 1)}x`,
  randomKey(length),
];

/** Of a and b, with every short piece of them somewhere. */
function randomKey(length: number): string {
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

const filled = (start: string, piece: string, end = ''): string =>
  start + piece.repeat(Math.floor((1024 - start.length - end.length) / piece.length)) + end;

/** Adds as many as are taken; of what is refused the error says which limit it was. */
function tableOf(patterns: Iterable<string>, match: 'glob' | 'regex' = 'glob'): Router {
  const router = new Router();
  let id = 0;
  for (const pattern of patterns) {
    id++;
    try {
      const { regex } = validatePattern(pattern, match);
      router.addRoutes([routeSpec({ id, pattern, match, regex })]);
    } catch (error) {
      expect(error).toBeInstanceOf(BusError);
      expect((error as BusError).code).toMatch(/^ERR_BUS_(FULL|INVALID_PATTERN)$/);
      expect((error as BusError).message).toMatch(/at most \d+/);
    }
  }
  return router;
}

function expectSteps(router: Router, keys: readonly string[], most: number): void {
  for (const key of keys) {
    const before = router.steps;
    router.resolve(key);
    expect(router.steps - before, `${key.slice(0, 20)} (${key.length})`).toBeLessThanOrEqual(most);
  }
}

function* many(count: number, make: (number: number) => string): Iterable<string> {
  for (let number = 0; number < count; number++) yield make(number);
}

describe('one hostile pattern and the longest key', () => {
  it.each([
    ['a star, 500 a and b', `*${a(500)}b*`, 'glob'],
    ['a star and 1 000 a', `*${a(1000)}b*`, 'glob'],
    ['many question marks', filled('*', '?', 'b'), 'glob'],
    ['many stars and marks', filled('*', '?*', 'x?'), 'glob'],
    ['many classes', filled('*', '[ab]', '[bx]?'), 'glob'],
    ['many wide classes', filled('*', '[acegikmoqsuwy]', '[xz]*'), 'glob'],
    ['many classes between stars', filled('', '*[xz]'), 'glob'],
    ['chains of alternatives', '(a|b?)*(a|b?)*(a|b?)*x$', 'regex'],
    ['nested repeats', '(a+)+$x', 'regex'],
    ['50 alternatives', `(${[...many(24, (i) => `${ALPHABET[i]}a`)].join('|')})+x`, 'regex'],
    ['an a and 90 of a or b', 'a[ab]{90}c', 'regex'],
  ] as const)('takes few steps: %s', (_, pattern, match) => {
    const router = tableOf([pattern], match);
    expect(router.routeCount).toBe(1);
    const most = pattern.includes('{90}') ? 3 * PATTERN_STEPS_MAX : PATTERN_STEPS_MAX;
    expectSteps(router, keysOf(LONGEST), most);
  });

  it.each([
    ['2 047 a', `*${a(2047)}b*`, 'glob', 'at most 1024 bytes'],
    ['repeats of repeats', '((a|b){15}){15}x', 'regex', 'at most 100'],
    ['a repeat of a thousand', '[ab]{1000}', 'regex', 'at most 100'],
  ] as const)('is refused, and the limit named: %s', (_, pattern, match, limit) => {
    expect(() => validatePattern(pattern, match)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_INVALID_PATTERN',
        message: expect.stringContaining(limit),
      }),
    );
  });
});

describe('a hostile table', () => {
  it.each([
    ['1 000 of classes', 1000, (i: number) => filled(`*${textless(i)}*`, '[ab]')],
    ['1 000 of wide classes', 1000, (i: number) => filled(textless(i), '[acegikmoqsuwy]', '*')],
    ['1 000 of classes between stars', 1000, (i: number) => filled(textless(i), '[ab]*')],
    ['1 000 of marks', 1000, (i: number) => filled(textless(i), '?*')],
    [
      '1 000 of classes that fail late',
      1000,
      (i: number) => filled(`*${textless(i)}*`, '[ab]', '[bx]*'),
    ],
    ['4 096 under one letter', 4096, (i: number) => filled(`*a${textless(i)}*`, '[ab]', '[bx]*')],
    ['4 096 with many letters', 4096, (i: number) => filled(`*${textless(i)}*`, 'a?', 'b*')],
    [
      '4 096 of equal letters',
      4096,
      (i: number) => `*${a(100 + (i >> 3))}b${'*?'.repeat(1 + (i & 7))}`,
    ],
  ])('costs each look-up few steps: %s', (_, count, make) => {
    const router = tableOf(many(count, make));
    expect(router.routeCount).toBeGreaterThan(16);
    expectSteps(router, keysOf(LONGEST), LOOK_UP_STEPS_MAX);
    expectSteps(router, keysOf(256), SHORT_LOOK_UP_STEPS_MAX);
  });

  it('costs each look-up few steps: 20 000 texts of two letters', () => {
    const text = randomKey(20_020);
    const router = tableOf(many(20_000, (i) => `*${text.slice(i, i + 17)}*`));
    expect(router.routeCount).toBeGreaterThan(19_000);
    expectSteps(router, keysOf(LONGEST), LOOK_UP_STEPS_MAX);
    expectSteps(router, keysOf(256), SHORT_LOOK_UP_STEPS_MAX);
  });

  it('costs each look-up few steps: 1 000 regular expressions', () => {
    const letter = (number: number): string => ALPHABET[number % 26] as string;
    const tables = many(
      500,
      (i) => `(a|b?)*${letter(i)}[a-${letter(1 + (i % 25))}]{${1 + (i % 7)}}x`,
    );
    const sets = many(500, (i) => `a[ab]{${40 + (i % 50)}}[c${letter(i)}]`);
    const router = tableOf([...tables, ...sets], 'regex');
    expect(router.routeCount).toBeGreaterThan(400);
    expectSteps(router, keysOf(LONGEST), LOOK_UP_STEPS_MAX);
  });
});
