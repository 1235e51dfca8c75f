/**
 * What a pattern may be at the public interface, and which kind of match it asks for. The syntax of
 * globs is checked by `glob-parse.ts`, which `validatePattern` calls.
 */
import { BusError } from '../message/errors.ts';
import { parseGlob } from './glob-parse.ts';
import { refusePattern } from './refusal.ts';
import { compileRegex } from './regex.ts';
import type { RegexProgram } from './regex-program.ts';

export type Matching = 'exact' | 'glob' | 'regex';

export interface ValidPattern {
  readonly pattern: string;
  readonly match: Matching;
  /** Of a regex, and only of one. */
  readonly regex?: RegexProgram;
}

/** Bytes of UTF-8. The cost of one match is proportional to it. */
export const PATTERN_BYTES_MAX = 1024;

const GLOB_CHARACTERS = /[*?[]/;

/**
 * Checks a pattern as a user gives it and settles `'auto'`: exact unless it has one of `* ? [`.
 * Throws `ERR_BUS_INVALID_PATTERN` for what is not a non-empty, well-formed string of at most 1 024
 * bytes of UTF-8, for bad glob syntax, and as `compileRegex` says.
 */
export function validatePattern(pattern: unknown, match: Matching | 'auto' = 'auto'): ValidPattern {
  assertPatternText(pattern);
  const settled = match === 'auto' ? matchingOf(pattern) : match;
  if (settled === 'regex') return { pattern, match: settled, regex: compileRegex(pattern) };
  if (settled === 'glob') parseGlob(pattern);
  return { pattern, match: settled };
}

/** As `validatePattern`, but for the syntax of globs and regexes, which whoever adds the pattern parses: the kind of match. */
export function settleMatch(pattern: unknown, match: Matching | 'auto'): Matching {
  assertPatternText(pattern);
  return match === 'auto' ? matchingOf(pattern) : match;
}

/** The kind of match that `'auto'` means for a pattern. */
export function matchingOf(pattern: string): 'exact' | 'glob' {
  return GLOB_CHARACTERS.test(pattern) ? 'glob' : 'exact';
}

function assertPatternText(pattern: unknown): asserts pattern is string {
  if (typeof pattern !== 'string') {
    throw new BusError(
      'ERR_BUS_INVALID_PATTERN',
      `A pattern must be a non-empty string; got ${nameOf(pattern)}.`,
      { details: { expected: 'a non-empty string', got: nameOf(pattern) } },
    );
  }
  if (pattern.length === 0) refusePattern(pattern, 'it is empty', 'at least one character');
  // A code unit takes at least one byte: an absurdly long text is refused before it is scanned.
  if (pattern.length > PATTERN_BYTES_MAX) refuseLength(pattern, `at least ${pattern.length}`);
  const bytes = utf8Length(pattern);
  if (bytes < 0) refusePattern(pattern, 'it has a lone surrogate', 'well-formed UTF-16');
  if (bytes > PATTERN_BYTES_MAX) refuseLength(pattern, String(bytes));
}

function refuseLength(pattern: string, got: string): never {
  refusePattern(pattern, `it has ${got} bytes`, `at most ${PATTERN_BYTES_MAX} bytes of UTF-8`);
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Bytes of UTF-8, or -1 when the text is ill-formed. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i) as number;
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) return -1;
    if (codePoint > 0xffff) i++;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint <= 0xffff ? 3 : 4;
  }
  return bytes;
}
