/**
 * What the index knows of each pattern, in one typed array: its neighbours under its gram, two more of its
 * grams, and, of a pattern that is one run of text, the text. A look-up that offers a thousand patterns
 * would otherwise wait for a thousand times ten objects to come out of main memory.
 */
import type { GlobRuns } from './glob-runs.ts';
import type { KeyGrams } from './grams.ts';

/** Words of a record: one line of a core's cache. */
const RECORD = 16;
const GRAM = 0;
/** Number of the next and of the previous pattern under the same gram, or -1. */
const NEXT = 1;
const PREVIOUS = 2;
const MORE_A = 3;
const MORE_B = 4;
/**
 * Flags, and of a pattern that is one run of text how many UTF-16 code units that is, 0 for others and for
 * longer ones; above them the place of the gram within the run, marks counted.
 */
const SHAPE = 5;
/** The text, two units a word. */
const TEXT = 6;

/** UTF-16 code units; two a word. */
const TEXT_UNITS_MAX = 2 * (RECORD - TEXT);
const UNITS_MASK = 0xff;
const AT_START = 0x100;
const AT_END = 0x200;
const IS_ANCHORED = AT_START | AT_END;
/** The pattern has a gram, under which it stands. */
const HAS_GRAM = 0x400;
/** The pattern was not among the first under its gram when it came. */
const IS_LATE = 0x800;
const GRAM_AT_SHIFT = 16;

const NONE = -1;

/** What a gram that a key has says about a pattern under it. */
export const VERDICT = { no: 0, yes: 1, unknown: 2 } as const;

export class RunRecords {
  #words = new Int32Array(64 * RECORD);

  /** Makes the record of a pattern that has no gram and is in no chain yet. */
  open(id: number): void {
    const at = id * RECORD;
    if (at + RECORD > this.#words.length) this.#grow(at + RECORD);
    const words = this.#words;
    words[at + NEXT] = NONE;
    words[at + PREVIOUS] = NONE;
    words[at + SHAPE] = 0;
  }

  /** Whatever matches it has these three. */
  setGrams(id: number, gram: number, moreA: number, moreB: number): void {
    const words = this.#words;
    const at = id * RECORD;
    words[at + GRAM] = gram;
    words[at + MORE_A] = moreA;
    words[at + MORE_B] = moreB;
    words[at + SHAPE] = HAS_GRAM;
  }

  /**
   * The pattern is what was read; its gram stands `gramAt` units behind the start of its run. Returns whether the
   * pattern is one run of text, which is now in the record.
   */
  setText(
    id: number,
    { isAtEnd, isAtStart, isText, textFrom, textTo, units }: GlobRuns,
    gramAt: number,
  ): boolean {
    const length = textTo - textFrom;
    if (!isText || length > TEXT_UNITS_MAX) return false;
    const words = this.#words;
    const at = id * RECORD;
    let shape = (words[at + SHAPE] as number) | length | (gramAt << GRAM_AT_SHIFT);
    if (isAtStart) shape |= AT_START;
    if (isAtEnd) shape |= AT_END;
    words[at + SHAPE] = shape;
    for (let i = 0; i < length; i++) {
      const word = at + TEXT + (i >> 1);
      const unit = units[textFrom + i] as number;
      words[word] = (i & 1) === 0 ? unit : (words[word] as number) | (unit << 16);
    }
    return true;
  }

  hasGram(id: number): boolean {
    return ((this.#words[id * RECORD + SHAPE] as number) & HAS_GRAM) !== 0;
  }

  isLate(id: number): boolean {
    return ((this.#words[id * RECORD + SHAPE] as number) & IS_LATE) !== 0;
  }

  setLate(id: number, isLate: boolean): void {
    const at = id * RECORD + SHAPE;
    const shape = this.#words[at] as number;
    this.#words[at] = isLate ? shape | IS_LATE : shape & ~IS_LATE;
  }

  gramOf(id: number): number {
    return this.#words[id * RECORD + GRAM] as number;
  }

  /** The pattern after it under its gram, or -1. */
  nextOf(id: number): number {
    return this.#words[id * RECORD + NEXT] as number;
  }

  /** Puts it before `head`, which may be -1. */
  link(id: number, head: number): void {
    this.#words[id * RECORD + NEXT] = head;
    if (head !== NONE) this.#words[head * RECORD + PREVIOUS] = id;
  }

  /** Takes it out of a chain that began with `head`; the chain's first one now, or -1. */
  unlink(id: number, head: number): number {
    const words = this.#words;
    const next = words[id * RECORD + NEXT] as number;
    const previous = words[id * RECORD + PREVIOUS] as number;
    if (next !== NONE) words[next * RECORD + PREVIOUS] = previous;
    if (previous !== NONE) words[previous * RECORD + NEXT] = next;
    return id === head ? next : head;
  }

  /** The key has the pattern's gram, at place `gramAt` of its marked units: a {@link VERDICT}. */
  judge(id: number, key: KeyGrams, gramAt: number): number {
    const words = this.#words;
    const at = id * RECORD;
    const shape = words[at + SHAPE] as number;
    const length = shape & UNITS_MASK;
    if (length > 0) {
      // The marks at both ends of the key are units too; the text of the key is between them.
      const { pairs } = key;
      const textEnd = key.unitCount - 1;
      let start = gramAt - (shape >> GRAM_AT_SHIFT);
      if ((shape & AT_START) !== 0) start = 1;
      else if ((shape & AT_END) !== 0) start = textEnd - length;
      const end = start + length;
      const isThere =
        start >= 1 && end <= textEnd && hasText(words, at + TEXT, pairs, start, length);
      if (isThere && ((shape & IS_ANCHORED) !== IS_ANCHORED || end === textEnd)) return VERDICT.yes;
      // Text that may stand anywhere stands where the gram does.
      if ((shape & IS_ANCHORED) !== 0) return VERDICT.no;
      if (!key.mayHaveTwice(words[at + GRAM] as number)) return VERDICT.no;
    }
    if (!key.mayHave(words[at + MORE_A] as number)) return VERDICT.no;
    return key.mayHave(words[at + MORE_B] as number) ? VERDICT.unknown : VERDICT.no;
  }

  #grow(least: number): void {
    const words = new Int32Array(Math.max(2 * this.#words.length, least));
    words.set(this.#words);
    this.#words = words;
  }
}

/** Whether the text of a record, which begins at word `at`, stands at place `start` of a key. */
function hasText(
  words: Int32Array,
  at: number,
  pairs: Int32Array,
  start: number,
  length: number,
): boolean {
  const whole = length >> 1;
  for (let k = 0; k < whole; k++) {
    if (words[at + k] !== pairs[start + 2 * k]) return false;
  }
  if ((length & 1) === 0) return true;
  return (((words[at + whole] as number) ^ (pairs[start + length - 1] as number)) & 0xffff) === 0;
}
