/**
 * Private copies of bytes of a heap. A `Uint8Array` and an `ArrayBuffer` own exactly their bytes, so
 * that a handler may transfer them. A `Buffer` comes from Node's own pool, as `Buffer.from(bytes)`
 * does: up to 4 KiB it shares an ArrayBuffer that cannot be transferred, which costs a half to a
 * third of one of its own.
 */
import { copyBytes } from './copy-bytes.ts';
import { keepFreedMemory } from './freed-memory.ts';

/** A loop beats the calls for a view and a copy up to here (Node 20: 65 ns against 110 at 16). */
const LOOPED_BYTES_MAX = 24;

/**
 * From here on it is cheaper to take memory as it comes and to copy by `copyBytes`, than to have the engine take zeroes
 * and copy over them: twice as fast for a megabyte, and four times where it does not start at a word.
 */
const UNZEROED_BYTES_MIN = 8_192;
const UNZEROED_UNALIGNED_BYTES_MIN = 2_048;
const WORD_MASK = 7;

/** From here on copies cost page faults unless the C library keeps what is freed: at 64 KiB four fifths of the time, at 16 KiB none. */
const KEPT_BYTES_MIN = 32_768;

/** Heaps as plain arrays: `slice` and `subarray` of a Buffer make Buffers, more slowly. */
const plainViews = new WeakMap<Buffer, Uint8Array>();

const slice = Uint8Array.prototype.slice;

export function privateBytes(
  heap: Buffer,
  offset: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const least = (offset & WORD_MASK) === 0 ? UNZEROED_BYTES_MIN : UNZEROED_UNALIGNED_BYTES_MIN;
  if (length < least) return slice.call(plainView(heap), offset, offset + length);
  if (length >= KEPT_BYTES_MIN) keepFreedMemory();
  // Not from the pool: a buffer of its own, of exactly its bytes.
  const copy = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  copyBytes(copy, 0, viewOf(heap, offset, length));
  return copy;
}

export function privateBuffer(heap: Buffer, offset: number, length: number): Buffer {
  if (length >= KEPT_BYTES_MIN) keepFreedMemory();
  const copy = Buffer.allocUnsafe(length);
  if (length > LOOPED_BYTES_MAX) copyBytes(copy, 0, viewOf(heap, offset, length));
  else for (let i = 0; i < length; i++) copy[i] = heap[offset + i] as number;
  return copy;
}

function viewOf(heap: Buffer, offset: number, length: number): Uint8Array {
  return plainView(heap).subarray(offset, offset + length);
}

function plainView(heap: Buffer): Uint8Array {
  return plainViews.get(heap) ?? addPlainView(heap);
}

function addPlainView(heap: Buffer): Uint8Array {
  const view = new Uint8Array(heap.buffer, heap.byteOffset, heap.length);
  plainViews.set(heap, view);
  return view;
}
