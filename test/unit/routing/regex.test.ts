import { describe, expect, it } from 'vitest';
import type { BusError } from '../../../src/message/errors.ts';
import { KeyView } from '../../../src/routing/key-view.ts';
import { compileRegex, REGEX_INSTRUCTIONS_MAX } from '../../../src/routing/regex.ts';
import { RegexMatcher } from '../../../src/routing/regex-match.ts';

const matches = (pattern: string, key: string): boolean =>
  new RegexMatcher(compileRegex(pattern)).matches(new KeyView(key));

function refusalOf(pattern: string): BusError {
  try {
    compileRegex(pattern);
  } catch (error) {
    return error as BusError;
  }
  throw new Error(`${pattern} was taken`);
}

describe('a regular expression', () => {
  it.each([
    ['order', 'my.order.1', true],
    ['^order\\.(\\d+)$', 'order.17', true],
    ['^order\\.(\\d+)$', 'order.x', false],
    ['^order\\.(\\d+)$', 'xorder.1', false],
    ['(?<year>\\d{4})-(?<month>\\d\\d)', 'in 2024-12', true],
    ['(?i)^ORDER', 'order.1', true],
    ['(?m)^b$', 'a\nb\nc', true],
    ['^b$', 'a\nb\nc', false],
    ['a.c', 'a\nc', false],
    ['(?s)a.c', 'a\nc', true],
    ['^.$', '\u{1f680}', false],
    ['(?u)^.$', '\u{1f680}', true],
    ['a[^]c', 'a\nc', true],
    ['a[]', 'a', false],
    ['a\\/b', 'a/b', true],
    ['[\\-x]', '-', true],
    ['\\cJ', '\n', true],
    ['\\s', '\u00a0', true],
    ['(?iu)k', '\u212a', true],
    ['(?i)k', '\u212a', false],
    ['\\bto\\b', 'go to it', true],
    ['\\bto\\b', 'tomorrow', false],
    ['', 'anything', true],
    ['x{2,3}y', 'xxy', true],
    ['a{,2}', 'a{,2}', true],
  ])('%j against %j: %j, as in JavaScript', (pattern, key, expected) => {
    expect(matches(pattern, key)).toBe(expected);
    const [, flags = '', source = ''] = /^(?:\(\?([a-z]+)\))?(.*)$/s.exec(pattern) ?? [];
    expect(new RegExp(source, flags).test(key)).toBe(expected);
  });

  it.each([
    ['(?=a)', 'look-ahead'],
    ['a(?!b)', 'look-ahead'],
    ['(?<=a)b', 'look-behind'],
    ['(?<!a)b', 'look-behind'],
    ['(a)\\1', 'back-reference'],
    ['(?<x>a)\\k<x>', 'back-reference'],
    ['(?g)a', 'flags'],
    ['(?iy)a', 'flags'],
    ['a(', 'Unterminated group'],
    ['[b-a]', 'out of order'],
    ['*', 'Nothing to repeat'],
    ['(?u)\\p{Emoji}', 'property'],
    ['a{101}', 'instructions'],
    ['(?:a{50}){50}', 'repeats'],
    ['a{100000}', 'repeats'],
    [`(?u)${'\\p{L}'.repeat(9)}`, 'properties'],
  ])('%j is refused, saying %j', (pattern, reason) => {
    const error = refusalOf(pattern);
    expect(error.code).toBe('ERR_BUS_INVALID_PATTERN');
    expect(error.message).toContain(reason);
  });

  it('may have as many instructions as the limit says', () => {
    // Besides its characters a program has a start and a match.
    expect(matches('a'.repeat(REGEX_INSTRUCTIONS_MAX - 2), 'a'.repeat(98))).toBe(true);
    expect(refusalOf('a'.repeat(REGEX_INSTRUCTIONS_MAX - 1)).message).toContain('100');
  });
});

/** UTF-16 code units: the longest key. */
const LONGEST = 4096;

describe('a hostile regular expression', () => {
  const alternation = Array.from({ length: 18 }, (_, i) => `a${'b'.repeat(i % 4)}`).join('|');
  it.each([
    ['(a+)+$', 'a'.repeat(LONGEST - 1)],
    ['(a|a)*b', 'a'.repeat(LONGEST)],
    ['(a|b?)*c', 'ab'.repeat(LONGEST / 2)],
    ['(x+x+)+y', 'x'.repeat(LONGEST)],
    ['(a?){30}a{30}b', 'a'.repeat(LONGEST)],
    ['(a|b)*a(a|b){20}c', 'ab'.repeat(LONGEST / 2)],
    ['a.{20}b$', 'ab'.repeat(LONGEST / 2 - 1)],
    ['a[ab]{90}c', 'ab'.repeat(LONGEST / 2)],
    [`(?:${alternation})*c`, 'ab'.repeat(LONGEST / 2)],
    ['(?i)(?:[a-z]|[^a]|a?){20}0', 'k'.repeat(LONGEST)],
    ['\\b(?:\\w\\b|\\B\\w)*!', 'a b'.repeat(1365)],
  ])('%j takes at most 75 look-ups a character of the longest key', (pattern, key) => {
    // 96 positions, in threes of words and fours of positions; 75 look-ups are some 120 ns.
    const view = new KeyView(key);
    new RegexMatcher(compileRegex(pattern)).matches(view);
    expect(view.steps).toBeGreaterThan(0);
    expect(view.steps).toBeLessThanOrEqual(75 * LONGEST);
  });

  it('costs one look-up a character where its states fit into a table', () => {
    const view = new KeyView('a'.repeat(LONGEST));
    new RegexMatcher(compileRegex('(a+)+b')).matches(view);
    expect(view.steps).toBe(LONGEST);
  });

  it('is given up where no match can begin any more', () => {
    const view = new KeyView('x'.repeat(LONGEST));
    new RegexMatcher(compileRegex('^order.*')).matches(view);
    expect(view.steps).toBeLessThanOrEqual(1);
  });
});
