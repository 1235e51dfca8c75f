/**
 * Values into tagged bytes (`codec-tags.ts`), in place: no intermediate buffer, no string of the
 * whole. What cannot be kept is refused with its path, never changed silently. The encoder runs
 * getters and Proxy traps of the caller, so it may be entered again while it works.
 */
import { types } from 'node:util';
import { LIMITS } from '../limits.ts';
import { SHORT_STRING, SHORT_STRINGS, SMALL_INTEGERS, TAG } from './codec-tags.ts';
import { BusError } from './errors.ts';
import { toErrorRecord } from './error-codec.ts';
import { refusedKind, viewClassOf } from './unusual-values.ts';
import { formatPath, refusedPayload } from './refusal.ts';
import { keysOf, type ShapeNode, type ShapeWriter } from './shape-writer.ts';
import { isWellFormed } from './text.ts';
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

const FLOAT = new Float64Array(1);
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);
const NO_BYTES: Buffer & TextBuffer = asTextBuffer(Buffer.alloc(0));

const hasOwn = Object.prototype.hasOwnProperty;
const prototypeOf = Object.getPrototypeOf;
const plainPrototype: unknown = Object.prototype;

/** Bytes of a tag and a u16 or u32. */
const SHAPE_HEADER_BYTES = 3;
const LONG_HEADER_BYTES = 5;
/** UTF-8 of one UTF-16 code unit takes at most this. */
const BYTES_PER_UNIT_MAX = 3;

export class Encoder {
  readonly #shapes: ShapeWriter | null;
  readonly #containers: unknown[] = [];
  readonly #keys: (string | number)[] = [];
  #bytes: Buffer & TextBuffer = NO_BYTES;
  #end = 0;
  #depth = 0;
  #busy = false;

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
    try {
      return this.#value(value, offset) - offset;
    } catch (error) {
      if (error === FULL) return -1;
      throw this.#explain(error);
    } finally {
      this.#busy = false;
      this.#bytes = NO_BYTES;
      this.#containers.length = 0;
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
    if (integer === value && (integer !== 0 || 1 / value > 0)) {
      if (integer >= 0 && integer < SMALL_INTEGERS) return this.#tag(integer, p);
      return this.#integer(integer, p);
    }
    return this.#float(TAG.float64, value, p);
  }

  #integer(value: number, p: number): number {
    const bytes = this.#bytes;
    if (value >= -128 && value < 128) {
      if (p + 2 > this.#end) throw FULL;
      bytes[p] = TAG.int8;
      bytes[p + 1] = value;
      return p + 2;
    }
    if (p + 5 > this.#end) throw FULL;
    bytes[p] = TAG.int32;
    bytes[p + 1] = value;
    bytes[p + 2] = value >> 8;
    bytes[p + 3] = value >> 16;
    bytes[p + 4] = value >> 24;
    return p + 5;
  }

  #float(tag: number, value: number, p: number): number {
    if (p + 9 > this.#end) throw FULL;
    const bytes = this.#bytes;
    FLOAT[0] = value;
    bytes[p] = tag;
    bytes[p + 1] = FLOAT_BYTES[0] as number;
    bytes[p + 2] = FLOAT_BYTES[1] as number;
    bytes[p + 3] = FLOAT_BYTES[2] as number;
    bytes[p + 4] = FLOAT_BYTES[3] as number;
    bytes[p + 5] = FLOAT_BYTES[4] as number;
    bytes[p + 6] = FLOAT_BYTES[5] as number;
    bytes[p + 7] = FLOAT_BYTES[6] as number;
    bytes[p + 8] = FLOAT_BYTES[7] as number;
    return p + 9;
  }

  #length(value: number, p: number): number {
    if (p + 4 > this.#end) throw FULL;
    const bytes = this.#bytes;
    bytes[p] = value;
    bytes[p + 1] = value >> 8;
    bytes[p + 2] = value >> 16;
    bytes[p + 3] = value >> 24;
    return p + 4;
  }

  #string(text: string, p: number): number {
    const length = text.length;
    if (length > SHORT_TEXT) return this.#longString(text, p);
    if (p + 1 + length > this.#end) throw FULL;
    const bytes = this.#bytes;
    const start = p + 1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#longString(text, p);
      bytes[start + i] = code;
    }
    bytes[p] = SHORT_STRING + length;
    return start + length;
  }

  /** Text beyond the loop's reach or beyond ASCII. It is written first and named afterwards. */
  #longString(text: string, p: number): number {
    const length = text.length;
    const bytes = this.#bytes;
    const worst = LONG_HEADER_BYTES + length * BYTES_PER_UNIT_MAX;
    if (p + worst > this.#end) return this.#tightString(text, p);
    const header = length < SHORT_STRINGS ? 1 : length < 256 ? 2 : LONG_HEADER_BYTES;
    const written = bytes.utf8Write(text, p + header);
    if (written !== length) return this.#wideString(text, p, written);
    if (header === 1) bytes[p] = SHORT_STRING + length;
    else if (header === 2) {
      bytes[p] = TAG.ascii8;
      bytes[p + 1] = length;
    } else {
      bytes[p] = TAG.ascii32;
      this.#length(length, p + 1);
    }
    return p + header + length;
  }

  /** Room for `utf8Bytes` and a long header at least. */
  #wideString(text: string, p: number, utf8Bytes: number): number {
    const bytes = this.#bytes;
    if (!isWellFormed(text)) return this.#illFormedString(text, p);
    const header = utf8Bytes < 256 ? 2 : LONG_HEADER_BYTES;
    bytes.utf8Write(text, p + header);
    if (header === 2) {
      bytes[p] = TAG.utf8x8;
      bytes[p + 1] = utf8Bytes;
    } else {
      bytes[p] = TAG.utf8x32;
      this.#length(utf8Bytes, p + 1);
    }
    return p + header + utf8Bytes;
  }

  #illFormedString(text: string, p: number): number {
    const size = text.length * 2;
    if (p + LONG_HEADER_BYTES + size > this.#end) throw FULL;
    this.#bytes[p] = TAG.utf16;
    this.#length(size, p + 1);
    this.#bytes.ucs2Write(text, p + LONG_HEADER_BYTES);
    return p + LONG_HEADER_BYTES + size;
  }

  /** Near the limit the exact size is worth a scan. */
  #tightString(text: string, p: number): number {
    const size = Buffer.byteLength(text);
    if (p + LONG_HEADER_BYTES + size > this.#end) {
      // Short ASCII needs one byte of header only; for it the last bytes may just do.
      if (size !== text.length || size >= SHORT_STRINGS || p + 1 + size > this.#end) throw FULL;
      this.#bytes[p] = SHORT_STRING + size;
      return p + 1 + this.#bytes.utf8Write(text, p + 1);
    }
    return this.#wideString(text, p, size);
  }

  #object(value: object, p: number): number {
    const prototype: unknown = prototypeOf(value);
    if (prototype === plainPrototype || prototype === null) {
      return this.#plain(value as Record<string, unknown>, p);
    }
    if (Array.isArray(value)) return this.#array(value, p);
    return this.#special(value, p);
  }

  /** Remembers the way here; the caller calls `#depth--` when it leaves. */
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

  #plain(source: Record<string, unknown>, start: number): number {
    let p = start + SHAPE_HEADER_BYTES;
    if (p > this.#end) throw FULL;
    const depth = this.#enter(source);
    const keys = this.#keys;
    const shapes = this.#shapes;
    let node: ShapeNode | null = shapes === null ? null : shapes.root;
    if (node === null) this.#nameKeyed(TAG.keyedMore, 0, start);
    for (const key in source) {
      if (!hasOwn.call(source, key)) continue;
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
    this.#depth = depth;
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
    this.#depth = depth;
    return p;
  }

  /** Everything that is neither a plain object nor an array. Tests by internal slot, not by name. */
  #special(value: object, p: number): number {
    if (ArrayBuffer.isView(value)) return this.#view(value, p);
    if (types.isMap(value)) return this.#map(value, p);
    if (types.isSet(value)) return this.#set(value, p);
    if (types.isDate(value)) return this.#float(TAG.date, Date.prototype.getTime.call(value), p);
    if (types.isRegExp(value)) return this.#regexp(value, p);
    if (types.isArrayBuffer(value)) {
      return this.#raw(TAG.arrayBuffer, new Uint8Array(value), p);
    }
    if (types.isNativeError(value) || value instanceof Error) return this.#error(value, p);
    if (types.isBoxedPrimitive(value)) return this.#value(value.valueOf(), p);
    const refused = refusedKind(value);
    if (refused !== undefined) throw new Refused(`is ${refused}`);
    return this.#plain(value as Record<string, unknown>, p);
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
    this.#bytes.set(content, start);
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
    this.#depth = depth;
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
    this.#depth = depth;
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
    this.#depth = depth;
    return p;
  }
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
