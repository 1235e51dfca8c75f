/**
 * Tagged bytes into values. Everything is copied out: nothing of the result refers to the bytes.
 * They come from an encoder of the same process, so there is no defence against forged ones beyond
 * a clear error for an unknown tag.
 */
import {
  GATHERED_TRAILER_BYTES,
  GATHERED_UTF16,
  SHORT_STRING,
  SMALL_INTEGERS,
  TAG,
  VIEW_CLASSES,
  type ViewConstructor,
} from './codec-tags.ts';
import type { ErrorRecord } from './error-record.ts';
import { reviveError } from './error-revival.ts';
import { BusError } from './errors.ts';
import { privateBuffer, privateBytes } from './private-bytes.ts';
import { type ShapeReader, setOwn, type ValueSource } from './shape-reader.ts';
import { asTextBuffer, readShortAscii, SHORT_TEXT, type TextBuffer } from './utf8.ts';

const FLOAT = new Float64Array(1);
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);
const NO_BYTES: Buffer & TextBuffer = asTextBuffer(Buffer.alloc(0));

/** What marks the end of a list; no value that anyone can send. */
const END: unique symbol = Symbol('end');
const HOLE: unique symbol = Symbol('hole');

export class Decoder implements ValueSource {
  #bytes: Buffer & TextBuffer = NO_BYTES;
  #position = 0;
  #end = 0;
  /** Where the next piece of gathered text begins; -1 until the first is read. */
  #text = -1;
  /** Bytes of one of its code units. */
  #unitBytes = 1;
  #shapes: ShapeReader | null = null;

  /** The value in `length` bytes at `offset`. Decoding runs no code of users, so it is never entered twice. */
  decode(bytes: Buffer, offset: number, length: number, shapes: ShapeReader | null): unknown {
    this.#bytes = asTextBuffer(bytes);
    this.#position = offset;
    this.#shapes = shapes;
    this.#end = offset + length;
    this.#text = -1;
    return this.value();
  }

  /** The next value. */
  value(): unknown {
    const tag = this.#bytes[this.#position++] as number;
    if (tag < SMALL_INTEGERS) return tag;
    if (tag < TAG.undefined) return this.#short(tag - SHORT_STRING);
    switch (tag) {
      case TAG.shaped:
        return this.#shaped();
      case TAG.gathered:
        return this.#gathered(this.#bytes[this.#position++] as number);
      case TAG.null:
        return null;
      case TAG.true:
        return true;
      case TAG.false:
        return false;
      case TAG.int8:
        return ((this.#bytes[this.#position++] as number) << 24) >> 24;
      case TAG.int32:
        return this.#int32();
      case TAG.float64:
        return this.#float64();
      case TAG.undefined:
        return undefined;
      case TAG.array:
        return this.#array();
      default:
        return this.#rare(tag);
    }
  }

  #short(length: number): string {
    if (length > SHORT_TEXT) return this.#gathered(length);
    if (length === 0) return '';
    const start = this.#position;
    this.#position = start + length;
    return readShortAscii(this.#bytes, start, length);
  }

  #gathered(length: number): string {
    if (this.#text < 0) this.#findText();
    const start = this.#text;
    const end = start + length * this.#unitBytes;
    this.#text = end;
    return this.#unitBytes === 1
      ? this.#bytes.latin1Slice(start, end)
      : this.#bytes.ucs2Slice(start, end);
  }

  #findText(): void {
    const trailerAt = this.#end - GATHERED_TRAILER_BYTES;
    const trailer = this.#bytes.readInt32LE(trailerAt);
    this.#unitBytes = (trailer & GATHERED_UTF16) === 0 ? 1 : 2;
    this.#text = trailerAt - (trailer & ~GATHERED_UTF16) * this.#unitBytes;
  }

  #ascii(length: number): string {
    const start = this.#position;
    this.#position = start + length;
    return this.#bytes.latin1Slice(start, start + length);
  }

  #utf8(length: number): string {
    const start = this.#position;
    this.#position = start + length;
    return this.#bytes.utf8Slice(start, start + length);
  }

  #utf16(length: number): string {
    const start = this.#position;
    this.#position = start + length;
    return this.#bytes.ucs2Slice(start, start + length);
  }

  #int32(): number {
    const bytes = this.#bytes;
    const p = this.#position;
    this.#position = p + 4;
    return (
      (bytes[p] as number) |
      ((bytes[p + 1] as number) << 8) |
      ((bytes[p + 2] as number) << 16) |
      ((bytes[p + 3] as number) << 24)
    );
  }

  #float64(): number {
    const bytes = this.#bytes;
    const p = this.#position;
    this.#position = p + 8;
    FLOAT_BYTES[0] = bytes[p] as number;
    FLOAT_BYTES[1] = bytes[p + 1] as number;
    FLOAT_BYTES[2] = bytes[p + 2] as number;
    FLOAT_BYTES[3] = bytes[p + 3] as number;
    FLOAT_BYTES[4] = bytes[p + 4] as number;
    FLOAT_BYTES[5] = bytes[p + 5] as number;
    FLOAT_BYTES[6] = bytes[p + 6] as number;
    FLOAT_BYTES[7] = bytes[p + 7] as number;
    return FLOAT[0] as number;
  }

  #uint16(): number {
    const bytes = this.#bytes;
    const p = this.#position;
    this.#position = p + 2;
    return (bytes[p] as number) | ((bytes[p + 1] as number) << 8);
  }

  #length(): number {
    return this.#int32() >>> 0;
  }

  #shaped(): Record<string, unknown> {
    const id = this.#uint16();
    if (this.#shapes === null) {
      throw new BusError('ERR_BUS_INTERNAL', `Shape ${id} was sent without a shape table.`);
    }
    return this.#shapes.reader(id)(this);
  }

  #array(): unknown[] {
    const length = this.#length();
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) {
      const item = this.value();
      if (item === HOLE) items.length = i + 1;
      else items.push(item);
    }
    return items;
  }

  #rare(tag: number): unknown {
    switch (tag) {
      case TAG.ascii8:
        return this.#ascii(this.#bytes[this.#position++] as number);
      case TAG.ascii32:
        return this.#ascii(this.#length());
      case TAG.utf8x8:
        return this.#utf8(this.#bytes[this.#position++] as number);
      case TAG.utf8x32:
        return this.#utf8(this.#length());
      case TAG.utf16:
        return this.#utf16(this.#length());
      case TAG.keyed:
      case TAG.keyedMore:
        return this.#keyed(tag === TAG.keyedMore);
      case TAG.end:
        return END;
      case TAG.hole:
        return HOLE;
      default:
        return this.#rarer(tag);
    }
  }

  #rarer(tag: number): unknown {
    switch (tag) {
      case TAG.bigint:
        return bigintOf(this.value() as string);
      case TAG.map:
        return this.#map();
      case TAG.set:
        return this.#set();
      case TAG.date:
        return new Date(this.#float64());
      case TAG.regexp:
        return new RegExp(this.value() as string, this.value() as string);
      case TAG.buffer:
        return this.#raw(privateBuffer);
      case TAG.uint8Array:
        return this.#raw(privateBytes);
      case TAG.arrayBuffer:
        return this.#raw(privateBytes).buffer;
      case TAG.view:
        return this.#view();
      case TAG.error:
        return reviveError(this.value() as ErrorRecord);
      default:
        throw new BusError('ERR_BUS_INTERNAL', `Unknown tag ${tag} in an encoded payload.`);
    }
  }

  #keyed(more: boolean): Record<string, unknown> {
    const count = this.#uint16();
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.push(this.value());
    const target: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) setOwn(target, this.value() as string, values[i]);
    if (!more) return target;
    for (let key = this.value(); key !== END; key = this.value()) {
      setOwn(target, key as string, this.value());
    }
    return target;
  }

  #map(): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    for (let key = this.value(); key !== END; key = this.value()) map.set(key, this.value());
    return map;
  }

  #set(): Set<unknown> {
    const set = new Set<unknown>();
    for (let item = this.value(); item !== END; item = this.value()) set.add(item);
    return set;
  }

  #raw<T>(copy: (bytes: Buffer, offset: number, length: number) => T): T {
    const length = this.#length();
    const start = this.#position;
    this.#position = start + length;
    return copy(this.#bytes, start, length);
  }

  #view(): ArrayBufferView {
    const make = VIEW_CLASSES[this.#bytes[this.#position++] as number] as ViewConstructor;
    return new make(this.#raw(privateBytes).buffer);
  }
}

/** Hexadecimal, which takes linear time both ways. */
function bigintOf(digits: string): bigint {
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}
