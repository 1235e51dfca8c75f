/**
 * Layout of a client's shape table in shared memory: append-only, written by its client alone, read
 * by every thread that receives from it.
 *
 *     words   [0] COUNT: published shapes          (written by the client, plain, through the seam)
 *     bytes   entry*: fields u8 · (key length u16 · key in UTF-8)*          entry i is shape i
 *
 * A shape is appended before the message that uses it is submitted, so the ring's tail orders it:
 * whoever sees the message sees the shape. Entries never change and are never freed.
 */
import { LIMITS } from '../limits.ts';

export const SHAPE_COUNT_WORD = 0;
export const SHAPE_WORDS = 1;
export const SHAPE_BYTES: number = LIMITS.shapeBytes;

/** u8 */
export const FIELD_COUNT_BYTES = 1;
/** u16 */
export const KEY_LENGTH_BYTES = 2;

/** The two regions of one table. */
export interface ShapeTable {
  /** At least one word. */
  readonly words: Int32Array;
  /** Bounds the table; `SHAPE_BYTES` by convention. */
  readonly bytes: Buffer;
}

/** A table of its own, for tests and for values that stay on one thread. */
export function allocateShapeTable(bytes: number = SHAPE_BYTES): ShapeTable {
  return {
    words: new Int32Array(new SharedArrayBuffer(SHAPE_WORDS * Int32Array.BYTES_PER_ELEMENT)),
    bytes: Buffer.from(new SharedArrayBuffer(bytes)),
  };
}
