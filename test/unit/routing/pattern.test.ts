import { describe, expect, it } from 'vitest';
import type { BusError } from '../../../src/message/errors.ts';
import { PATTERN_BYTES_MAX, validatePattern } from '../../../src/routing/pattern.ts';

function errorOf(pattern: unknown, match?: 'exact' | 'glob' | 'regex'): BusError {
  try {
    validatePattern(pattern, match);
  } catch (error) {
    return error as BusError;
  }
  throw new Error('it was taken');
}

describe('validatePattern', () => {
  it('takes a pattern for exact unless it has a star, a question mark or an opening bracket', () => {
    expect(validatePattern('order.created').match).toBe('exact');
    expect(validatePattern('a]b{c}(d)+!^$\\').match).toBe('exact');
    for (const pattern of ['a*', '?', '[ab]']) {
      expect(validatePattern(pattern).match).toBe('glob');
    }
  });

  it('keeps the kind of match that is asked for', () => {
    expect(validatePattern('a*', 'exact')).toEqual({ pattern: 'a*', match: 'exact' });
    expect(validatePattern('[', 'exact')).toEqual({ pattern: '[', match: 'exact' });
    expect(validatePattern('abc', 'glob')).toEqual({ pattern: 'abc', match: 'glob' });
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'number'],
    [{}, 'object'],
    [Symbol('a'), 'symbol'],
  ])('refuses %s, which is no string', (pattern, name) => {
    const error = errorOf(pattern);
    expect(error.code).toBe('ERR_BUS_INVALID_PATTERN');
    expect(error.message).toContain(name);
  });

  it('refuses the empty pattern', () => {
    expect(errorOf('').message).toContain('empty');
  });

  it('refuses lone surrogates, high or low, and takes pairs', () => {
    for (const pattern of ['a\ud800', '\udc00a', '\ud800\ud800\udc00*']) {
      expect(errorOf(pattern).code).toBe('ERR_BUS_INVALID_PATTERN');
      expect(errorOf(pattern).message).toContain('surrogate');
    }
    expect(validatePattern('\ud83d\ude80').match).toBe('exact');
  });

  it('counts bytes of UTF-8 against its limit', () => {
    const longest = {
      a: PATTERN_BYTES_MAX,
      '\u00e9': PATTERN_BYTES_MAX / 2,
      '\u20ac': Math.floor(PATTERN_BYTES_MAX / 3),
      '\u{1f680}': PATTERN_BYTES_MAX / 4,
    };
    for (const [char, count] of Object.entries(longest)) {
      expect(validatePattern(char.repeat(count)).match).toBe('exact');
      expect(errorOf(char.repeat(count + 1)).message).toContain('1024 bytes');
    }
  });

  it('refuses an absurdly long pattern', () => {
    expect(errorOf('*?'.repeat(50_000)).code).toBe('ERR_BUS_INVALID_PATTERN');
  });

  it('refuses bad syntax in globs', () => {
    expect(errorOf('a[').code).toBe('ERR_BUS_INVALID_PATTERN');
    expect(errorOf('[z-a]').code).toBe('ERR_BUS_INVALID_PATTERN');
  });

  it('compiles a regular expression, and refuses what cannot be one', () => {
    expect(validatePattern('a+', 'regex')).toMatchObject({ pattern: 'a+', match: 'regex' });
    expect(validatePattern('a+', 'regex').regex).toBeDefined();
    expect(errorOf('a(', 'regex').code).toBe('ERR_BUS_INVALID_PATTERN');
  });
});
