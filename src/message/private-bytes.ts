/**
 * Private copies of bytes of a heap. A `Uint8Array` and an `ArrayBuffer` own exactly their bytes, so
 * that a handler may transfer them. A `Buffer` of up to 4 KiB is a piece of a slab that other
 * Buffers of this thread share, as with Node's own pool: an ArrayBuffer of its own costs several
 * times the copy.
 */

/** Half of Node's own pool; a larger Buffer is worth an ArrayBuffer of its own. */
const POOLED_BYTES_MAX = 4096;
const SLAB_BYTES = 65_536;

let slab: Buffer = Buffer.alloc(0);
let slabUsed = 0;

export function privateBytes(heap: Buffer, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copyInto(copy, 0, heap, offset, length);
  return copy;
}

export function privateBuffer(heap: Buffer, offset: number, length: number): Buffer {
  if (length > POOLED_BYTES_MAX) return Buffer.from(privateBytes(heap, offset, length).buffer);
  if (slab.length - slabUsed < length) {
    slab = Buffer.from(new ArrayBuffer(SLAB_BYTES));
    slabUsed = 0;
  }
  const copy = slab.subarray(slabUsed, slabUsed + length);
  // Eight bytes apart, so that views of other element sizes can be laid over each.
  slabUsed += (length + 7) & ~7;
  copyInto(copy, 0, heap, offset, length);
  return copy;
}

function copyInto(
  target: Uint8Array,
  at: number,
  heap: Buffer,
  offset: number,
  length: number,
): void {
  target.set(heap.subarray(offset, offset + length), at);
}
