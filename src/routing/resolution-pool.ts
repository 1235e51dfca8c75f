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
  /** By number: the last look-up that found it. */
  #seenBy = new Uint32Array(64);
  #lookUp = 0;
  #isEmpty = true;
  #started: Place<Made> | undefined;

  /** What was made of the same numbers, in whatever order they were found. */
  find(first: Found, second: Found): Made | undefined {
    const place = this.#places[placeOf(first, second)];
    if (place?.made === undefined) return undefined;
    const isSame = this.#areSame(first, place.first) && this.#areSame(second, place.second);
    return isSame ? place.made : undefined;
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
    // A table that has not changed finds the same in the same order, for most keys.
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
    for (let i = 0; i < count; i++) if (numbers[i] !== found[i]) return false;
    return true;
  }
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
