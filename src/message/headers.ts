/**
 * Headers, and the *extras block* that carries them together with a message id given by the caller.
 * The block lies directly before the payload in the same heap block:
 *
 *     id length u16 · id · number of headers u8 · (name length u16 · value length u16 · name · value)*
 *
 * Lengths are little-endian and count bytes of UTF-8. A message without both has no block at all.
 */
import { LIMITS } from '../limits.ts';
import { BusError } from './errors.ts';
import { isWellFormed, kindOf } from './text.ts';
import { readText, writeText } from './utf8.ts';

export type Headers = Readonly<Record<string, string>>;

export interface Extras {
  readonly id: string | undefined;
  readonly headers: Headers;
}

/** The headers of every message that has none. */
export const NO_HEADERS: Headers = Object.freeze({});

const NO_EXTRAS: Extras = Object.freeze({ id: undefined, headers: NO_HEADERS });

const ID_PREFIX_BYTES = 2;
const COUNT_BYTES = 1;
const HEADER_PREFIX_BYTES = 4;

/**
 * A private copy of `headers`, or `undefined` when there are none. Later changes by the caller, and
 * getters, cannot reach the copy: its size stays what was measured.
 *
 * Throws `ERR_BUS_INVALID_MESSAGE` naming the header unless it is a plain object of at most 64
 * entries from non-empty string to string, 16 KiB of UTF-8 in all.
 */
export function copyHeaders(headers: unknown): Headers | undefined {
  if (headers === undefined) return undefined;
  try {
    return copyOf(headers);
  } catch (error) {
    if (BusError.isBusError(error)) throw error;
    throw invalid(
      'headers',
      'an object that can be read',
      'one that threw while it was read',
      error,
    );
  }
}

function copyOf(headers: unknown): Headers | undefined {
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers) {
    // A Map, a Headers object or an array has no own entries and would silently be empty.
    throw invalid('headers', 'an object from string to string', kindOf(headers));
  }
  const names = Object.keys(headers);
  if (names.length === 0) return undefined;
  if (names.length > LIMITS.headerCount) {
    throw invalid('headers', `at most ${LIMITS.headerCount} entries`, `${names.length}`);
  }
  const copy: Record<string, string> = {};
  let totalBytes = 0;
  for (const name of names) {
    const value = checkedValue(name, (headers as Record<string, unknown>)[name]);
    totalBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (totalBytes > LIMITS.headersBytes) {
      const expected = `at most ${LIMITS.headersBytes} bytes of UTF-8 in all headers`;
      throw invalid(`headers[${quote(name)}]`, expected, `${totalBytes} bytes up to it`);
    }
    setOwn(copy, name, value);
  }
  return copy;
}

/** Bytes of the extras block; 0 when there is neither an id nor headers. Both must be valid. */
export function measureExtras(id: string | undefined, headers: Headers | undefined): number {
  if (id === undefined && headers === undefined) return 0;
  let bytes = ID_PREFIX_BYTES + COUNT_BYTES;
  if (id !== undefined) bytes += Buffer.byteLength(id);
  for (const name in headers) {
    const value = headers[name] as string;
    bytes += HEADER_PREFIX_BYTES + Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
}

/** Writes the block at `offset`, where `measureExtras` bytes are free; returns its length. */
export function writeExtras(
  heap: Buffer,
  offset: number,
  id: string | undefined,
  headers: Headers | undefined,
): number {
  if (id === undefined && headers === undefined) return 0;
  let position = offset + ID_PREFIX_BYTES;
  const idBytes = id === undefined ? 0 : writeText(heap, position, id);
  heap.writeUInt16LE(idBytes, offset);
  position += idBytes;
  const countPosition = position++;
  let count = 0;
  for (const name in headers) {
    const prefix = position;
    position += HEADER_PREFIX_BYTES;
    const nameBytes = writeText(heap, position, name);
    const valueBytes = writeText(heap, position + nameBytes, headers[name] as string);
    heap.writeUInt16LE(nameBytes, prefix);
    heap.writeUInt16LE(valueBytes, prefix + 2);
    position += nameBytes + valueBytes;
    count++;
  }
  heap[countPosition] = count;
  return position - offset;
}

/** Reads a block of `length` bytes; length 0 gives one shared frozen result. */
export function readExtras(heap: Buffer, offset: number, length: number): Extras {
  if (length === 0) return NO_EXTRAS;
  const idBytes = heap.readUInt16LE(offset);
  let position = offset + ID_PREFIX_BYTES;
  const id = idBytes === 0 ? undefined : readText(heap, position, idBytes);
  position += idBytes;
  const count = heap[position++] as number;
  if (count === 0) return { id, headers: NO_HEADERS };
  const headers: Record<string, string> = {};
  for (let i = 0; i < count; i++) {
    const nameBytes = heap.readUInt16LE(position);
    const valueBytes = heap.readUInt16LE(position + 2);
    position += HEADER_PREFIX_BYTES;
    const name = readText(heap, position, nameBytes);
    setOwn(headers, name, readText(heap, position + nameBytes, valueBytes));
    position += nameBytes + valueBytes;
  }
  return { id, headers };
}

function checkedValue(name: string, value: unknown): string {
  const field = `headers[${quote(name)}]`;
  if (name === '') throw invalid(field, 'a non-empty name', "''");
  if (!isWellFormed(name)) throw invalid(field, 'a well-formed name', 'a lone surrogate');
  if (typeof value !== 'string') throw invalid(field, 'a string', kindOf(value));
  if (!isWellFormed(value)) throw invalid(field, 'a well-formed value', 'a lone surrogate');
  return value;
}

/** Assigning to `__proto__` would set the prototype. */
function setOwn(target: Record<string, string>, name: string, value: string): void {
  if (name !== '__proto__') target[name] = value;
  else {
    const all = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(target, name, all);
  }
}

function invalid(field: string, expected: string, got: string, cause?: unknown): BusError {
  return new BusError(
    'ERR_BUS_INVALID_MESSAGE',
    `Invalid ${field}: expected ${expected}, got ${got}.`,
    {
      ...(cause === undefined ? {} : { cause }),
      details: { field, expected, got },
    },
  );
}

function quote(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}
