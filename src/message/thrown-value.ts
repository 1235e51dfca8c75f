/**
 * Whatever was thrown on one thread, as bytes for another. Node's own way from a worker drops classes and properties,
 * and on Node 20 an error that is its own cause ends the whole process; so nothing thrown leaves a thread but as bytes.
 */
import { AutoCodec, PAYLOAD } from './codec.ts';
import { messageOf } from './error-codec.ts';

/** Bytes of the first try, and the most: errors that need more are told by their message alone. */
const FIRST_BYTES = 16 * 1024;
const BYTES_MAX = 4 * 1024 * 1024;
const GROWTH = 16;

/** Never throws. What needs more than `bytesMax` is told by its message alone. */
export function packThrown(thrown: unknown, bytesMax: number = BYTES_MAX): Uint8Array {
  return (
    tryPack(thrown, bytesMax) ??
    tryPack(new Error(messageOf(thrown)), BYTES_MAX) ??
    new Uint8Array()
  );
}

/** An error is revived as `src/message/error-revival.ts` says; other values come back as they were. */
export function unpackThrown(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return new Error('an error that cannot be carried to another thread');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return new AutoCodec(null).read(PAYLOAD.value, buffer, 0, bytes.length, null);
}

/** Undefined when it cannot be encoded, or not within the limit. */
function tryPack(thrown: unknown, bytesMax: number): Uint8Array | undefined {
  const codec = new AutoCodec(null);
  try {
    for (let size = FIRST_BYTES; size <= bytesMax; size *= GROWTH) {
      const bytes = Buffer.alloc(size);
      const length = codec.write(PAYLOAD.value, thrown, bytes, 0, size);
      // A copy of its own: posting a view posts the whole buffer under it.
      if (length >= 0) return Uint8Array.prototype.slice.call(bytes, 0, length);
    }
  } catch {
    // What cannot be encoded is told by its message.
  }
  return undefined;
}
