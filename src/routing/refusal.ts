/** The one way in which a pattern is refused, so that all such errors read alike. */
import { BusError } from '../message/errors.ts';

/** UTF-16 code units of a refused pattern that its error quotes; the rest is cut. */
const QUOTED_MAX = 80;

/** Throws `ERR_BUS_INVALID_PATTERN`. */
export function refusePattern(pattern: string, problem: string, expected: string): never {
  throw new BusError(
    'ERR_BUS_INVALID_PATTERN',
    `The pattern ${quotePattern(pattern)} cannot be used: ${problem}; expected ${expected}.`,
    { details: { pattern: pattern.slice(0, QUOTED_MAX), problem, expected } },
  );
}

/** The pattern in quotes, cut to a length that a log line bears. */
export function quotePattern(pattern: string): string {
  return pattern.length <= QUOTED_MAX
    ? JSON.stringify(pattern)
    : `${JSON.stringify(pattern.slice(0, QUOTED_MAX))}… (${pattern.length} characters)`;
}
