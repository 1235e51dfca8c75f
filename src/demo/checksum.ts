/**
 * One number over everything that a receiver was given: kind, form, routing key and all bytes of
 * the payload. Sender and receiver compute it each for itself; it is no protection against intent.
 */
import zlib from 'node:zlib';

/**
 * How a payload is sent and must arrive: `bytes` as a Uint8Array, `text` as a string, `value` as
 * any other JavaScript value.
 */
export type PayloadForm = 'bytes' | 'text' | 'value';

/** CRC-32 as an unsigned number. A value counts as its JSON text, which keeps the order of keys. */
export function checksumOf(kind: string, routingKey: string, payload: unknown): number {
  const form = formOf(payload);
  const content =
    form === 'value' ? JSON.stringify(payload) : (payload as string | NodeJS.ArrayBufferView);
  // A value may be one that JSON has no text for; it then differs from whatever was sent.
  return envelopeChecksum(kind, form, routingKey, crc32(content ?? ''));
}

/** The same from a checksum of the content alone, for a sender that knows it beforehand. */
export function envelopeChecksum(
  kind: string,
  form: PayloadForm,
  routingKey: string,
  contentChecksum: number,
): number {
  return crc32(`${kind} ${form} ${routingKey}`, contentChecksum);
}

/** Of the UTF-8 of a string, or of the viewed bytes; `seed` continues an earlier one. */
export function crc32(content: string | NodeJS.ArrayBufferView, seed = 0): number {
  return nativeCrc32 === undefined ? portableCrc32(content, seed) : nativeCrc32(content, seed);
}

/** For versions of Node before 20.15, which bring none; exported to be held against the other. */
export function portableCrc32(content: string | NodeJS.ArrayBufferView, seed = 0): number {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  let crc = ~seed;
  for (let i = 0; i < bytes.length; i++) {
    crc = (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

const nativeCrc32: typeof zlib.crc32 | undefined = zlib.crc32;

/** The polynomial of IEEE 802.3, bits reversed. */
const POLYNOMIAL = 0xedb88320;
const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

function formOf(payload: unknown): PayloadForm {
  if (typeof payload === 'string') return 'text';
  return payload instanceof Uint8Array ? 'bytes' : 'value';
}
