/** What is read in place of an extras block (headers.ts): for those who never decode a message. */

/** Bytes before the id. */
export const ID_PREFIX_BYTES = 2;
const COUNT_BYTES = 1;
const HEADER_PREFIX_BYTES = 4;

/** Bytes of the id in the block of `length` bytes at `offset`; 0: its sender gave none. */
export function idLengthOf(heap: Buffer, offset: number, length: number): number {
  return length === 0 ? 0 : heap.readUInt16LE(offset);
}

/** Hash of one header's value, Int32; `absent` when the block of `length` bytes at `offset` has no header of that name (its bytes of UTF-8). */
export function hashHeader(
  heap: Buffer,
  offset: number,
  length: number,
  name: Uint8Array,
  absent: number,
): number {
  if (length === 0) return absent;
  let at = offset + ID_PREFIX_BYTES + heap.readUInt16LE(offset);
  const count = heap[at] as number;
  at += COUNT_BYTES;
  for (let i = 0; i < count; i++) {
    const nameBytes = heap.readUInt16LE(at);
    const valueBytes = heap.readUInt16LE(at + 2);
    at += HEADER_PREFIX_BYTES;
    if (isName(heap, at, nameBytes, name)) return hashBytes(heap, at + nameBytes, valueBytes);
    at += nameBytes + valueBytes;
  }
  return absent;
}

function isName(heap: Buffer, at: number, length: number, name: Uint8Array): boolean {
  if (length !== name.length) return false;
  for (let i = 0; i < length; i++) if (heap[at + i] !== name[i]) return false;
  return true;
}

/** FNV-1a; who uses it spreads the bits. */
function hashBytes(heap: Buffer, at: number, length: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (heap[at + i] as number), 0x01000193);
  return hash;
}
