/**
 * The door for regular expressions. A native `RegExp` never meets a key, because it backtracks; until
 * a linear engine stands behind this door, a regex is refused here and nowhere else.
 */
import { refusePattern } from './refusal.ts';

/** Throws `ERR_BUS_INVALID_PATTERN`. */
export function compileRegex(source: string): never {
  refusePattern(source, 'regular expressions are not supported yet', 'an exact pattern or a glob');
}
