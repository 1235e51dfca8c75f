/**
 * Text into and out of (shared) bytes. A call into Node's C++ costs about 75 ns whatever the length,
 * a loop about 2.5 ns a character: short ASCII is done here, the rest by the Buffer methods. Offsets
 * instead of `subarray`, which allocates.
 */

/** Longest text, in code units, for which the loop wins (Node 20: 66 ns against 80 ns at 16). */
export const SHORT_TEXT = 16;

const fromCodes = String.fromCharCode;

/** Methods that Node's Buffer has beside the documented `write` and `toString`, without their cost. */
export interface TextBuffer {
  utf8Write(text: string, offset: number, maxBytes?: number): number;
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
  ucs2Write(text: string, offset: number, maxBytes?: number): number;
  ucs2Slice(start: number, end: number): string;
}

/** The same object, with the type that shows those methods. */
export function asTextBuffer(bytes: Buffer): Buffer & TextBuffer {
  return bytes as Buffer & TextBuffer;
}

/**
 * Writes `text` at `offset` and returns its length in bytes. The caller has made sure that there is
 * room: `Buffer.byteLength(text)`, or three bytes per code unit.
 */
export function writeText(bytes: Buffer, offset: number, text: string): number {
  const length = text.length;
  if (length > SHORT_TEXT) return asTextBuffer(bytes).utf8Write(text, offset);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return asTextBuffer(bytes).utf8Write(text, offset);
    bytes[offset + i] = code;
  }
  return length;
}

/** The text of `length` bytes of UTF-8 at `offset`. */
export function readText(bytes: Buffer, offset: number, length: number): string {
  if (length > SHORT_TEXT) return asTextBuffer(bytes).utf8Slice(offset, offset + length);
  if (length === 0) return '';
  const ascii = readShortAscii(bytes, offset, length);
  return ascii === '' ? asTextBuffer(bytes).utf8Slice(offset, offset + length) : ascii;
}

/**
 * 1 to 16 bytes; `''` when one of them is not ASCII. One call of `String.fromCharCode` with all
 * codes: an array or a concatenation would cost more than the call into C++ that this avoids.
 */
export function readShortAscii(bytes: Buffer, offset: number, length: number): string {
  return length > 8 ? ascii9to16(bytes, offset, length) : ascii1to8(bytes, offset, length);
}

function ascii1to8(bytes: Buffer, offset: number, length: number): string {
  const a = bytes[offset] as number;
  if (length === 1) return a > 0x7f ? '' : fromCodes(a);
  const b = bytes[offset + 1] as number;
  if (length === 2) return (a | b) > 0x7f ? '' : fromCodes(a, b);
  const c = bytes[offset + 2] as number;
  if (length === 3) return (a | b | c) > 0x7f ? '' : fromCodes(a, b, c);
  const d = bytes[offset + 3] as number;
  if (length === 4) return (a | b | c | d) > 0x7f ? '' : fromCodes(a, b, c, d);
  const e = bytes[offset + 4] as number;
  if (length === 5) return (a | b | c | d | e) > 0x7f ? '' : fromCodes(a, b, c, d, e);
  const f = bytes[offset + 5] as number;
  if (length === 6) return (a | b | c | d | e | f) > 0x7f ? '' : fromCodes(a, b, c, d, e, f);
  const g = bytes[offset + 6] as number;
  if (length === 7) return (a | b | c | d | e | f | g) > 0x7f ? '' : fromCodes(a, b, c, d, e, f, g);
  const h = bytes[offset + 7] as number;
  if (length === 8)
    return (a | b | c | d | e | f | g | h) > 0x7f ? '' : fromCodes(a, b, c, d, e, f, g, h);
  return '';
}

function ascii9to16(bytes: Buffer, offset: number, length: number): string {
  const a = bytes[offset] as number;
  const b = bytes[offset + 1] as number;
  const c = bytes[offset + 2] as number;
  const d = bytes[offset + 3] as number;
  const e = bytes[offset + 4] as number;
  const f = bytes[offset + 5] as number;
  const g = bytes[offset + 6] as number;
  const h = bytes[offset + 7] as number;
  if ((a | b | c | d | e | f | g | h) > 0x7f) return '';
  const i = bytes[offset + 8] as number;
  if (i > 0x7f) return '';
  if (length === 9) return fromCodes(a, b, c, d, e, f, g, h, i);
  const j = bytes[offset + 9] as number;
  if (j > 0x7f) return '';
  if (length === 10) return fromCodes(a, b, c, d, e, f, g, h, i, j);
  const k = bytes[offset + 10] as number;
  if (k > 0x7f) return '';
  if (length === 11) return fromCodes(a, b, c, d, e, f, g, h, i, j, k);
  const l = bytes[offset + 11] as number;
  if (l > 0x7f) return '';
  if (length === 12) return fromCodes(a, b, c, d, e, f, g, h, i, j, k, l);
  const m = bytes[offset + 12] as number;
  if (m > 0x7f) return '';
  if (length === 13) return fromCodes(a, b, c, d, e, f, g, h, i, j, k, l, m);
  const n = bytes[offset + 13] as number;
  if (n > 0x7f) return '';
  if (length === 14) return fromCodes(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  const o = bytes[offset + 14] as number;
  if (o > 0x7f) return '';
  if (length === 15) return fromCodes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  const p = bytes[offset + 15] as number;
  if (p > 0x7f) return '';
  if (length === 16) return fromCodes(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  return '';
}
