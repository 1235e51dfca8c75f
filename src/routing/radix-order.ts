/**
 * Sorts places by 32-bit numbers, stable, digit by digit from the lowest. For a few hundred items it
 * costs a fifth of a sort with a comparison function, and it allocates nothing.
 */

const DIGIT_BITS = 8;
const DIGITS = 2 ** DIGIT_BITS;
const DIGIT_MASK = DIGITS - 1;
const NUMBER_BITS = 32;

/** Places and the numbers they are sorted by. Sort by the less important number first. */
export class RadixOrder {
  /** Number of the item at each place; filled by the user before each `sort`. */
  numbers: Uint32Array = new Uint32Array(0);
  /** After `sort`: the places in ascending order of their numbers. */
  places: Uint32Array = new Uint32Array(0);
  #spare: Uint32Array = new Uint32Array(0);
  readonly #starts = new Uint32Array(DIGITS);

  /** Makes room for `count` items, in the order in which they stand. */
  reset(count: number): void {
    if (this.numbers.length < count) {
      this.numbers = new Uint32Array(2 * count);
      this.places = new Uint32Array(2 * count);
      this.#spare = new Uint32Array(2 * count);
    }
    for (let place = 0; place < count; place++) this.places[place] = place;
  }

  /** Sorts the first `count` places; those with equal numbers keep their order. */
  sort(count: number): void {
    const differing = this.#differingBits(count);
    for (let shift = 0; shift < NUMBER_BITS; shift += DIGIT_BITS) {
      if (((differing >>> shift) & DIGIT_MASK) !== 0) this.#pass(count, shift);
    }
  }

  #differingBits(count: number): number {
    const numbers = this.numbers;
    const first = numbers[0] as number;
    let differing = 0;
    for (let place = 1; place < count; place++) differing |= (numbers[place] as number) ^ first;
    return differing;
  }

  #pass(count: number, shift: number): void {
    const numbers = this.numbers;
    const from = this.places;
    const to = this.#spare;
    const starts = this.#starts.fill(0);
    for (let i = 0; i < count; i++) {
      const digit = ((numbers[i] as number) >>> shift) & DIGIT_MASK;
      starts[digit] = (starts[digit] as number) + 1;
    }
    let start = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const size = starts[digit] as number;
      starts[digit] = start;
      start += size;
    }
    for (let i = 0; i < count; i++) {
      const place = from[i] as number;
      const digit = ((numbers[place] as number) >>> shift) & DIGIT_MASK;
      const next = starts[digit] as number;
      to[next] = place;
      starts[digit] = next + 1;
    }
    this.places = to;
    this.#spare = from;
  }
}
