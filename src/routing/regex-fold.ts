/**
 * What a character stands for under the flag `i`, as JavaScript has it: without `u` two code units are one
 * when their upper cases are, with `u` two code points when Unicode's simple folding makes them one. The
 * tables are made on first use, from the cased blocks of Unicode alone.
 */
import { mergeRanges } from './char-class.ts';
import type { Ranges, RegexFlags } from './regex-sets.ts';

/** The ranges and all that folds to the same as one of their characters. */
export function foldRanges(ranges: Ranges, { ignoreCase, unicode }: RegexFlags): Ranges {
  if (!ignoreCase) return ranges;
  const folded = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    for (const char of casedWithin(ranges[i] as number, ranges[i + 1] as number)) {
      for (const other of unicode ? sameCodePoints(char) : sameUnits(char)) {
        folded.push(other, other);
      }
    }
  }
  return mergeRanges(folded);
}

/** First and last of the blocks that have cased letters. */
const CASED_BLOCKS: Ranges = [
  0x0041, 0x0587, 0x10a0, 0x10ff, 0x13a0, 0x13fd, 0x1c80, 0x1cbf, 0x1d79, 0x1d8e, 0x1e00, 0x1fff,
  0x2126, 0x2188, 0x24b6, 0x24e9, 0x2c00, 0x2d2d, 0xa640, 0xa7ff, 0xab53, 0xabbf, 0xfb00, 0xfb06,
  0xff21, 0xff5a, 0x10400, 0x104ff, 0x10570, 0x105bc, 0x10c80, 0x10cff, 0x10d50, 0x10d85, 0x118a0,
  0x118df, 0x16e40, 0x16e7f, 0x1e900, 0x1e943,
];

function* casedWithin(first: number, last: number): Iterable<number> {
  for (let i = 0; i < CASED_BLOCKS.length; i += 2) {
    const end = Math.min(last, CASED_BLOCKS[i + 1] as number);
    for (let char = Math.max(first, CASED_BLOCKS[i] as number); char <= end; char++) yield char;
  }
}

const ASCII_COUNT = 128;
const UNIT_MAX = 0xffff;

let unitGroups: Groups | undefined;

function sameUnits(char: number): readonly number[] {
  unitGroups ??= new Groups((unit) => {
    const text = String.fromCodePoint(unit);
    const upper = text.toUpperCase();
    // None beyond ASCII is one within it, and what grows by its upper case, or has two units, stays itself.
    const stays =
      unit > UNIT_MAX ||
      upper.length !== 1 ||
      (unit >= ASCII_COUNT && upper.charCodeAt(0) < ASCII_COUNT);
    return [stays ? text : upper];
  });
  return unitGroups.of(char);
}

let pointGroups: Groups | undefined;
const confirmed = new Map<number, readonly number[]>();

/**
 * JavaScript has simple folding only inside its own RegExp: that one is asked about single characters that
 * some change of case relates.
 */
function sameCodePoints(char: number): readonly number[] {
  const known = confirmed.get(char);
  if (known !== undefined) return known;
  pointGroups ??= new Groups((point) => {
    const text = String.fromCodePoint(point);
    return [text.toLowerCase(), text.toUpperCase().toLowerCase()];
  });
  const candidates = pointGroups.of(char);
  const same = candidates.length === 0 ? candidates : candidates.filter(foldsLike(char));
  confirmed.set(char, same);
  return same;
}

function foldsLike(char: number): (other: number) => boolean {
  const single = new RegExp(`^\\u{${char.toString(16)}}$`, 'iu');
  return (other) => single.test(String.fromCodePoint(other));
}

const NO_OTHERS: readonly number[] = [];

/** Characters by the names of the groups that they belong to. */
class Groups {
  readonly #members = new Map<string, number[]>();
  readonly #namesOf: (char: number) => readonly string[];

  constructor(namesOf: (char: number) => readonly string[]) {
    this.#namesOf = namesOf;
    for (const char of casedWithin(0, Number.POSITIVE_INFINITY)) {
      for (const name of new Set(namesOf(char))) {
        const group = this.#members.get(name);
        if (group === undefined) this.#members.set(name, [char]);
        else group.push(char);
      }
    }
  }

  /** The others of its groups. */
  of(char: number): readonly number[] {
    const others = this.#namesOf(char)
      .flatMap((name) => this.#members.get(name) ?? NO_OTHERS)
      .filter((other) => other !== char);
    return others.length === 0 ? NO_OTHERS : others;
  }
}
