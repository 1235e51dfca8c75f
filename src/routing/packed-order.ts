/**
 * Sorts 32-bit numbers by their upper bits, stable; what is in the lower bits travels along. A pass reads and writes
 * one array from end to end, and numbers of few bits need few passes: for a thousand items it costs a third of
 * what sorting places by numbers does that lie elsewhere.
 */

/** Of a digit: more make the counts larger than most lists, fewer make more passes. */
const DIGIT_BITS_MAX = 10;

export class PackedOrder {
  /** Filled by the user, after `reset`; sorted by `sort`. */
  values: Uint32Array = new Uint32Array(0);
  #spare: Uint32Array = new Uint32Array(0);
  readonly #starts = new Uint32Array(2 ** DIGIT_BITS_MAX);

  /** Makes room for `count` values. */
  reset(count: number): void {
    if (this.values.length >= count) return;
    this.values = new Uint32Array(2 * count);
    this.#spare = new Uint32Array(2 * count);
  }

  /** Sorts the first `count` values by `bits` bits, the lowest of which is bit `shift`; above them all bits are 0. */
  sort(count: number, shift: number, bits: number): void {
    if (bits === 0) return;
    const passes = Math.ceil(bits / DIGIT_BITS_MAX);
    const digitBits = Math.ceil(bits / passes);
    for (let pass = 0; pass < passes; pass++)
      this.#pass(count, shift + pass * digitBits, digitBits);
  }

  #pass(count: number, shift: number, digitBits: number): void {
    const from = this.values;
    const to = this.#spare;
    const starts = this.#starts;
    const digits = 2 ** digitBits;
    const mask = digits - 1;
    starts.fill(0, 0, digits);
    for (let i = 0; i < count; i++) {
      const digit = ((from[i] as number) >>> shift) & mask;
      starts[digit] = (starts[digit] as number) + 1;
    }
    let start = 0;
    for (let digit = 0; digit < digits; digit++) {
      const size = starts[digit] as number;
      starts[digit] = start;
      start += size;
    }
    for (let i = 0; i < count; i++) {
      const value = from[i] as number;
      const digit = (value >>> shift) & mask;
      const next = starts[digit] as number;
      to[next] = value;
      starts[digit] = next + 1;
    }
    this.values = to;
    this.#spare = from;
  }
}
