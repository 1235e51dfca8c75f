/**
 * The message of the throughput rows: 64 bytes that all follow from the message's number. Whoever
 * receives one recomputes them, so that a lost, doubled, swapped, stale or torn message is seen.
 * Both sides of a comparison use these functions, and so pay the same for them.
 */

const NUMBERED_LENGTH_BYTES = 64;

/** Odd, so that the filler differs at every place and moved bytes do not cancel out. */
const STRIDE = 31;

/** A fresh array that owns its buffer; `number` counts from 0, modulo 2^32. */
export function numberedBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(NUMBERED_LENGTH_BYTES);
  bytes[0] = number;
  bytes[1] = number >>> 8;
  bytes[2] = number >>> 16;
  bytes[3] = number >>> 24;
  for (let index = 4; index < NUMBERED_LENGTH_BYTES; index += 1) {
    bytes[index] = number + index * STRIDE;
  }
  return bytes;
}

/** True when `bytes` is what `numberedBytes(number)` makes, to the last byte. */
export function isNumberedBytes(bytes: Uint8Array, number: number): boolean {
  if (bytes.length !== NUMBERED_LENGTH_BYTES) return false;
  let difference = (bytes[0] as number) ^ (number & 0xff);
  difference |= (bytes[1] as number) ^ ((number >>> 8) & 0xff);
  difference |= (bytes[2] as number) ^ ((number >>> 16) & 0xff);
  difference |= (bytes[3] as number) ^ (number >>> 24);
  for (let index = 4; index < NUMBERED_LENGTH_BYTES; index += 1) {
    difference |= (bytes[index] as number) ^ ((number + index * STRIDE) & 0xff);
  }
  return difference === 0;
}
