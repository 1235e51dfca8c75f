/**
 * The codec `'auto'`: bytes and strings lie in the heap as they are, everything else is encoded. The
 * kind says which, in four bits of the slot header; the broker in between never looks.
 */
import { types } from 'node:util';
import { copyBytes } from './copy-bytes.ts';
import { Decoder } from './decoder.ts';
import { Encoder } from './encoder.ts';
import { BusError } from './errors.ts';
import { privateBuffer, privateBytes } from './private-bytes.ts';
import { refusedPayload } from './refusal.ts';
import type { ShapeReader } from './shape-reader.ts';
import type { ShapeWriter } from './shape-writer.ts';
import { isWellFormed } from './text.ts';
import { asTextBuffer, readText, writeText } from './utf8.ts';

/** How a payload is stored, below 16. */
export const PAYLOAD = {
  value: 0,
  uint8Array: 1,
  buffer: 2,
  /** UTF-8 */
  string: 3,
  arrayBuffer: 4,
  undefined: 5,
  /** A string with lone surrogates, as UTF-16. */
  utf16: 6,
  /** Bytes of a codec module. */
  encoded: 7,
} as const;

export type PayloadKind = number;

export interface Codec {
  /** How to store `value`; `isThrown`: it is a handler's error, or tells of one. */
  classify(value: unknown, isThrown: boolean): PayloadKind;
  /** Bytes that `write` will need, exactly; -1 when only writing tells. Throws as `write` does. */
  sizeOf(kind: PayloadKind, value: unknown): number;
  /**
   * Writes at `offset` and returns the number of bytes; -1 when they are more than `limit`, then
   * nothing beyond the limit was touched. Throws `ERR_BUS_INVALID_MESSAGE` naming the path of what
   * cannot be encoded.
   */
  write(kind: PayloadKind, value: unknown, heap: Buffer, offset: number, limit: number): number;
  /** The value, private to the caller: it never aliases `heap`. */
  read(
    kind: PayloadKind,
    heap: Buffer,
    offset: number,
    length: number,
    shapes: ShapeReader | null,
  ): unknown;
}

const bufferPrototype: unknown = Buffer.prototype;
const bytesPrototype: unknown = Uint8Array.prototype;

export class AutoCodec implements Codec {
  readonly #encoder: Encoder;
  readonly #decoder: Decoder = new Decoder();

  /** `shapes`: this client's own shape table; `null` sends keys with every object. */
  constructor(shapes: ShapeWriter | null) {
    this.#encoder = new Encoder(shapes);
  }

  classify(value: unknown): PayloadKind {
    if (typeof value === 'string') return isWellFormed(value) ? PAYLOAD.string : PAYLOAD.utf16;
    if (value === undefined) return PAYLOAD.undefined;
    if (typeof value !== 'object' || value === null) return PAYLOAD.value;
    if (!ArrayBuffer.isView(value)) {
      return isArrayBuffer(value) ? PAYLOAD.arrayBuffer : PAYLOAD.value;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === bufferPrototype) return PAYLOAD.buffer;
    return prototype === bytesPrototype ? PAYLOAD.uint8Array : PAYLOAD.value;
  }

  sizeOf(kind: PayloadKind, value: unknown): number {
    // `length` of a byte array is a load; `byteLength` of what may be one of several classes is a call.
    if (isBytes(kind)) {
      const { length } = value as Uint8Array;
      return length === 0 ? sizeOfEmpty(value as Uint8Array) : length;
    }
    switch (kind) {
      case PAYLOAD.value:
        return -1;
      case PAYLOAD.string:
        return Buffer.byteLength(value as string);
      case PAYLOAD.utf16:
        return (value as string).length * 2;
      case PAYLOAD.undefined:
        return 0;
      default:
        return (value as ArrayBuffer).byteLength || sizeOfEmpty(value as ArrayBuffer);
    }
  }

  write(kind: PayloadKind, value: unknown, heap: Buffer, offset: number, limit: number): number {
    if (kind === PAYLOAD.value) return this.#encoder.encode(value, heap, offset, limit);
    if (isBytes(kind)) return writeBytes(value as Uint8Array, heap, offset, limit);
    const size = this.sizeOf(kind, value);
    if (size > limit || offset + size > heap.length) return -1;
    switch (kind) {
      case PAYLOAD.string:
        return writeText(heap, offset, value as string);
      case PAYLOAD.utf16:
        return asTextBuffer(heap).ucs2Write(value as string, offset);
      case PAYLOAD.arrayBuffer:
        copyBytes(heap, offset, new Uint8Array(value as ArrayBuffer));
        return size;
      case PAYLOAD.undefined:
        return 0;
      default:
        throw unknownKind(kind);
    }
  }

  read(
    kind: PayloadKind,
    heap: Buffer,
    offset: number,
    length: number,
    shapes: ShapeReader | null,
  ): unknown {
    switch (kind) {
      case PAYLOAD.value:
        return this.#decoder.decode(heap, offset, length, shapes);
      case PAYLOAD.uint8Array:
        return privateBytes(heap, offset, length);
      case PAYLOAD.buffer:
        return privateBuffer(heap, offset, length);
      case PAYLOAD.string:
        return readText(heap, offset, length);
      case PAYLOAD.arrayBuffer:
        return privateBytes(heap, offset, length).buffer;
      case PAYLOAD.undefined:
        return undefined;
      case PAYLOAD.utf16:
        return asTextBuffer(heap).ucs2Slice(offset, offset + length);
      default:
        throw unknownKind(kind);
    }
  }
}

/** By internal slot; `instanceof` first, because it is cheaper and nearly always says no. */
function isArrayBuffer(value: object): value is ArrayBuffer {
  try {
    return value instanceof ArrayBuffer && types.isArrayBuffer(value);
  } catch {
    return false; // A Proxy whose traps throw; the encoder says so with its path.
  }
}

function isBytes(kind: PayloadKind): boolean {
  return kind === PAYLOAD.uint8Array || kind === PAYLOAD.buffer;
}

function writeBytes(bytes: Uint8Array, heap: Buffer, offset: number, limit: number): number {
  const size = bytes.length;
  if (size > limit || offset + size > heap.length) return -1;
  copyBytes(heap, offset, bytes);
  return size;
}

/** What was transferred away, or lost its place when its memory grew or shrank, looks empty too. */
function sizeOfEmpty(bytes: Uint8Array | ArrayBuffer): number {
  try {
    // Both overloads refuse what is detached or out of bounds.
    return new Uint8Array(bytes as ArrayBuffer).length;
  } catch (error) {
    throw refusedPayload('payload', 'is detached, or beyond the end of its buffer', error);
  }
}

function unknownKind(kind: PayloadKind): BusError {
  return new BusError('ERR_BUS_INTERNAL', `Unknown payload kind ${kind}.`);
}
