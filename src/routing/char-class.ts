/**
 * A character class such as `[a-z0]` or `[!a]` as a set of code points. Negation is resolved when
 * the class is made, so that matching knows only ranges. It does not parse; `glob-parse.ts` does.
 */

/** Largest code point of Unicode. */
export const CODE_POINT_MAX = 0x10ffff;

const ASCII_COUNT = 128;
const BITS_PER_WORD = 32;

/** An immutable set of code points. */
export class CharClass {
  /** Pairs of first and last code point, ascending, neither touching nor overlapping. */
  readonly ranges: Int32Array;
  readonly #ascii: Int32Array;

  /** `ranges`: pairs of first and last code point in any order, first ≤ last within a pair. */
  constructor(ranges: readonly number[], negated: boolean) {
    const merged = mergeRanges(ranges);
    this.ranges = Int32Array.from(negated ? complementRanges(merged) : merged);
    this.#ascii = asciiBits(this.ranges);
  }

  has(codePoint: number): boolean {
    if (codePoint < ASCII_COUNT) {
      return (((this.#ascii[codePoint >> 5] as number) >>> (codePoint & 31)) & 1) === 1;
    }
    return this.#hasBeyondAscii(codePoint);
  }

  /** The only code point of the class, or -1 when it has none or several. */
  single(): number {
    const ranges = this.ranges;
    return ranges.length === 2 && ranges[0] === ranges[1] ? (ranges[0] as number) : -1;
  }

  #hasBeyondAscii(codePoint: number): boolean {
    const ranges = this.ranges;
    let low = 0;
    let high = ranges.length >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[2 * middle + 1] as number) < codePoint) low = middle + 1;
      else high = middle;
    }
    return 2 * low < ranges.length && (ranges[2 * low] as number) <= codePoint;
  }
}

/** The same pairs, ascending, neither touching nor overlapping. */
export function mergeRanges(ranges: readonly number[]): number[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    pairs.push([ranges[i] as number, ranges[i + 1] as number]);
  }
  pairs.sort((left, right) => left[0] - right[0]);
  const merged: number[] = [];
  for (const [first, last] of pairs) {
    const previousLast = merged.at(-1);
    if (previousLast !== undefined && first <= previousLast + 1) {
      merged[merged.length - 1] = Math.max(previousLast, last);
    } else {
      merged.push(first, last);
    }
  }
  return merged;
}

/** What merged ranges leave out. */
export function complementRanges(merged: readonly number[]): number[] {
  const rest: number[] = [];
  let next = 0;
  for (let i = 0; i < merged.length; i += 2) {
    const first = merged[i] as number;
    if (first > next) rest.push(next, first - 1);
    next = (merged[i + 1] as number) + 1;
  }
  if (next <= CODE_POINT_MAX) rest.push(next, CODE_POINT_MAX);
  return rest;
}

function asciiBits(ranges: Int32Array): Int32Array {
  const bits = new Int32Array(ASCII_COUNT / BITS_PER_WORD);
  for (let i = 0; i < ranges.length; i += 2) {
    const last = Math.min(ranges[i + 1] as number, ASCII_COUNT - 1);
    for (let c = ranges[i] as number; c <= last; c++) {
      bits[c >> 5] = (bits[c >> 5] as number) | (1 << (c & 31));
    }
  }
  return bits;
}
