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
/** In `words`. */
export const SHAPE_COUNT_WORD = 0;

/** u8 */
export const FIELD_COUNT_BYTES = 1;
/** u16 */
export const KEY_LENGTH_BYTES = 2;

/** The two regions of one table. Its size is the length of `bytes`. */
export interface ShapeTable {
  /** At least one word. */
  readonly words: Int32Array;
  readonly bytes: Buffer;
}
