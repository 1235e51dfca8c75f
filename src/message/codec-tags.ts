/**
 * The tagged binary form of encoded values. One byte says what follows; the commonest values are the
 * tag itself. Multi-byte numbers are little-endian. Nothing is aligned, nothing is stored on disk:
 * both ends run the same version of this file.
 *
 *     00–5f  integer 0–95
 *     60–70  ASCII text of 0–16 bytes, then the bytes
 *     71–9f  text of 17–63 code units, gathered
 *     a0–…   one tag per type, see below
 *
 * *Gathered* text stands behind the value, all pieces in order without gaps, followed by a u32: the
 * number of its code units, and the highest bit if they have two bytes each and not one (ASCII).
 * One call writes them all: a call per string costs as much as 30 characters. The reader takes each
 * piece out on its own, because a substring would keep the text of the whole message alive.
 */

/** Integers below this are their own tag. */
export const SMALL_INTEGERS = 0x60;
/** Text shorter than this has its length in the tag. */
export const SHORT_STRINGS = 0x40;
export const SHORT_STRING = 0x60;
/** Longer text is written in place: the call is a small part of its cost. */
export const GATHERED_TEXT_MAX = 255;
export const GATHERED_TRAILER_BYTES = 4;
/** In the trailer: two bytes a unit. */
export const GATHERED_UTF16: number = 1 << 31;

export const TAG = {
  undefined: 0xa0,
  null: 0xa1,
  true: 0xa2,
  false: 0xa3,
  /** i8 */
  int8: 0xa4,
  /** i32 */
  int32: 0xa5,
  /** f64; also -0, NaN and the infinities */
  float64: 0xa6,
  /** u8 length, or u32 length */
  ascii8: 0xa7,
  ascii32: 0xa8,
  utf8x8: 0xa9,
  utf8x32: 0xaa,
  /** u32 length in bytes; for text with lone surrogates, which UTF-8 cannot carry */
  utf16: 0xab,
  /** text: the decimal digits */
  bigint: 0xac,
  /** u32 length, then values; a missing element is `hole` */
  array: 0xad,
  hole: 0xae,
  /** u16 shape id, then the values in the shape's order */
  shaped: 0xaf,
  /** u16 count, count values, count keys */
  keyed: 0xb0,
  /** as `keyed`, then (key, value)* `end` */
  keyedMore: 0xb1,
  end: 0xb2,
  /** (key, value)* `end` */
  map: 0xb3,
  /** value* `end` */
  set: 0xb4,
  /** f64 */
  date: 0xb5,
  /** text source, text flags */
  regexp: 0xb6,
  /** u32 length, bytes */
  buffer: 0xb7,
  uint8Array: 0xb8,
  arrayBuffer: 0xb9,
  /** u8 view type, u32 length in bytes, bytes */
  view: 0xba,
  /** u8 length in code units; see above */
  gathered: 0xbc,
  /** the record of `error-codec.ts` as a value */
  error: 0xbb,
} as const;

export type ViewConstructor = new (content: ArrayBuffer) => ArrayBufferView;

/** View classes by number, as `view` stores them. */
export const VIEW_CLASSES: readonly ViewConstructor[] = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];

/** Their names, as `Object.prototype.toString` and `Symbol.toStringTag` give them. */
export const VIEW_NAMES: readonly string[] = VIEW_CLASSES.map((view) => view.name);
