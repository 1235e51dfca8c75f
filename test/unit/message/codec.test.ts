import { describe, expect, it } from 'vitest';
import { AutoCodec } from '../../../src/message/codec.ts';
import { ShapeReader } from '../../../src/message/shape-reader.ts';
import { allocateShapeTable } from '../../../src/message/shape-table.ts';
import { ShapeWriter } from '../../../src/message/shape-writer.ts';

const HEAP_BYTES = 4 * 1024 * 1024;
const OFFSET = 1021;

/** A sender and a receiver with the sender's shape table between them. */
function pair() {
  const table = allocateShapeTable();
  const sender = new AutoCodec(new ShapeWriter(table));
  const receiver = new AutoCodec(null);
  const shapes = new ShapeReader(table);
  const heap = Buffer.from(new SharedArrayBuffer(HEAP_BYTES));
  return { sender, receiver, shapes, heap };
}

/** The value after its way through the heap, which is overwritten before the value is looked at. */
function roundTrip<T>(value: T, through = pair()): T {
  const { sender, receiver, shapes, heap } = through;
  const kind = sender.classify(value);
  const size = sender.sizeOf(kind, value);
  const written = sender.write(kind, value, heap, OFFSET, HEAP_BYTES - OFFSET);
  expect(written).toBeGreaterThanOrEqual(0);
  if (size >= 0) expect(written).toBe(size);
  const received = receiver.read(kind, heap, OFFSET, written, shapes) as T;
  heap.fill(0xff);
  return received;
}

describe('what is kept', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['false', false],
    ['zero', 0],
    ['minus zero', -0],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['minus Infinity', Number.NEGATIVE_INFINITY],
    ['small integers', [0, 1, 95, 96, 127, 128, 255, 256, -1, -128, -129]],
    ['integers at 32 bits', [2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32]],
    ['numbers at 53 bits', [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 60]],
    ['fractions', [0.1, -1.5, Number.MIN_VALUE, Number.MAX_VALUE, Math.PI]],
    ['BigInt', [0n, 1n, -1n, 255n, -256n, 2n ** 64n, -(2n ** 200n)]],
    ['the empty string', ''],
    ['ASCII', 'hello'],
    ['text beyond ASCII', 'größe 日本 🎻'],
    ['a lone surrogate', 'a\ud800b'],
    ['strings in an object', { a: '', b: 'x', c: 'größe', d: '\udc00', e: 'y'.repeat(70_000) }],
    ['a valid Date', new Date(1_700_000_000_123)],
    ['an invalid Date', new Date(Number.NaN)],
    ['a RegExp', /a(b+)\/c/giu],
    ['a Map', new Map<unknown, unknown>([['a', 1], [{ k: 1 }, new Map()], [Number.NaN, undefined]])],
    ['a Set', new Set<unknown>([1, 'a', null, new Set([2])])],
    ['an empty object', {}],
    ['an empty array', []],
    ['nested undefined', { a: undefined, b: [undefined, { c: undefined }] }],
    ['an object', { id: 1, name: 'x', tags: ['a', 'b'], at: null, nested: { deep: { er: true } } }],
    ['integer keys', { 2: 'b', 1: 'a', x: 'c' }],
    ['Buffer', Buffer.from('abc')],
    ['a large Buffer', Buffer.alloc(10_000, 7)],
    ['Uint8Array', new Uint8Array([1, 2, 3])],
    ['bytes in an object', { a: Buffer.from('abc'), b: new Uint8Array([1]), c: new ArrayBuffer(3) }],
    ['ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['an empty ArrayBuffer', new ArrayBuffer(0)],
  ])('%s', (_what, value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });
});
