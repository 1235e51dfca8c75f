/**
 * What the index knows of each pattern. The patterns under one gram are a chain of neighbouring slots, half a line of memory
 * each, with all that most look-ups need: what is found, and the pattern's text, when it is one run of text, or else two more
 * of its grams. A look-up that offers a thousand patterns reads them one behind the other; what it seldom
 * needs lies elsewhere, by number.
 */
import type { Found } from './found.ts';
import type { GlobRuns } from './glob-runs.ts';
import type { Chains } from './gram-table.ts';
import type { KeyGrams } from './grams.ts';
import { SlotBlocks } from './slot-blocks.ts';
import { difference, TEXT_UNITS_MAX, TEXT_WORDS, writeText } from './text-words.ts';

/** Words of a slot. */
const SLOT = 9;
/**
 * Of a pattern that is one run of text how many UTF-16 code units that is, 0 for others and for longer ones; above it
 * flags and the place of the gram within the run, marks counted.
 */
const SHAPE = 0;
/** The pattern's note; -1: it has none that is found in place of its number. */
const NOTED = 1;
/** The lower bytes of the text; the upper ones are in `highs`, if there are any. */
const TEXT = 2;
/** In place of the text: two more grams of a pattern that is not one run. */
const MORE_A = 2;
const MORE_B = 3;

const UNITS_MASK = 0x1f;
const AT_START = 0x20;
const AT_END = 0x40;
const IS_ANCHORED = AT_START | AT_END;
/** No other pattern of its chain comes after it. */
const IS_LAST = 0x80;
/** The text has upper bytes. */
const IS_WIDE = 0x100;
const GRAM_AT_SHIFT = 9;

/** Words of a pattern that few look-ups need, by number. */
const RARE = 6;
/** The pattern's slot, or -1. */
const PLACE = 0;
/** A number of the owner of the index; -1: none. */
const NOTE = 1;
const FLAGS = 2;
const GRAM = 3;
const FIRST_GRAM = 4;
const LAST_GRAM = 5;

/** The pattern has a gram, under which it stands. */
const HAS_GRAM = 1;
/** The pattern was not among the first under its gram when it came. */
const IS_LATE = 2;

const NONE = -1;

/** An imported name is looked up each time that it is used. */
const differ = difference;

/** The upper bytes of a text that has none. */
const NO_HIGHS = new Int32Array(TEXT_WORDS);

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
  #words = new Int32Array(COUNT_MIN * SLOT);
  /** Empty until some text has upper bytes. */
  #highs = new Int32Array(0);
  /** Numbers of the patterns, by slot. */
  #numbers = new Int32Array(COUNT_MIN);
  #rareWords = new Int32Array(COUNT_MIN * RARE);
  readonly #blocks = new SlotBlocks();

  /** Makes the record of a pattern that has no gram, is in no chain yet, and has no note. */
  open(id: number): void {
    const at = id * RARE;
    if (at + RARE > this.#rareWords.length) this.#growRare(id);
    const rare = this.#rareWords;
    rare[at + PLACE] = NONE;
    rare[at + NOTE] = NONE;
    rare[at + FLAGS] = 0;
  }

  /** Whatever matches it has these three. */
  setGrams(id: number, gram: number, first: number, last: number): void {
    const rare = this.#rareWords;
    const at = id * RARE;
    rare[at + FLAGS] = HAS_GRAM;
    rare[at + GRAM] = gram;
    rare[at + FIRST_GRAM] = first;
    rare[at + LAST_GRAM] = last;
  }

  /**
   * The pattern, which is in a chain, is what was read; its gram stands `gramAt` units behind the start of its run. Returns
   * whether it is one run of text, which is now in the record.
   */
  setText(id: number, runs: GlobRuns, gramAt: number): boolean {
    const { isAtEnd, isAtStart, isText, textFrom, textTo, units } = runs;
    const length = textTo - textFrom;
    if (!isText || length > TEXT_UNITS_MAX) return false;
    const at = (this.#rareWords[id * RARE + PLACE] as number) * SLOT;
    const words = this.#words;
    let shape = (words[at + SHAPE] as number) | length | (gramAt << GRAM_AT_SHIFT);
    if (isAtStart) shape |= AT_START;
    if (isAtEnd) shape |= AT_END;
    writeText(words, at + TEXT, units, textFrom, textTo, 0);
    let every = 0;
    for (let place = textFrom; place < textTo; place++) every |= units[place] as number;
    if (every > 0xff) {
      shape |= IS_WIDE;
      if (this.#highs.length === 0) this.#highs = new Int32Array(words.length);
      writeText(this.#highs, at + TEXT, units, textFrom, textTo, 8);
    }
    words[at + SHAPE] = shape;
    return true;
  }

  hasGram(id: number): boolean {
    return ((this.#rareWords[id * RARE + FLAGS] as number) & HAS_GRAM) !== 0;
  }

  isLate(id: number): boolean {
    return ((this.#rareWords[id * RARE + FLAGS] as number) & IS_LATE) !== 0;
  }

  setLate(id: number, isLate: boolean): void {
    const at = id * RARE + FLAGS;
    const flags = this.#rareWords[at] as number;
    this.#rareWords[at] = isLate ? flags | IS_LATE : flags & ~IS_LATE;
  }

  /** -1: it has none. */
  noteOf(id: number): number {
    return this.#rareWords[id * RARE + NOTE] as number;
  }

  setNote(id: number, note: number): void {
    const at = id * RARE;
    const slot = this.#rareWords[at + PLACE] as number;
    this.#rareWords[at + NOTE] = note;
    if (slot !== NONE) this.#words[slot * SLOT + NOTED] = note < 0 ? NONE : note;
  }

  gramOf(id: number): number {
    return this.#rareWords[id * RARE + GRAM] as number;
  }

  /** A late pattern of the chain, which has one. */
  lateIn(head: number): number {
    let slot = head;
    while (!this.isLate(this.#numbers[slot] as number)) slot++;
    return this.#numbers[slot] as number;
  }

  /** Puts a pattern with grams behind the chain of so many patterns that begins at slot `head`; where it begins now. */
  append(id: number, head: number, count: number): number {
    // A block is full when it has a power of two, which all blocks have room for.
    const start = (count & (count - 1)) === 0 ? this.#move(head, count) : head;
    const slot = start + count;
    const words = this.#words;
    const rare = this.#rareWords;
    const at = slot * SLOT;
    const rareAt = id * RARE;
    if (count > 0) words[at - SLOT + SHAPE] = (words[at - SLOT + SHAPE] as number) & ~IS_LAST;
    words[at + SHAPE] = IS_LAST;
    words[at + MORE_A] = rare[rareAt + FIRST_GRAM] as number;
    words[at + MORE_B] = rare[rareAt + LAST_GRAM] as number;
    this.#numbers[slot] = id;
    rare[rareAt + PLACE] = slot;
    this.setNote(id, rare[rareAt + NOTE] as number);
    return start;
  }

  /** Takes a pattern out of the chain of so many that begins at slot `head`, which becomes -1 with the last one. */
  remove(id: number, head: number, count: number): number {
    const rare = this.#rareWords;
    const words = this.#words;
    const slot = rare[id * RARE + PLACE] as number;
    const left = count - 1;
    rare[id * RARE + PLACE] = NONE;
    if (left === 0) {
      this.#blocks.give(head, 1);
      return NONE;
    }
    if (slot !== head + left) this.#copy(slot, head + left, 1);
    const at = slot * SLOT + SHAPE;
    const lastAt = (head + left - 1) * SLOT + SHAPE;
    words[at] = (words[at] as number) & ~IS_LAST;
    words[lastAt] = (words[lastAt] as number) | IS_LAST;
    if ((left & (left - 1)) === 0) this.#blocks.give(head + left, left);
    return head;
  }

  /** Judges all patterns of these chains by the key, which has their grams. */
  judge(chains: Chains, key: KeyGrams, judged: Judged): void {
    const { count: chainCount, heads, patternCount, places } = chains;
    const words = this.#words;
    const { isWide, lows, unitCount } = key.text;
    // The marks at both ends of the key are units too; the text of the key is between them.
    const textEnd = unitCount - 1;
    const { notes, numbers, unsure } = judged;
    notes.reserve(patternCount);
    const found = notes.numbers;
    let count = notes.count;
    for (let i = 0; i < chainCount; i++) {
      const gramAt = places[i] as number;
      let shape = 0;
      for (
        let at = Math.imul(heads[i] as number, SLOT);
        (shape & IS_LAST) === 0;
        at = (at + SLOT) | 0
      ) {
        shape = words[at] as number;
        const length = shape & UNITS_MASK;
        if (length === 0) {
          if (!key.mayHave(words[(at + MORE_A) | 0] as number)) continue;
          if (key.mayHave(words[(at + MORE_B) | 0] as number)) unsure.push(this.#numberAt(at));
          continue;
        }
        const anchors = shape & IS_ANCHORED;
        let start = (gramAt - (shape >> GRAM_AT_SHIFT)) | 0;
        if (anchors !== 0) start = anchoredStart(anchors, length, textEnd);
        // Neither before the first unit nor beyond the last one.
        const isWithin = ((start - 1) | 0 | ((textEnd - start - length) | 0)) >= 0;
        if (
          isWithin &&
          differ(words, (at + TEXT) | 0, length, lows, start) === 0 &&
          ((!isWide && (shape & IS_WIDE) === 0) || this.#hasHighs(at, shape, key, start))
        ) {
          const note = words[(at + NOTED) | 0] as number;
          if (note < 0) {
            numbers.push(this.#numberAt(at));
            continue;
          }
          found[count] = note;
          count = (count + 1) | 0;
          // Text that may stand anywhere stands where the gram does.
        } else if (anchors === 0) this.#judgeElsewhere(at, key, unsure);
      }
    }
    notes.count = count;
  }

  #numberAt(at: number): number {
    return this.#numbers[at / SLOT] as number;
  }

  /** Whether the upper bytes of a text are those of the key. */
  #hasHighs(at: number, shape: number, { text }: KeyGrams, start: number): boolean {
    if ((shape & IS_WIDE) === 0)
      return differ(NO_HIGHS, 0, shape & UNITS_MASK, text.highs, start) === 0;
    return (
      text.isWide && differ(this.#highs, at + TEXT, shape & UNITS_MASK, text.highs, start) === 0
    );
  }

  #judgeElsewhere(at: number, key: KeyGrams, unsure: Found): void {
    const id = this.#numberAt(at);
    const rare = this.#rareWords;
    const rareAt = id * RARE;
    if (
      key.mayHaveTwice(rare[rareAt + GRAM] as number) &&
      key.mayHave(rare[rareAt + FIRST_GRAM] as number) &&
      key.mayHave(rare[rareAt + LAST_GRAM] as number)
    ) {
      unsure.push(id);
    }
  }

  /** Moves a full block to one of twice its size; returns where that begins. */
  #move(from: number, count: number): number {
    const to = this.#blocks.take(count === 0 ? 1 : 2 * count);
    if (this.#blocks.end > this.#numbers.length) this.#grow();
    if (count === 0) return to;
    this.#copy(to, from, count);
    this.#blocks.give(from, count);
    return to;
  }

  #copy(to: number, from: number, count: number): void {
    const end = from + count;
    this.#words.copyWithin(to * SLOT, from * SLOT, end * SLOT);
    this.#numbers.copyWithin(to, from, end);
    if (this.#highs.length > 0) this.#highs.copyWithin(to * SLOT, from * SLOT, end * SLOT);
    for (let slot = to; slot < to + count; slot++) {
      this.#rareWords[(this.#numbers[slot] as number) * RARE + PLACE] = slot;
    }
  }

  #grow(): void {
    const slots = 2 * this.#blocks.end;
    this.#words = grown(this.#words, slots * SLOT);
    this.#numbers = grown(this.#numbers, slots);
    if (this.#highs.length > 0) this.#highs = grown(this.#highs, slots * SLOT);
  }

  #growRare(id: number): void {
    const count = Math.max((2 * this.#rareWords.length) / RARE, id + 1);
    this.#rareWords = grown(this.#rareWords, count * RARE);
  }
}

/** Patterns. */
const COUNT_MIN = 64;

function grown(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const array = new Int32Array(length);
  array.set(old);
  return array;
}

/** Where a text stands that starts or ends where the key does; outside of the key, when it must be all of another length. */
function anchoredStart(anchors: number, length: number, textEnd: number): number {
  const start = textEnd - length;
  if ((anchors & AT_START) === 0) return start;
  return (anchors & AT_END) === 0 || start === 1 ? 1 : 0;
}
