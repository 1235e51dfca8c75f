/** Small questions about strings and values that several validators ask. */
import { shownObject } from './shown-object.ts';

/** `String.prototype.isWellFormed` exists on Node 20 and is missing from the ES2023 library types. */
const nativeIsWellFormed = (String.prototype as { isWellFormed?: (this: string) => boolean })
  .isWellFormed;

/** Longest excerpt of a wrong value that an error message quotes, in UTF-16 code units. */
const EXCERPT_LENGTH = 40;

/** False if `text` has a lone surrogate, which UTF-8 cannot carry. */
export function isWellFormed(text: string): boolean {
  return nativeIsWellFormed === undefined
    ? text === Buffer.from(text, 'utf8').toString('utf8')
    : nativeIsWellFormed.call(text);
}

/** What `value` is, in a few words for an error message; at most a line. Never runs code of the value. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > EXCERPT_LENGTH
        ? `the string '${value.slice(0, EXCERPT_LENGTH)}…'`
        : `the string '${value}'`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return 'a bigint';
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'object':
      return value === null ? 'null' : shownObject(value);
    default:
      return String(value);
  }
}
