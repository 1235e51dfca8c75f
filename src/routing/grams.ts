/**
 * Short pieces of literal text ("grams") as numbers: those that a pattern needs, of which the index
 * picks some, and those that a key has. The start and the end of a key count as characters, so a
 * pattern's prefix and suffix are as telling as its inner text. Two grams may share a number: the
 * index then offers a pattern too many, never one too few.
 */
import { KeyText } from './key-text.ts';

/** Lengths of grams in UTF-16 code units, ascending. Of a run of text the longest that fit count. */
const GRAM_LENGTHS: readonly number[] = [1, 2, 3, 4, 8, 16];

const SEED = 0x2545f491;

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
  const last = to - size;
  for (let start = from; start <= last; start++) {
    let hash = SEED;
    for (let k = 0; k < size; k++) hash = foldUnit(hash, units[start + k] as number);
    grams[at + start - from] = hash;
  }
}

/** The grams of one key at a time; reused, because every look-up needs it. */
export class KeyGrams {
  /** The first `count` are the key's grams; some may be there twice. */
  numbers: Int32Array = new Int32Array(1024);
  /** For each gram the place in the text's units where it starts. */
  places: Int32Array = new Int32Array(1024);
  count = 0;
  readonly text: KeyText = new KeyText();
  /** Number of the last key that had a gram with these low bits, and of the last one that had it twice. */
  readonly #lastKey = new Uint32Array(SIEVE_SIZE);
  readonly #lastTwice = new Uint32Array(SIEVE_SIZE);
  #keyNumber = 0;

  read(key: string): void {
    this.text.read(key);
    const { unitCount: end, units } = this.text;
    this.#makeRoom(end * GRAM_LENGTHS.length);
    const { numbers, places } = this;
    const lastKey = this.#lastKey;
    const lastTwice = this.#lastTwice;
    const keyNumber = this.#nextKey();
    let count = 0;
    for (let start = 0; start < end; start++) {
      let hash = SEED;
      let size = 0;
      for (let i = 0; i < GRAM_LENGTHS.length; i++) {
        const wanted = GRAM_LENGTHS[i] as number;
        if (start + wanted > end) break;
        while (size < wanted) hash = foldUnit(hash, units[start + size++] as number);
        numbers[count] = hash;
        places[count++] = start;
        const cell = hash & SIEVE_MASK;
        if (lastKey[cell] === keyNumber) lastTwice[cell] = keyNumber;
        else lastKey[cell] = keyNumber;
      }
    }
    this.count = count;
  }

  /** False: the key does not have the gram. True: it probably has. */
  mayHave(gram: number): boolean {
    return this.#lastKey[gram & SIEVE_MASK] === this.#keyNumber;
  }

  /** False: a gram that the key has is in one place only. True: it is probably in several. */
  mayHaveTwice(gram: number): boolean {
    return this.#lastTwice[gram & SIEVE_MASK] === this.#keyNumber;
  }

  #makeRoom(count: number): void {
    if (this.numbers.length >= count) return;
    this.numbers = new Int32Array(2 * count);
    this.places = new Int32Array(2 * count);
  }

  #nextKey(): number {
    this.#keyNumber = (this.#keyNumber + 1) >>> 0;
    if (this.#keyNumber === 0) {
      // Numbers start again: what the sieve remembers of 2³² keys ago must not be taken for new.
      this.#lastKey.fill(0);
      this.#lastTwice.fill(0);
      this.#keyNumber = 1;
    }
    return this.#keyNumber;
  }
}

/** Cells of the sieve: four bytes each, so that it stays in a core's cache. */
const SIEVE_SIZE = 2 ** 14;
const SIEVE_MASK = SIEVE_SIZE - 1;

function foldUnit(hash: number, unit: number): number {
  const mixed = Math.imul(hash ^ unit, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Length of the grams of a run of so many units. */
export function longestGram(runLength: number): number {
  for (let i = GRAM_LENGTHS.length - 1; i > 0; i--) {
    const size = GRAM_LENGTHS[i] as number;
    if (size <= runLength) return size;
  }
  return 1;
}
