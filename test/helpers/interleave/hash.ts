/**
 * A running hash of Int32 values in two lanes. 53 bits of it name a state: with a million states the odds of mistaking
 * one for another stay below 1 in 10 000.
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
