/**
 * A glob that is one run of text with nothing but stars around it, as nearly all are, read without being parsed: tables
 * of patterns come by the hundred thousand. One object is reused for all patterns.
 */
import { END, RunGrams, START } from './grams.ts';

export class PlainRun {
  readonly #grams = new RunGrams();
  /** The text is `from` … `to` of the pattern, `to` not included. */
  from = 0;
  to = 0;

  /** False: it is no such pattern. Otherwise all that follows is about it. */
  read(pattern: string): boolean {
    let from = 0;
    let to = pattern.length;
    while (from < to && pattern.charCodeAt(from) === STAR) from++;
    while (to > from && pattern.charCodeAt(to - 1) === STAR) to--;
    if (from === to || to - from > UNITS_MAX) return false;
    this.from = from;
    this.to = to;
    const grams = this.#grams;
    grams.begin();
    if (from === 0) grams.push(START);
    for (let i = from; i < to; i++) {
      const unit = pattern.charCodeAt(i);
      if (unit === STAR || unit === QUESTION_MARK || unit === BRACKET) return false;
      grams.push(unit);
    }
    if (to === pattern.length) grams.push(END);
    grams.finish();
    return true;
  }

  /** Grams that every matching key has; at least one. */
  get gramCount(): number {
    return this.#grams.count;
  }

  gramAt(place: number): number {
    return this.#grams.numbers[place] as number;
  }
}

const STAR = 0x2a;
const QUESTION_MARK = 0x3f;
const BRACKET = 0x5b;

/** UTF-16 code units of text: what the index keeps in a pattern's record. */
const UNITS_MAX = 20;
