/**
 * Text that the encoder writes in place as one piece: long, or short and beyond ASCII. It is written
 * first and named afterwards, since only writing tells how many bytes it takes.
 */
import { TAG } from './codec-tags.ts';
import { writeUint32 } from './encode-number.ts';
import { isWellFormed } from './text.ts';
import type { TextBuffer } from './utf8.ts';

/** UTF-8 of one UTF-16 code unit takes at most this. */
const BYTES_PER_UNIT_MAX = 3;
/** Tag and u8, tag and u32. */
const SMALL_HEADER_BYTES = 2;
const LARGE_HEADER_BYTES = 5;

/** Writes tag, length and bytes at `p`; returns the position behind them, or -1 if beyond `end`. */
export function writeWholeText(
  bytes: Buffer & TextBuffer,
  text: string,
  p: number,
  end: number,
): number {
  const length = text.length;
  // Near the end the exact size is worth a scan.
  if (p + LARGE_HEADER_BYTES + length * BYTES_PER_UNIT_MAX > end) {
    const size = isWellFormed(text) ? Buffer.byteLength(text) : 2 * length;
    if (p + (size < 256 ? SMALL_HEADER_BYTES : LARGE_HEADER_BYTES) + size > end) return -1;
  }
  const header = length < 256 ? SMALL_HEADER_BYTES : LARGE_HEADER_BYTES;
  const written = bytes.utf8Write(text, p + header);
  if (written === length) return name(bytes, p, TAG.ascii8, TAG.ascii32, length);
  return isWellFormed(text) ? writeUtf8(bytes, text, p, written) : writeUtf16(bytes, text, p);
}

/**
 * Writes `text` at `p`, where one byte per code unit is free, and says whether it was ASCII and is
 * there now; otherwise anything up to `end` may have been written.
 */
export function isAsciiWritten(
  bytes: Buffer & TextBuffer,
  text: string,
  p: number,
  end: number,
): boolean {
  // As UTF-8, text has as many bytes as units if and only if it is ASCII.
  const length = text.length;
  const isTight = p + length * BYTES_PER_UNIT_MAX > end;
  if (isTight && Buffer.byteLength(text) !== length) return false;
  return bytes.utf8Write(text, p) === length;
}

function writeUtf8(bytes: Buffer & TextBuffer, text: string, p: number, size: number): number {
  bytes.utf8Write(text, p + (size < 256 ? SMALL_HEADER_BYTES : LARGE_HEADER_BYTES));
  return name(bytes, p, TAG.utf8x8, TAG.utf8x32, size);
}

function writeUtf16(bytes: Buffer & TextBuffer, text: string, p: number): number {
  bytes.ucs2Write(text, p + LARGE_HEADER_BYTES);
  bytes[p] = TAG.utf16;
  return writeUint32(bytes, text.length * 2, p + 1) + text.length * 2;
}

function name(bytes: Buffer, p: number, small: number, large: number, size: number): number {
  if (size < 256) {
    bytes[p] = small;
    bytes[p + 1] = size;
    return p + SMALL_HEADER_BYTES + size;
  }
  bytes[p] = large;
  return writeUint32(bytes, size, p + 1) + size;
}
