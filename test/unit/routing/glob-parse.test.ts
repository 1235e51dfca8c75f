import { describe, expect, it } from 'vitest';
import type { BusError } from '../../../src/message/errors.ts';
import { ANY, type Segment } from '../../../src/routing/glob.ts';
import { parseGlob } from '../../../src/routing/glob-parse.ts';

const literalsOf = (segments: readonly Segment[]): (string | undefined)[] =>
  segments.map((segment) => segment.literal);

function errorOf(pattern: string): BusError {
  try {
    parseGlob(pattern);
  } catch (error) {
    return error as BusError;
  }
  throw new Error(`${pattern} was taken`);
}

describe('parseGlob', () => {
  it('splits a pattern at its stars', () => {
    const glob = parseGlob('order.*.eu.**.x');
    expect(glob.starred).toBe(true);
    expect(glob.prefix.literal).toBe('order.');
    expect(literalsOf(glob.middles)).toEqual(['.eu.']);
    expect(glob.suffix.literal).toBe('.x');
    expect(glob.unitsMin).toBe('order..eu..x'.length);
  });

  it('takes a pattern without a star as a prefix that is all', () => {
    const glob = parseGlob('a?c');
    expect(glob.starred).toBe(false);
    expect(glob.prefix.atoms).toEqual([97, ANY, 99]);
    expect(glob.middles).toEqual([]);
    expect(glob.suffix.literal).toBe('');
  });

  it('takes the empty pattern', () => {
    const glob = parseGlob('');
    expect(glob.starred).toBe(false);
    expect(glob.prefix.literal).toBe('');
  });

  it('takes a class of one character as that character', () => {
    expect(parseGlob('a[*]b').prefix.literal).toBe('a*b');
    expect(parseGlob('[x-x]').prefix.literal).toBe('x');
  });

  it('takes a code point outside the basic plane as one atom', () => {
    const glob = parseGlob('\u{1f680}?');
    expect(glob.prefix.atoms).toEqual([0x1f680, ANY]);
    expect(glob.unitsMin).toBe(3);
  });

  it('shares classes of the same text', () => {
    const [first] = parseGlob('[0-9]*').prefix.classes;
    const [second] = parseGlob('x[0-9]').prefix.classes;
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it.each([
    ['a[b', 'the class at 1 is not closed'],
    ['[]x', 'the class at 0 is empty'],
    ['ab[!]', 'the class at 2 is empty'],
    ['[a-cz-x]', 'the range "z-x" is reversed'],
  ])('refuses %j and says where and why', (pattern, problem) => {
    const error = errorOf(pattern);
    expect(error.code).toBe('ERR_BUS_INVALID_PATTERN');
    expect(error.message).toContain(problem);
    expect(error.message).toContain(JSON.stringify(pattern));
  });

  it('does not quote a whole long pattern in its error', () => {
    const error = errorOf(`${'a'.repeat(1000)}[`);
    expect(error.message.length).toBeLessThan(300);
    expect(error.message).toContain('1001 characters');
  });
});
