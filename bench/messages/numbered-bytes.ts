/**
 * The message of the throughput rows: 64 bytes that all follow from the message's number. Whoever
 * receives one compares them all, so that a lost, doubled, swapped, stale or torn message is seen.
 * Both sides of a comparison use these functions and so pay the same for them; they are quick, so
 * that a row measures what carries the messages.
 */

const LENGTH_BYTES = 64;

/** The number itself comes first, little end first; the filler follows. */
const NUMBER_BYTES = 4;

/** Odd, so that the filler differs at every place and moved bytes do not cancel out. */
const STRIDE = 31;

/** The filler of a number follows from its low byte: neighbours differ at every place. */
const fillers: readonly Uint8Array[] = Array.from({ length: 256 }, (_, low) =>
  Uint8Array.from({ length: LENGTH_BYTES }, (_none, index) => low + index * STRIDE),
);

/** A fresh array that owns its buffer; `number` counts from 0, modulo 2^32. */
export function numberedBytes(number: number): Uint8Array {
  // A copy of a prepared row costs half of a loop.
  const bytes = new Uint8Array(fillers[number & 0xff] as Uint8Array);
  bytes[0] = number;
  bytes[1] = number >>> 8;
  bytes[2] = number >>> 16;
  bytes[3] = number >>> 24;
  return bytes;
}

/** True when `bytes` is what `numberedBytes(number)` makes, to the last byte. */
export function isNumberedBytes(bytes: Uint8Array, number: number): boolean {
  if (bytes.length !== LENGTH_BYTES) return false;
  if (at(bytes, 0) !== (number & 0xff) || at(bytes, 1) !== ((number >>> 8) & 0xff)) return false;
  if (at(bytes, 2) !== ((number >>> 16) & 0xff) || at(bytes, 3) !== number >>> 24) return false;
  const filler = fillers[number & 0xff] as Uint8Array;
  let difference = 0;
  // Four at a time, which the engine does not do by itself.
  for (let index = NUMBER_BYTES; index < LENGTH_BYTES; index += 4) {
    difference |= at(bytes, index) ^ at(filler, index);
    difference |= at(bytes, index + 1) ^ at(filler, index + 1);
    difference |= at(bytes, index + 2) ^ at(filler, index + 2);
    difference |= at(bytes, index + 3) ^ at(filler, index + 3);
  }
  return difference === 0;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
