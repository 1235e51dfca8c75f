/**
 * Copying bytes to and from shared memory. The engine copies where one side is shared word by word, and byte by byte where
 * the two do not lie alike; what a ring's tail orders may be copied plainly, which `Buffer.fill` with a Uint8Array does
 * (documented: no byte twice where the range is as long as the value).
 */

/** From here on the call into C++ is worth it, bytes: for what lies alike, and for what does not. */
const ALIKE_BYTES_MIN = 4_096;
const UNLIKE_BYTES_MIN = 256;

/** Bytes of a word of the engine's copy. */
const WORD_MASK = 7;

const { fill } = Buffer.prototype as {
  fill(this: Uint8Array, value: Uint8Array, from: number, to: number): unknown;
};

/** Copies all of `source` to place `at` of `target`, where there is room for it. */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array): void {
  const { length } = source;
  if (length < UNLIKE_BYTES_MIN || (length < ALIKE_BYTES_MIN && liesAlike(target, at, source))) {
    target.set(source, at);
  } else fill.call(target, source, at, at + length);
}

function liesAlike(target: Uint8Array, at: number, source: Uint8Array): boolean {
  return (((target.byteOffset + at) ^ source.byteOffset) & WORD_MASK) === 0;
}
