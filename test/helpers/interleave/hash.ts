/**
 * Hashes of Int32 values in two lanes. 53 bits of them name a state: with a million states the odds of mistaking one
 * for another stay below 1 in 10 000.
 */
export class Hash {
  low: number = 0x811c_9dc5 | 0;
  high: number = 0x9e37_79b9 | 0;

  add(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x0100_0193) ^ (this.low >>> 15);
    this.high = Math.imul((this.high + value) | 0, 0x85eb_ca6b) ^ (this.high >>> 13);
  }

  addAll(values: Int32Array): void {
    for (let i = 0; i < values.length; i++) this.add(values[i] as number);
  }

  /** A non-negative integer below 2^53. */
  get value(): number {
    const low = Math.imul(this.low ^ (this.low >>> 16), 0x7feb_352d) ^ (this.high >>> 7);
    const high = Math.imul(this.high ^ (this.high >>> 16), 0x846c_a68b) ^ (low >>> 15);
    return (low >>> 0) * 2 ** 21 + (high >>> 11);
  }
}

/**
 * What a word adds to the low lane of its image's hash. The sum over all words does not depend on their order, so that
 * a store changes it by one difference.
 */
export function lowOfWord(position: number, value: number): number {
  return spread(Math.imul(position + 1, 0x9e37_79b1), value);
}

export function highOfWord(position: number, value: number): number {
  return spread(Math.imul(position + 1, 0x85eb_ca77) ^ 0x27d4_eb2f, value);
}

function spread(salt: number, value: number): number {
  let mixed = Math.imul(salt ^ (salt >>> 15), 0x2c1b_3c6d) + value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb_352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846c_a68b);
  return mixed ^ (mixed >>> 16);
}
