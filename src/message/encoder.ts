/**
 * Values into tagged bytes (`codec-tags.ts`), in place: no intermediate buffer, no string of the
 * whole. What cannot be kept is refused with its path, never changed silently. The encoder runs
 * getters and Proxy traps of the caller, so it may be entered again while it works.
 */
import { types } from 'node:util';
import { LIMITS } from '../limits.ts';
import {
  GATHERED_TEXT_MAX,
  GATHERED_TRAILER_BYTES,
  GATHERED_UTF16,
  SHORT_STRING,
  SHORT_STRINGS,
  SMALL_INTEGERS,
  TAG,
} from './codec-tags.ts';
import { copyBytes } from './copy-bytes.ts';
import { NUMBER_BYTES_MAX, writeFloat, writeInteger, writeUint32 } from './encode-number.ts';
import { isAsciiWritten, writeWholeText } from './encode-text.ts';
import { toErrorRecord } from './error-codec.ts';
import type { BusError } from './errors.ts';
import { formatPath, refusedPayload } from './refusal.ts';
import { keysOf, type ShapeNode, type ShapeWriter } from './shape-writer.ts';
import { refusedKind, viewClassOf } from './unusual-values.ts';
import { asTextBuffer, SHORT_TEXT, type TextBuffer } from './utf8.ts';

/** Thrown to leave the recursion when the value does not fit; never seen outside. */
const FULL: unique symbol = Symbol('full');

/** Thrown where a value is refused; `encode` turns it into a `BusError` with the path. */
class Refused {
  readonly problem: string;
  constructor(problem: string) {
    this.problem = problem;
  }
}

const NO_BYTES: Buffer & TextBuffer = asTextBuffer(Buffer.alloc(0));

const hasOwn = Object.prototype.hasOwnProperty;
const prototypeOf = Object.getPrototypeOf;
const plainPrototype: unknown = Object.prototype;

/** Bytes of a tag and a u16. */
const SHAPE_HEADER_BYTES = 3;

export class Encoder {
  readonly #shapes: ShapeWriter | null;
  /** The containers that the value at hand is in, outermost first, and where in each of them. */
  readonly #containers = new Array<unknown>(LIMITS.payloadDepth).fill(undefined);
  readonly #keys = new Array<string | number>(LIMITS.payloadDepth).fill('');
  #bytes: Buffer & TextBuffer = NO_BYTES;
  #end = 0;
  /** Text of 17 to 255 code units, which is written in one call at the end. */
  #text = '';
  #gathered = 0;
  #depth = 0;
  #busy = false;
  #polluted = false;

  constructor(shapes: ShapeWriter | null) {
    this.#shapes = shapes;
  }

  /**
   * Writes `value` at `offset` and returns the number of bytes; -1 when it takes more than `limit`.
   * Throws `ERR_BUS_INVALID_MESSAGE`. Bytes within the limit may have been written in both cases.
   */
  encode(value: unknown, bytes: Buffer, offset: number, limit: number): number {
    // A getter that encodes something else must not disturb this run.
    if (this.#busy) return new Encoder(this.#shapes).encode(value, bytes, offset, limit);
    this.#busy = true;
    this.#bytes = asTextBuffer(bytes);
    this.#end = Math.min(offset + limit, bytes.length);
    this.#depth = 0;
    this.#text = '';
    this.#gathered = 0;
    this.#polluted = isPolluted();
    try {
      const p = this.#value(value, offset);
      return (this.#gathered === 0 ? p : this.#gatheredText(p)) - offset;
    } catch (error) {
      if (error === FULL) return -1;
      throw this.#explain(error);
    } finally {
      this.#busy = false;
      this.#bytes = NO_BYTES;
      this.#text = '';
      if (this.#depth > 0) this.#forget();
    }
  }

  #explain(error: unknown): BusError {
    const path = formatPath(this.#containers, this.#keys, this.#depth);
    if (error instanceof Refused) return refusedPayload(path, error.problem);
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      return refusedPayload(path, 'is nested too deeply for the stack that is left', error);
    }
    return refusedPayload(path, 'threw while it was read', error);
  }

  #value(value: unknown, p: number): number {
    switch (typeof value) {
      case 'string':
        return this.#string(value, p);
      case 'number':
        return this.#number(value, p);
      case 'object':
        return value === null ? this.#tag(TAG.null, p) : this.#object(value, p);
      case 'boolean':
        return this.#tag(value ? TAG.true : TAG.false, p);
      case 'undefined':
        return this.#tag(TAG.undefined, p);
      case 'bigint':
        return this.#string(value.toString(16), this.#tag(TAG.bigint, p));
      default:
        throw new Refused(`is a ${typeof value}`);
    }
  }

  #tag(tag: number, p: number): number {
    if (p >= this.#end) throw FULL;
    this.#bytes[p] = tag;
    return p + 1;
  }

  #number(value: number, p: number): number {
    const integer = value | 0;
    const isInteger = integer === value && (integer !== 0 || 1 / value > 0);
    if (isInteger && integer >= 0 && integer < SMALL_INTEGERS) return this.#tag(integer, p);
    if (p + NUMBER_BYTES_MAX > this.#end) return this.#tightNumber(value, isInteger, p);
    if (isInteger) return writeInteger(this.#bytes, integer, p);
    return writeFloat(this.#bytes, TAG.float64, value, p);
  }

  /** Near the limit the exact size counts. */
  #tightNumber(value: number, isInteger: boolean, p: number): number {
    const size = !isInteger ? NUMBER_BYTES_MAX : value >= -128 && value < 128 ? 2 : 5;
    if (p + size > this.#end) throw FULL;
    return writeInteger(this.#bytes, value, p);
  }

  #length(value: number, p: number): number {
    if (p + 4 > this.#end) throw FULL;
    return writeUint32(this.#bytes, value, p);
  }

  #string(text: string, p: number): number {
    const length = text.length;
    if (length > SHORT_TEXT) return this.#longString(text, p);
    if (p + 1 + length > this.#end) throw FULL;
    const bytes = this.#bytes;
    const start = p + 1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#wholeString(text, p);
      bytes[start + i] = code;
    }
    bytes[p] = SHORT_STRING + length;
    return start + length;
  }

  /** Only the length is written here; the text joins the others, to be written in one call. */
  #longString(text: string, p: number): number {
    const length = text.length;
    if (length > GATHERED_TEXT_MAX) return this.#wholeString(text, p);
    const size = length < SHORT_STRINGS ? 1 : 2;
    this.#gathered += length;
    if (p + size + this.#gathered > this.#end) throw FULL;
    this.#text += text;
    if (size === 1) this.#bytes[p] = SHORT_STRING + length;
    else {
      this.#bytes[p] = TAG.gathered;
      this.#bytes[p + 1] = length;
    }
    return p + size;
  }

  #wholeString(text: string, p: number): number {
    const after = writeWholeText(this.#bytes, text, p, this.#end);
    if (after < 0) throw FULL;
    return after;
  }

  /** Writes the gathered text behind the value, one byte a unit if it is ASCII, otherwise two. */
  #gatheredText(p: number): number {
    const length = this.#gathered;
    const text = this.#text;
    const bytes = this.#bytes;
    if (p + length + GATHERED_TRAILER_BYTES > this.#end) throw FULL;
    if (isAsciiWritten(bytes, text, p, this.#end)) return writeUint32(bytes, length, p + length);
    if (p + 2 * length + GATHERED_TRAILER_BYTES > this.#end) throw FULL;
    bytes.ucs2Write(text, p);
    return writeUint32(bytes, length | GATHERED_UTF16, p + 2 * length);
  }

  #object(value: object, p: number): number {
    const prototype: unknown = prototypeOf(value);
    if (prototype === plainPrototype || prototype === null) {
      return this.#plain(value as Record<string, unknown>, p, this.#polluted);
    }
    if (Array.isArray(value)) return this.#array(value, p);
    return this.#special(value, p);
  }

  #leave(depth: number): void {
    this.#containers[depth] = undefined;
    this.#depth = depth;
  }

  /** After a refusal: the encoder must not keep the payload alive. */
  #forget(): void {
    this.#containers.fill(undefined);
    this.#keys.fill('');
    this.#depth = 0;
  }

  /** Remembers the way here, and returns what `#leave` needs. */
  #enter(container: object): number {
    const depth = this.#depth;
    const containers = this.#containers;
    for (let i = 0; i < depth; i++) {
      if (containers[i] === container) {
        const target = formatPath(containers, this.#keys, i);
        throw new Refused(`is a cycle: it refers back to ${target}`);
      }
    }
    if (depth >= LIMITS.payloadDepth) {
      throw new Refused(`is nested more than ${LIMITS.payloadDepth} levels deep`);
    }
    containers[depth] = container;
    this.#keys[depth] = '';
    this.#depth = depth + 1;
    return depth;
  }

  /** `inherits`: the loop may meet keys that are not the object's own. */
  #plain(source: Record<string, unknown>, start: number, inherits: boolean): number {
    let p = start + SHAPE_HEADER_BYTES;
    if (p > this.#end) throw FULL;
    const depth = this.#enter(source);
    const keys = this.#keys;
    const shapes = this.#shapes;
    let node: ShapeNode | null = shapes === null ? null : shapes.root;
    if (node === null) this.#nameKeyed(TAG.keyedMore, 0, start);
    for (const key in source) {
      if (inherits && !hasOwn.call(source, key)) continue;
      keys[depth] = key;
      if (node !== null) {
        const next: ShapeNode | null = node.last;
        if (next !== null && next.key === key) node = next;
        else {
          const before = node;
          node = (shapes as ShapeWriter).step(before, key);
          if (node === null) p = this.#keysAfter(TAG.keyedMore, before, start, p);
        }
      }
      if (node === null) p = this.#string(key, p);
      p = this.#value(source[key], p);
    }
    this.#leave(depth);
    if (node === null) return this.#tag(TAG.end, p);
    const id = (shapes as ShapeWriter).idOf(node);
    if (id < 0) return this.#keysAfter(TAG.keyed, node, start, p);
    const bytes = this.#bytes;
    bytes[start] = TAG.shaped;
    bytes[start + 1] = id;
    bytes[start + 2] = id >> 8;
    return p;
  }

  /** Names an object that was begun at `start`, and writes the keys of its values behind them. */
  #keysAfter(tag: number, node: ShapeNode, start: number, end: number): number {
    this.#nameKeyed(tag, node.fields, start);
    let p = end;
    for (const key of keysOf(node)) p = this.#string(key, p);
    return p;
  }

  #nameKeyed(tag: number, fields: number, start: number): void {
    this.#bytes[start] = tag;
    this.#bytes[start + 1] = fields;
    this.#bytes[start + 2] = fields >> 8;
  }

  #array(source: readonly unknown[], start: number): number {
    const length = source.length;
    let p = this.#length(length, this.#tag(TAG.array, start));
    const depth = this.#enter(source);
    const keys = this.#keys;
    for (let i = 0; i < length; i++) {
      keys[depth] = i;
      const item = source[i];
      // A hole costs a byte as a value does, so a huge sparse array meets the limit, not a long loop.
      p = item === undefined && !(i in source) ? this.#tag(TAG.hole, p) : this.#value(item, p);
    }
    this.#leave(depth);
    return p;
  }

  /** Everything that is neither a plain object nor an array. Tests by internal slot, not by name. */
  #special(value: object, p: number): number {
    if (ArrayBuffer.isView(value)) return this.#view(value, p);
    if (types.isMap(value)) return this.#map(value, p);
    if (types.isSet(value)) return this.#set(value, p);
    if (types.isDate(value)) return this.#date(value, p);
    if (types.isRegExp(value)) return this.#regexp(value, p);
    if (types.isArrayBuffer(value)) {
      return this.#raw(TAG.arrayBuffer, new Uint8Array(value), p);
    }
    if (types.isNativeError(value) || value instanceof Error) return this.#error(value, p);
    if (types.isBoxedPrimitive(value)) return this.#value(value.valueOf(), p);
    const refused = refusedKind(value);
    if (refused !== undefined) throw new Refused(`is ${refused}`);
    return this.#plain(value as Record<string, unknown>, p, true);
  }

  #date(value: Date, p: number): number {
    if (p + NUMBER_BYTES_MAX > this.#end) throw FULL;
    return writeFloat(this.#bytes, TAG.date, Date.prototype.getTime.call(value), p);
  }

  #view(value: ArrayBufferView, p: number): number {
    if (types.isUint8Array(value)) {
      return this.#raw(Buffer.isBuffer(value) ? TAG.buffer : TAG.uint8Array, value, p);
    }
    const view = viewClassOf(value);
    if (view < 0) throw new Refused('is a view of an unknown class');
    const content = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return this.#raw(view, content, this.#tag(TAG.view, p));
  }

  /** `tag`, the length, the bytes. */
  #raw(tag: number, content: Uint8Array, p: number): number {
    const start = this.#length(content.byteLength, this.#tag(tag, p));
    const end = start + content.byteLength;
    if (end > this.#end) throw FULL;
    copyBytes(this.#bytes, start, content);
    return end;
  }

  #map(source: ReadonlyMap<unknown, unknown>, start: number): number {
    let p = this.#tag(TAG.map, start);
    const depth = this.#enter(source);
    let place = 0;
    // The prototype's own iterator: a subclass may have another.
    for (const [key, value] of Map.prototype.entries.call(source)) {
      this.#keys[depth] = place++;
      p = this.#value(key, p);
      this.#keys[depth] = place++;
      p = this.#value(value, p);
    }
    this.#leave(depth);
    return this.#tag(TAG.end, p);
  }

  #set(source: ReadonlySet<unknown>, start: number): number {
    let p = this.#tag(TAG.set, start);
    const depth = this.#enter(source);
    let place = 0;
    for (const value of Set.prototype.values.call(source)) {
      this.#keys[depth] = place++;
      p = this.#value(value, p);
    }
    this.#leave(depth);
    return this.#tag(TAG.end, p);
  }

  #regexp(value: RegExp, p: number): number {
    // A subclass may answer anything; what the receiver cannot build must be refused here.
    const copy = new RegExp(value.source, value.flags);
    return this.#string(copy.flags, this.#string(copy.source, this.#tag(TAG.regexp, p)));
  }

  #error(error: Error, start: number): number {
    const depth = this.#enter(error);
    const p = this.#value(toErrorRecord(error, canCarry), this.#tag(TAG.error, start));
    this.#leave(depth);
    return p;
  }
}

/** Whether someone has given all objects an enumerable property. */
function isPolluted(): boolean {
  for (const _key in Object.prototype) return true;
  return false;
}

/** A property of an error that takes more is dropped. */
const CARRIED_PROPERTY_BYTES_MAX = 65_536;

/** Tries a property of an error, which is then encoded again. Errors are rare. */
function canCarry(value: unknown): boolean {
  const scratch = Buffer.allocUnsafe(CARRIED_PROPERTY_BYTES_MAX);
  try {
    return new Encoder(null).encode(value, scratch, 0, scratch.length) >= 0;
  } catch {
    return false;
  }
}
