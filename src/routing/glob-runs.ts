/**
 * The runs of literal text of a glob, read from its pattern: all that the index needs of it. Tables of patterns come by
 * the hundred thousand, and most of them no key ever meets: to parse each into segments would cost ten objects
 * a pattern. One reader is reused for all. It refuses what `parseGlob` refuses.
 */
import { classAt, classEnd } from './glob-parse.ts';
import { gramsOfUnits, longestGram } from './grams.ts';
import { END, START } from './key-text.ts';

export class GlobRuns {
  /** The first `gramCount` are grams that every matching key has, run after run. */
  grams: Int32Array = new Int32Array(UNITS_FIRST);
  /** For each gram the place in its run, marks counted, where it starts. */
  places: Int32Array = new Int32Array(UNITS_FIRST);
  /** For each gram its units. */
  sizes: Uint8Array = new Uint8Array(UNITS_FIRST);
  gramCount = 0;
  /** But for stars around it the glob is one run of text: `units` from `textFrom` to `textTo`, that one not included. */
  isText = false;
  textFrom = 0;
  textTo = 0;
  /** The text starts, or ends, where the key does. */
  isAtStart = false;
  isAtEnd = false;
  /** Code units of all runs, with START and END where they belong. */
  units: Int32Array = new Int32Array(UNITS_FIRST);
  #runCount = 0;

  /** All that it tells is about this pattern from now on. Throws `ERR_BUS_INVALID_PATTERN`. */
  read(pattern: string): void {
    const { length } = pattern;
    if (this.units.length < length + MARKS) this.#grow(length + MARKS);
    const { units } = this;
    this.gramCount = 0;
    this.#runCount = 0;
    let isText = true;
    // Of a run of marks alone nothing is taken.
    let hasText = false;
    let from = 0;
    let to = 0;
    units[to++] = START;
    for (let i = 0; i < length; i++) {
      const unit = pattern.charCodeAt(i);
      if (unit !== STAR && unit !== QUESTION_MARK && unit !== BRACKET) {
        units[to++] = unit;
        hasText = true;
        continue;
      }
      if (unit === BRACKET) {
        const end = classEnd(pattern, i);
        const added = this.#addSingle(pattern, i, end, to);
        i = end - 1;
        if (added > 0) {
          to += added;
          hasText = true;
          continue;
        }
      }
      if (unit !== STAR) isText = false;
      if (hasText) this.#addRun(from, to);
      hasText = false;
      from = to;
    }
    units[to++] = END;
    if (hasText) this.#addRun(from, to);
    this.isText = isText && this.#runCount === 1;
  }

  /** A class of one character is text: how many units that is; 0: it is not. */
  #addSingle(pattern: string, open: number, end: number, at: number): number {
    const single = classAt(pattern, open + 1, end - 1).single();
    if (single < 0) return 0;
    const text = String.fromCodePoint(single);
    for (let i = 0; i < text.length; i++) this.units[at + i] = text.charCodeAt(i);
    return text.length;
  }

  #addRun(from: number, to: number): void {
    const { grams, places, sizes, units } = this;
    const at = this.gramCount;
    const size = longestGram(to - from);
    const count = to - from - size + 1;
    gramsOfUnits(units, from, to, grams, at);
    for (let place = 0; place < count; place++) places[at + place] = place;
    sizes.fill(size, at, at + count);
    this.gramCount = at + count;
    this.#runCount++;
    this.isAtStart = units[from] === START;
    this.isAtEnd = units[to - 1] === END;
    this.textFrom = this.isAtStart ? from + 1 : from;
    this.textTo = this.isAtEnd ? to - 1 : to;
  }

  #grow(units: number): void {
    this.units = new Int32Array(2 * units);
    this.grams = new Int32Array(2 * units);
    this.places = new Int32Array(2 * units);
    this.sizes = new Uint8Array(2 * units);
  }
}

const STAR = 0x2a;
const QUESTION_MARK = 0x3f;
const BRACKET = 0x5b;

/** START and END. */
const MARKS = 2;
/** Of nearly all patterns; longer ones make it grow. */
const UNITS_FIRST = 128;
