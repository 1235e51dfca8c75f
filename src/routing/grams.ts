/**
 * Short pieces of literal text ("grams") as numbers: those that a pattern needs, of which the index
 * picks some, and those that a key has. The start and the end of a key count as characters, so a
 * pattern's prefix and suffix are as telling as its inner text. Two grams may share a number: the
 * index then offers a pattern too many, never one too few.
 */
import { KeyText } from './key-text.ts';

/** Lengths of grams in UTF-16 code units, ascending. Of a run of text the longest that fit count. */
const GRAM_LENGTHS: readonly number[] = [1, 2, 3, 4, 8, 16];

/** A gram of n units is the polynomial of these with this base, mixed: the sums of a longer text have those of all its parts. */
const BASE = 0x9e3779b1;
/** By place in the lengths: the base to that power. */
const POWERS: readonly number[] = GRAM_LENGTHS.map((length) => powerOf(length));

/**
 * Numbers of the grams that every key with these runs of code units has, run by run: of each run those of the longest
 * length that fits into it. START and END may be among the units.
 */
export function gramsOfRuns(runs: readonly (readonly number[])[]): number[][] {
  return runs.map((run) => {
    const grams = new Array<number>(run.length - longestGram(run.length) + 1);
    gramsOfUnits(run, 0, run.length, grams, 0);
    return grams;
  });
}

/** The same of one run, `from` … `to` of the units, that one not included; the first one goes to place `at` of `grams`. */
export function gramsOfUnits(
  units: ArrayLike<number>,
  from: number,
  to: number,
  grams: { [place: number]: number },
  at: number,
): void {
  const size = longestGram(to - from);
  const power = powerOf(size);
  let sum = 0;
  for (let place = from; place < to; place++) {
    sum = withUnit(sum, units[place] as number);
    const start = place - size + 1;
    if (start < from) continue;
    if (start > from) sum -= Math.imul(termOf(units[start - 1] as number), power);
    grams[at + start - from] = mixed(sum);
  }
}

/** Of nearly all keys. */
const GRAMS_FIRST = 1024;

/** The grams of one key at a time; reused, because every look-up needs it. */
export class KeyGrams {
  /** The first `count` are the key's grams; some may be there twice. */
  numbers: Int32Array = new Int32Array(GRAMS_FIRST);
  /** For each gram the place in the text's units where it starts. */
  places: Int32Array = new Int32Array(GRAMS_FIRST);
  count = 0;
  readonly text: KeyText = new KeyText();
  /** Of the units before each place. */
  #sums = new Int32Array(GRAMS_FIRST);
  /** By the low bits of a gram: twice the number of the last key that had such a one, and 1 more if it had several. */
  readonly #sieve = new Int32Array(SIEVE_SIZE);
  #keyNumber = 0;

  read(key: string): void {
    this.text.read(key);
    const { unitCount, units } = this.text;
    this.#makeRoom(unitCount);
    this.#nextKey();
    const sums = this.#sums;
    let sum = 0;
    for (let place = 0; place < unitCount; place++) {
      sum = withUnit(sum, units[place] as number);
      sums[place + 1] = sum;
    }
    this.count = 0;
    for (let i = 0; i < GRAM_LENGTHS.length; i++) {
      this.#addGrams(GRAM_LENGTHS[i] as number, POWERS[i] as number);
    }
  }

  /** False: the key does not have the gram. True: it probably has. */
  mayHave(gram: number): boolean {
    return (this.#sieve[gram & SIEVE_MASK] as number) >> 1 === this.#keyNumber;
  }

  /** False: a gram that the key has is in one place only. True: it is probably in several. */
  mayHaveTwice(gram: number): boolean {
    return this.#sieve[gram & SIEVE_MASK] === 2 * this.#keyNumber + 1;
  }

  #addGrams(size: number, power: number): void {
    const { numbers, places } = this;
    const sieve = this.#sieve;
    const sums = this.#sums;
    const last = this.text.unitCount - size;
    const once = 2 * this.#keyNumber;
    const twice = once + 1;
    let count = this.count;
    for (let start = 0; start <= last; start++) {
      const sum = (sums[start + size] as number) - Math.imul(sums[start] as number, power);
      const gram = mixed(sum);
      numbers[count] = gram;
      places[count++] = start;
      const cell = gram & SIEVE_MASK;
      sieve[cell] = (sieve[cell] as number) >= once ? twice : once;
    }
    this.count = count;
  }

  #makeRoom(units: number): void {
    const count = units * GRAM_LENGTHS.length;
    if (this.numbers.length >= count) return;
    this.numbers = new Int32Array(2 * count);
    this.places = new Int32Array(2 * count);
    this.#sums = new Int32Array(2 * units + 1);
  }

  #nextKey(): void {
    this.#keyNumber++;
    if (this.#keyNumber < KEYS_END) return;
    // Numbers start again: what the sieve remembers of 2³⁰ keys ago must not be taken for new.
    this.#sieve.fill(0);
    this.#keyNumber = 1;
  }
}

/** Cells of the sieve: four bytes each, so that it stays in a core's cache. */
const SIEVE_SIZE = 2 ** 14;
const SIEVE_MASK = SIEVE_SIZE - 1;

/** Keys that have numbers of their own in the sieve. */
const KEYS_END = 2 ** 30;

/** The sum of units that are followed by one more. */
function withUnit(sum: number, unit: number): number {
  return (Math.imul(sum, BASE) + termOf(unit)) | 0;
}

/** Not 0, so that units of 0 count. */
function termOf(unit: number): number {
  return unit + 1;
}

/** The lower bits of a sum do not depend on the upper ones of the units. */
function mixed(sum: number): number {
  const folded = Math.imul(sum ^ (sum >>> 15), 0x2c1b3c6d);
  return folded ^ (folded >>> 13);
}

function powerOf(length: number): number {
  let power = 1;
  for (let i = 0; i < length; i++) power = Math.imul(power, BASE);
  return power;
}

/** Length of the grams of a run of so many units. */
export function longestGram(runLength: number): number {
  for (let i = GRAM_LENGTHS.length - 1; i > 0; i--) {
    const size = GRAM_LENGTHS[i] as number;
    if (size <= runLength) return size;
  }
  return 1;
}
