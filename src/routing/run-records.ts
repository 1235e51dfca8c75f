/**
 * What the index knows of each pattern, in a line of memory each: the next one under its gram, and its text, when it
 * is one run of text, or else two more of its grams. A look-up that offers a thousand patterns
 * would otherwise wait for a thousand times ten objects to come out of main memory.
 */
import type { Found } from './found.ts';
import type { GlobRuns } from './glob-runs.ts';
import type { KeyGrams } from './grams.ts';

/** Words of a record: one line of a core's cache. */
const RECORD = 16;
/** Number of the next pattern under the same gram, or -1. */
const NEXT = 0;
/**
 * Flags, and of a pattern that is one run of text how many UTF-16 code units that is, 0 for others and for
 * longer ones; above them the place of the gram within the run, marks counted.
 */
const SHAPE = 1;
/** A number of the owner of the index; -1: none. */
const NOTE = 2;
/**
 * The text, two units a word. The last word has the last two units, so that of an odd length one unit is there twice, and
 * of a single unit the upper half counts.
 */
const TEXT = 3;
/** In place of the text: two more grams of a pattern that is not one run. */
const MORE_A = 3;
const MORE_B = 4;

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
const FOR_ALL = 0x1000;
const GRAM_AT_SHIFT = 16;
const UPPER_HALF = 0xffff << 16;

/** Words of a pattern that few look-ups need. */
const RARE = 4;
/** Number of the pattern before it under its gram, or -1. */
const PREVIOUS = 0;
const GRAM = 1;
const FIRST_GRAM = 2;
const LAST_GRAM = 3;

const NONE = -1;

/** What a look-up finds. */
export interface Judged {
  /** Of patterns that match the notes that are not negative. */
  notes: Found;
  /** Numbers of the others that match. */
  numbers: Found;
  /** Numbers of those that only the matcher can tell. */
  readonly unsure: Found;
}

export class RunRecords {
  #words = new Int32Array(COUNT_MIN * RECORD);
  #rareWords = new Int32Array(COUNT_MIN * RARE);

  /** Makes the record of a pattern that has no gram, is in no chain yet, and has no note. */
  open(id: number): void {
    const at = id * RECORD;
    if (at + RECORD > this.#words.length) this.#grow(id);
    const words = this.#words;
    words[at + NEXT] = NONE;
    words[at + SHAPE] = 0;
    words[at + NOTE] = NONE;
    this.#rareWords[id * RARE + PREVIOUS] = NONE;
  }

  /** Whatever matches it has these three. */
  setGrams(id: number, gram: number, first: number, last: number): void {
    const words = this.#words;
    const at = id * RECORD;
    words[at + SHAPE] = HAS_GRAM;
    words[at + MORE_A] = first;
    words[at + MORE_B] = last;
    const rare = this.#rareWords;
    const rareAt = id * RARE;
    rare[rareAt + GRAM] = gram;
    rare[rareAt + FIRST_GRAM] = first;
    rare[rareAt + LAST_GRAM] = last;
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
    const last = (length - 1) >> 1;
    for (let k = 0; k <= last; k++) {
      const second = k < last ? textFrom + 2 * k + 1 : textTo - 1;
      const first = length > 1 ? (units[second - 1] as number) : 0;
      words[at + TEXT + k] = first | ((units[second] as number) << 16);
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

  /** Every key matches the pattern. */
  isForAll(id: number): boolean {
    return ((this.#words[id * RECORD + SHAPE] as number) & FOR_ALL) !== 0;
  }

  setForAll(id: number): void {
    const at = id * RECORD + SHAPE;
    this.#words[at] = (this.#words[at] as number) | FOR_ALL;
  }

  /** -1: it has none. */
  noteOf(id: number): number {
    return this.#words[id * RECORD + NOTE] as number;
  }

  setNote(id: number, note: number): void {
    this.#words[id * RECORD + NOTE] = note;
  }

  gramOf(id: number): number {
    return this.#rareWords[id * RARE + GRAM] as number;
  }

  /** The pattern after it under its gram, or -1. */
  nextOf(id: number): number {
    return this.#words[id * RECORD + NEXT] as number;
  }

  /** Puts it before `head`, which may be -1. */
  link(id: number, head: number): void {
    this.#words[id * RECORD + NEXT] = head;
    if (head !== NONE) this.#rareWords[head * RARE + PREVIOUS] = id;
  }

  /** Takes it out of a chain that began with `head`; the chain's first one now, or -1. */
  unlink(id: number, head: number): number {
    const words = this.#words;
    const rare = this.#rareWords;
    const next = words[id * RECORD + NEXT] as number;
    const previous = rare[id * RARE + PREVIOUS] as number;
    if (next !== NONE) rare[next * RARE + PREVIOUS] = previous;
    if (previous !== NONE) words[previous * RECORD + NEXT] = next;
    return id === head ? next : head;
  }

  /**
   * Judges all patterns of a chain by the key, which has their gram at place `gramAt` of its marked units. Returns how
   * many there are.
   */
  judgeChain(head: number, key: KeyGrams, gramAt: number, judged: Judged): number {
    const words = this.#words;
    const { pairs } = key;
    // The marks at both ends of the key are units too; the text of the key is between them.
    const textEnd = key.unitCount - 1;
    const { notes, numbers } = judged;
    let count = 0;
    let at = 0;
    for (let id = head; id !== NONE; id = words[at + NEXT] as number) {
      count++;
      at = id * RECORD;
      const shape = words[at + SHAPE] as number;
      const length = shape & UNITS_MASK;
      if (length === 0) {
        if (!key.mayHave(words[at + MORE_A] as number)) continue;
        if (key.mayHave(words[at + MORE_B] as number)) judged.unsure.push(id);
        continue;
      }
      const anchors = shape & IS_ANCHORED;
      let start = gramAt - (shape >> GRAM_AT_SHIFT);
      if ((anchors & AT_START) !== 0) start = 1;
      else if (anchors !== 0) start = textEnd - length;
      const end = start + length;
      const isWithin = start >= 1 && end <= textEnd && (anchors !== IS_ANCHORED || end === textEnd);
      if (isWithin && hasText(words, at + TEXT, pairs, start, length)) {
        const note = words[at + NOTE] as number;
        if (note >= 0) notes.push(note);
        else numbers.push(id);
        // Text that may stand anywhere stands where the gram does.
      } else if (anchors === 0 && this.#mayBeElsewhere(id, key)) judged.unsure.push(id);
    }
    return count;
  }

  #mayBeElsewhere(id: number, key: KeyGrams): boolean {
    const rare = this.#rareWords;
    const at = id * RARE;
    return (
      key.mayHaveTwice(rare[at + GRAM] as number) &&
      key.mayHave(rare[at + FIRST_GRAM] as number) &&
      key.mayHave(rare[at + LAST_GRAM] as number)
    );
  }

  #grow(id: number): void {
    const count = Math.max((2 * this.#words.length) / RECORD, id + 1);
    const words = new Int32Array(count * RECORD);
    const rareWords = new Int32Array(count * RARE);
    words.set(this.#words);
    rareWords.set(this.#rareWords);
    this.#words = words;
    this.#rareWords = rareWords;
  }
}

/** Patterns. */
const COUNT_MIN = 64;

/** Whether the text of a record, which begins at word `at`, stands at place `start` of a key. */
function hasText(
  words: Int32Array,
  at: number,
  pairs: Int32Array,
  start: number,
  length: number,
): boolean {
  const last = (length - 1) >> 1;
  for (let k = 0; k < last; k++) {
    if (words[at + k] !== pairs[start + 2 * k]) return false;
  }
  const differing = (words[at + last] as number) ^ (pairs[start + length - 2] as number);
  return (length === 1 ? differing & UPPER_HALF : differing) === 0;
}
