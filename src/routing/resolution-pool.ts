/**
 * Resolutions by what they were made of, so that keys which lead to the same share one: most keys of a bus
 * differ in an id that no pattern asks for. It is small and direct-mapped: what is not there is made again.
 */
import type { Found } from './found.ts';

/** Places. A resolution of a thousand sets has 20 KB. */
const PLACES = 128;

interface Place<Made> {
  readonly first: Numbers;
  readonly second: Numbers;
  made: Made | undefined;
}

export class ResolutionPool<Made> {
  /** Each is made with the first resolution that comes to lie there. */
  readonly #places: (Place<Made> | undefined)[] = new Array<undefined>(PLACES).fill(undefined);
  /** Where resolutions were found last, by a few of the numbers in the order of that time: of most keys nothing more is asked. */
  readonly #guesses: (Place<Made> | undefined)[] = new Array<undefined>(PLACES).fill(undefined);
  /** By number: the last look-up that found it. */
  #seenBy = new Uint32Array(64);
  #lookUp = 0;
  #isEmpty = true;
  #started: Place<Made> | undefined;

  /** What was made of the same numbers, in whatever order they were found. */
  find(first: Found, second: Found): Made | undefined {
    const guess = guessOf(first, second);
    const guessed = this.#guesses[guess];
    if (guessed?.made !== undefined && isInOrder(guessed, first, second)) return guessed.made;
    const place = this.#places[placeOf(first, second)];
    if (place?.made === undefined) return undefined;
    const isSame = this.#areSame(first, place.first) && this.#areSame(second, place.second);
    if (!isSame) return undefined;
    this.#guesses[guess] = place;
    return place.made;
  }

  /** Notes what the next resolution, which `put` brings, is made of, in the order in which it was found. */
  start(first: Found, second: Found): void {
    this.#isEmpty = false;
    const at = placeOf(first, second);
    const place = this.#places[at] ?? {
      first: new Numbers(),
      second: new Numbers(),
      made: undefined,
    };
    this.#places[at] = place;
    place.first.copy(first);
    place.second.copy(second);
    place.made = undefined;
    this.#started = place;
  }

  put(made: Made): void {
    if (this.#started !== undefined) this.#started.made = made;
    this.#started = undefined;
  }

  /** Numbers mean something else from now on. */
  clear(): void {
    if (this.#isEmpty) return;
    for (const place of this.#places) if (place !== undefined) place.made = undefined;
    this.#isEmpty = true;
  }

  #areSame(found: Found, kept: Numbers): boolean {
    if (found.count !== kept.count) return false;
    return kept.isInOrder(found) || this.#hasAll(found, kept);
  }

  /** Whether distinct numbers are the same as those found, of which there are as many. */
  #hasAll({ count, numbers }: Found, { numbers: wanted }: Numbers): boolean {
    this.#startLookUp();
    const lookUp = this.#lookUp;
    for (let i = 0; i < count; i++) {
      const number = numbers[i] as number;
      if (number >= this.#seenBy.length) this.#grow(number);
      this.#seenBy[number] = lookUp;
    }
    const seenBy = this.#seenBy;
    for (let i = 0; i < count; i++) {
      if (seenBy[wanted[i] as number] !== lookUp) return false;
    }
    return true;
  }

  #startLookUp(): void {
    this.#lookUp = (this.#lookUp + 1) >>> 0;
    if (this.#lookUp > 0) return;
    // Numbers start again: what was seen 2³² look-ups ago must not be taken for seen.
    this.#seenBy.fill(0);
    this.#lookUp = 1;
  }

  #grow(number: number): void {
    const seenBy = new Uint32Array(2 * number);
    seenBy.set(this.#seenBy);
    this.#seenBy = seenBy;
  }
}

/** What a resolution was made of; the array stays, since one a look-up would be much for the collector. */
class Numbers {
  numbers = new Int32Array(0);
  count = 0;

  copy({ count, numbers }: Found): void {
    if (this.numbers.length < count) this.numbers = new Int32Array(2 * count);
    this.numbers.set(numbers.subarray(0, count));
    this.count = count;
  }

  /** Whether these numbers, of which there are as many, were found in this order. */
  isInOrder({ count, numbers: found }: Found): boolean {
    const { numbers } = this;
    let i = 0;
    // Four at once: so short a loop costs more than what it does.
    for (; i < count - 3; i += 4) {
      const differing =
        ((numbers[i] as number) ^ (found[i] as number)) |
        ((numbers[i + 1] as number) ^ (found[i + 1] as number)) |
        ((numbers[i + 2] as number) ^ (found[i + 2] as number)) |
        ((numbers[i + 3] as number) ^ (found[i + 3] as number));
      if (differing !== 0) return false;
    }
    for (; i < count; i++) if (numbers[i] !== found[i]) return false;
    return true;
  }
}

/** Whether the place has these numbers, found in this order, as a table that has not changed finds them for most keys. */
function isInOrder(place: Place<unknown>, first: Found, second: Found): boolean {
  return (
    place.first.count === first.count &&
    place.second.count === second.count &&
    place.first.isInOrder(first) &&
    place.second.isInOrder(second)
  );
}

function guessOf(first: Found, second: Found): number {
  return (sampleOf(first) + 31 * sampleOf(second)) & (PLACES - 1);
}

function sampleOf({ count, numbers }: Found): number {
  if (count === 0) return 0;
  const ends = (numbers[0] as number) + 3 * (numbers[count - 1] as number);
  return count + ends + 5 * (numbers[count >> 1] as number);
}

/** By a sum, which does not depend on the order. */
function placeOf(first: Found, second: Found): number {
  return (sumOf(first) + 31 * sumOf(second)) & (PLACES - 1);
}

function sumOf({ count, numbers }: Found): number {
  let sum = count;
  for (let i = 0; i < count; i++) {
    const mixed = Math.imul((numbers[i] as number) + 1, 0x9e3779b1);
    sum = (sum + (mixed ^ (mixed >>> 15))) | 0;
  }
  return sum;
}
