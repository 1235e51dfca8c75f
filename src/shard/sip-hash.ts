/**
 * SipHash-2-4 with a result of 128 bits (Aumasson and Bernstein), on pairs of Int32. A keyed function made for just this:
 * who does not know the key can neither tell nor choose which inputs give the same result. The caller sees to it that
 * different inputs are different blocks.
 */

const ROUNDS = 2;
const FINAL_ROUNDS = 4;
/** That the result has 128 bits. */
const LONG_START = 0xee;
const LONG_MIDDLE = 0xdd;
/** The letters that the authors chose, low word first. */
const START: readonly number[] = [
  0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462,
];

export class SipHash {
  /** v0 … v3, low word first. */
  readonly #v = new Int32Array(START.length);

  /** `key`: 4 words. */
  start(key: Int32Array): void {
    const v = this.#v;
    for (let i = 0; i < START.length; i++) v[i] = (START[i] as number) ^ (key[i % 4] as number);
    v[2] = (v[2] as number) ^ LONG_START;
  }

  /** 8 bytes more, as two little-endian words. */
  block(low: number, high: number): void {
    const v = this.#v;
    v[6] = (v[6] as number) ^ low;
    v[7] = (v[7] as number) ^ high;
    mix(v, ROUNDS);
    v[0] = (v[0] as number) ^ low;
    v[1] = (v[1] as number) ^ high;
  }

  /** After the last block: 4 words, from the first place of `result` on. */
  end(result: Int32Array): void {
    const v = this.#v;
    v[4] = (v[4] as number) ^ LONG_START;
    mix(v, FINAL_ROUNDS);
    fold(v, result, 0);
    v[2] = (v[2] as number) ^ LONG_MIDDLE;
    mix(v, FINAL_ROUNDS);
    fold(v, result, 2);
  }
}

function fold(v: Int32Array, result: Int32Array, at: number): void {
  for (let i = 0; i < 2; i++) {
    result[at + i] =
      (v[i] as number) ^ (v[i + 2] as number) ^ (v[i + 4] as number) ^ (v[i + 6] as number);
  }
}

function mix(v: Int32Array, rounds: number): void {
  let l0 = v[0] as number;
  let h0 = v[1] as number;
  let l1 = v[2] as number;
  let h1 = v[3] as number;
  let l2 = v[4] as number;
  let h2 = v[5] as number;
  let l3 = v[6] as number;
  let h3 = v[7] as number;
  for (let round = 0; round < rounds; round++) {
    l0 = (l0 + l1) | 0;
    h0 = (h0 + h1 + carry(l0, l1)) | 0;
    let low = (l1 << 13) | (h1 >>> 19);
    h1 = ((h1 << 13) | (l1 >>> 19)) ^ h0;
    l1 = low ^ l0;
    low = h0;
    h0 = l0;
    l0 = low;
    l2 = (l2 + l3) | 0;
    h2 = (h2 + h3 + carry(l2, l3)) | 0;
    low = (l3 << 16) | (h3 >>> 16);
    h3 = ((h3 << 16) | (l3 >>> 16)) ^ h2;
    l3 = low ^ l2;
    l0 = (l0 + l3) | 0;
    h0 = (h0 + h3 + carry(l0, l3)) | 0;
    low = (l3 << 21) | (h3 >>> 11);
    h3 = ((h3 << 21) | (l3 >>> 11)) ^ h0;
    l3 = low ^ l0;
    l2 = (l2 + l1) | 0;
    h2 = (h2 + h1 + carry(l2, l1)) | 0;
    low = (l1 << 17) | (h1 >>> 15);
    h1 = ((h1 << 17) | (l1 >>> 15)) ^ h2;
    l1 = low ^ l2;
    low = h2;
    h2 = l2;
    l2 = low;
  }
  v[0] = l0;
  v[1] = h0;
  v[2] = l1;
  v[3] = h1;
  v[4] = l2;
  v[5] = h2;
  v[6] = l3;
  v[7] = h3;
}

/** Of a sum of low words of which `part` is one. */
function carry(sum: number, part: number): number {
  return sum >>> 0 < part >>> 0 ? 1 : 0;
}
