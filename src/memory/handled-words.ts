/**
 * What endpoints with a `dedupeWindow` have handled lately, as one shard has heard of it: a ring of fingerprints, in which a
 * new record takes the place of the oldest. Written by the shard, plain; read by its successor, after `'exit'`.
 *
 * ```
 * line 0   NEXT    number of the next record; below twice the places, so that it says whether all were used
 * line 1 … places  PRINT 4 words | HANDLED_LOW 1 | HANDLED_HIGH 1
 *                  when it was handled, ms since the bus epoch: the lower word, and the upper one + 1; 0: no record
 * ```
 *
 * A shard may die between any two stores. A place counts only while HANDLED_HIGH is not 0, which is taken away first and
 * stored after the rest: so no record is ever half of one and half of another. NEXT goes on when the record counts. What
 * caused a record is done again after a death: the record is then the last one, or lies where NEXT points, or is not
 * there, and in all three cases one record is there afterwards and no other has been lost.
 */
import { LINE_WORDS, toLines } from './line.ts';
import { get, put } from './seam.ts';

export const NEXT = 0;

const RECORD_WORDS = 6;
export const PRINT = 0;
/** Words of a fingerprint. */
export const PRINT_WORDS = 4;
export const HANDLED_LOW = 4;
export const HANDLED_HIGH = 5;
const UPPER_WORD = 2 ** 32;

/** Words of a ring with so many places. */
export function handledWords(places: number): number {
  return LINE_WORDS + toLines(places * RECORD_WORDS);
}

/** The place of the last record, -1: there has been none. */
export function lastPlace(words: Int32Array, places: number): number {
  const next = get(words, NEXT);
  return next === 0 ? -1 : (next - 1) % places;
}

/** The place of the next record. */
export function nextPlace(words: Int32Array, places: number): number {
  return get(words, NEXT) % places;
}

/** The first so many places have been used; the last of them perhaps by a record that NEXT does not know of yet. */
export function usedPlaces(words: Int32Array, places: number): number {
  return Math.min(get(words, NEXT) + 1, places);
}

export function isRecorded(words: Int32Array, place: number): boolean {
  return get(words, at(place) + HANDLED_HIGH) !== 0;
}

/** Ms since the bus epoch; of a record. */
export function handledMs(words: Int32Array, place: number): number {
  const low = get(words, at(place) + HANDLED_LOW) >>> 0;
  return (get(words, at(place) + HANDLED_HIGH) - 1) * UPPER_WORD + low;
}

/** Whether the record is of the fingerprint at `from` of `prints`. */
export function isPrint(
  words: Int32Array,
  place: number,
  prints: Int32Array,
  from: number,
): boolean {
  const first = at(place) + PRINT;
  for (let i = 0; i < PRINT_WORDS; i++)
    if (get(words, first + i) !== prints[from + i]) return false;
  return true;
}

/** First word of a record's fingerprint. */
export function firstOfPrint(words: Int32Array, place: number): number {
  return get(words, at(place) + PRINT);
}

/** It was handled again, at `nowMs`. Until both words are there a record may look older than it is. */
export function touchRecord(words: Int32Array, place: number, nowMs: number): void {
  put(words, at(place) + HANDLED_LOW, lowOf(nowMs));
  put(words, at(place) + HANDLED_HIGH, highOf(nowMs));
}

export function eraseRecord(words: Int32Array, place: number): void {
  put(words, at(place) + HANDLED_HIGH, 0);
}

/** Records in the next place, whatever was there, that the fingerprint at `from` of `prints` was handled at `nowMs`. */
export function writeRecord(
  words: Int32Array,
  places: number,
  {
    from,
    nowMs,
    prints,
  }: { readonly prints: Int32Array; readonly from: number; readonly nowMs: number },
): void {
  const next = get(words, NEXT);
  const first = at(next % places);
  put(words, first + HANDLED_HIGH, 0);
  for (let i = 0; i < PRINT_WORDS; i++) put(words, first + PRINT + i, prints[from + i] as number);
  put(words, first + HANDLED_LOW, lowOf(nowMs));
  put(words, first + HANDLED_HIGH, highOf(nowMs));
  put(words, NEXT, next + 1 === 2 * places ? places : next + 1);
}

function at(place: number): number {
  return LINE_WORDS + place * RECORD_WORDS;
}

function lowOf(ms: number): number {
  return Math.floor(ms) | 0;
}

function highOf(ms: number): number {
  return Math.floor(ms / UPPER_WORD) + 1;
}
