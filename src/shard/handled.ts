/**
 * What this shard knows to be handled at endpoints with a `dedupeWindow`, found by fingerprint. The records lie in shared
 * memory and outlive the shard; the chains that lead to them are its own, and a successor makes them anew.
 */
import {
  eraseRecord,
  firstOfPrint,
  handledMs,
  isPrint,
  isRecorded,
  lastPlace,
  nextPlace,
  touchRecord,
  usedPlaces,
  writeRecord,
} from '../memory/handled-words.ts';
import { toPowerOfTwo } from '../memory/line.ts';

const NONE = -1;

export class Handled {
  readonly #words: Int32Array;
  readonly #places: number;
  /** By the first word of a fingerprint: the first place of a chain; by place: the next one. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #mask: number;

  /** `words`: a ring of so many `places`, with what a predecessor has recorded. */
  constructor(words: Int32Array, places: number) {
    const chains = toPowerOfTwo(places);
    this.#words = words;
    this.#places = places;
    this.#mask = chains - 1;
    this.#first = new Int32Array(chains).fill(NONE);
    this.#next = new Int32Array(places).fill(NONE);
    const used = usedPlaces(words, places);
    for (let place = 0; place < used; place++) if (isRecorded(words, place)) this.#chain(place);
  }

  /** Whether the fingerprint at `from` of `prints` was handled less than `windowMs` ago. `nowMs` is of the bus clock. */
  has(prints: Int32Array, from: number, windowMs: number, nowMs: number): boolean {
    const place = this.#find(prints, from);
    return place !== NONE && nowMs - handledMs(this.#words, place) < windowMs;
  }

  /** It was handled at `nowMs`. Of so many as there is room for the oldest is forgotten. */
  note(prints: Int32Array, from: number, nowMs: number): void {
    const before = this.#find(prints, from);
    if (before !== NONE && before === lastPlace(this.#words, this.#places)) {
      // Also what a predecessor recorded just before it died, and is done again.
      touchRecord(this.#words, before, nowMs);
      return;
    }
    if (before !== NONE) this.#forget(before);
    const place = nextPlace(this.#words, this.#places);
    if (isRecorded(this.#words, place)) this.#forget(place);
    writeRecord(this.#words, this.#places, { prints, from, nowMs });
    this.#chain(place);
  }

  #find(prints: Int32Array, from: number): number {
    let place = this.#first[(prints[from] as number) & this.#mask] as number;
    while (place !== NONE && !isPrint(this.#words, place, prints, from)) {
      place = this.#next[place] as number;
    }
    return place;
  }

  #chain(place: number): void {
    const chain = firstOfPrint(this.#words, place) & this.#mask;
    this.#next[place] = this.#first[chain] as number;
    this.#first[chain] = place;
  }

  #forget(place: number): void {
    const chain = firstOfPrint(this.#words, place) & this.#mask;
    const next = this.#next[place] as number;
    let before = NONE;
    let found = this.#first[chain] as number;
    while (found !== place && found !== NONE) {
      before = found;
      found = this.#next[found] as number;
    }
    if (before === NONE) this.#first[chain] = next;
    else this.#next[before] = next;
    eraseRecord(this.#words, place);
  }
}
