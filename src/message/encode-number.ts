/**
 * Numbers into bytes, little-endian, at any alignment. The caller has checked that there is room.
 * Each function returns the position behind what it wrote.
 */
import { TAG } from './codec-tags.ts';

const FLOAT = new Float64Array(1);
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);

/** Bytes that the largest of these takes. */
export const NUMBER_BYTES_MAX = 9;

export function writeUint32(bytes: Buffer, value: number, p: number): number {
  bytes[p] = value;
  bytes[p + 1] = value >> 8;
  bytes[p + 2] = value >> 16;
  bytes[p + 3] = value >> 24;
  return p + 4;
}

/** `value` is an Int32. */
export function writeInteger(bytes: Buffer, value: number, p: number): number {
  if (value >= -128 && value < 128) {
    bytes[p] = TAG.int8;
    bytes[p + 1] = value;
    return p + 2;
  }
  bytes[p] = TAG.int32;
  return writeUint32(bytes, value, p + 1);
}

/** `tag` and eight bytes. */
export function writeFloat(bytes: Buffer, tag: number, value: number, p: number): number {
  FLOAT[0] = value;
  bytes[p] = tag;
  bytes[p + 1] = FLOAT_BYTES[0] as number;
  bytes[p + 2] = FLOAT_BYTES[1] as number;
  bytes[p + 3] = FLOAT_BYTES[2] as number;
  bytes[p + 4] = FLOAT_BYTES[3] as number;
  bytes[p + 5] = FLOAT_BYTES[4] as number;
  bytes[p + 6] = FLOAT_BYTES[5] as number;
  bytes[p + 7] = FLOAT_BYTES[6] as number;
  bytes[p + 8] = FLOAT_BYTES[7] as number;
  return p + NUMBER_BYTES_MAX;
}
