import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { AutoCodec } from '../../../src/message/codec.ts';
import { HEAP_BYTES, OFFSET, pair, roundTrip } from './through-heap.ts';

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
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, new Map()],
        [Number.NaN, undefined],
      ]),
    ],
    ['a Set', new Set<unknown>([1, 'a', null, new Set([2])])],
    ['an empty object', {}],
    ['an empty array', []],
    ['nested undefined', { a: undefined, b: [undefined, { c: undefined }] }],
    ['an object', { id: 1, name: 'x', tags: ['a', 'b'], at: null, nested: { deep: { er: true } } }],
    ['integer keys', { 2: 'b', 1: 'a', x: 'c' }],
    ['Buffer', Buffer.from('abc')],
    ['a large Buffer', Buffer.alloc(10_000, 7)],
    ['Uint8Array', new Uint8Array([1, 2, 3])],
    [
      'bytes in an object',
      { a: Buffer.from('abc'), b: new Uint8Array([1]), c: new ArrayBuffer(3) },
    ],
    ['ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
    ['an empty ArrayBuffer', new ArrayBuffer(0)],
  ])('%s', (_what, value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });
});

describe('details of what is kept', () => {
  it.each([
    Int8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ])('the class and the viewed bytes of %o', (View) => {
    const content = Uint8Array.from({ length: 48 }, (_, i) => i + 1);
    const view = new View(content.buffer, 8, 3);
    const received = roundTrip(view);
    expect(received).toBeInstanceOf(View);
    expect(received).toStrictEqual(view);
    expect(received.buffer.byteLength).toBe(view.byteLength);
    expect(roundTrip({ view }).view).toStrictEqual(view);
  });

  it('the class and the viewed bytes of BigInt arrays and of a DataView', () => {
    const buffer = new BigInt64Array([1n, -2n, 2n ** 62n]).buffer;
    expect(roundTrip(new BigInt64Array(buffer, 8, 1))).toStrictEqual(new BigInt64Array([-2n]));
    expect(roundTrip(new BigUint64Array(buffer, 16, 1))).toStrictEqual(
      new BigUint64Array([2n ** 62n]),
    );
    const view = roundTrip(new DataView(buffer, 8, 8));
    expect(view).toBeInstanceOf(DataView);
    expect(view.byteLength).toBe(8);
    expect(view.getBigInt64(0, true)).toBe(-2n);
  });

  it('only the viewed bytes of a Buffer from a pool, and its class', () => {
    const pooled = Buffer.from('xxhelloxx').subarray(2, 7);
    for (const received of [roundTrip(pooled), roundTrip([pooled])[0] as Buffer]) {
      expect(Buffer.isBuffer(received)).toBe(true);
      expect(received.toString()).toBe('hello');
    }
    expect(Buffer.isBuffer(roundTrip(new Uint8Array(3)))).toBe(false);
  });

  it('bytes of shared memory, as private bytes', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(9);
    const received = roundTrip(shared);
    expect([...received]).toEqual([9, 9, 9, 9]);
    expect(received.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it.each([0, 1, 24, 25, 64, 65, 4095, 4096, 70_000])(
    'a Uint8Array and an ArrayBuffer of %i bytes that own exactly their bytes',
    (length) => {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
      const received = roundTrip(bytes);
      expect(received).toStrictEqual(bytes);
      expect(received.buffer.byteLength).toBe(length);
      expect(received.buffer).toBeInstanceOf(ArrayBuffer);
      expect(new Uint8Array(roundTrip(bytes.buffer))).toStrictEqual(bytes);
      expect(roundTrip(Buffer.from(bytes)).equals(bytes)).toBe(true);
    },
  );

  it('holes of sparse arrays, as holes', () => {
    // biome-ignore lint/suspicious/noSparseArray: this is what is tested
    const received = roundTrip([1, , undefined, , 5]);
    expect(received).toHaveLength(5);
    expect(Object.keys(received)).toEqual(['0', '2', '4']);
    expect(roundTrip(new Array(3))).toStrictEqual(new Array(3));
  });

  it('elements of arrays, not their other properties or their class', () => {
    class List extends Array<number> {}
    const list = Object.assign(List.from([1, 2]), { note: 'x' });
    const received = roundTrip(list) as number[];
    expect(Object.keys(received)).toEqual(['0', '1']);
    expect(Object.getPrototypeOf(received)).toBe(Array.prototype);
  });

  it('a RegExp without lastIndex', () => {
    const pattern = /a/g;
    pattern.lastIndex = 3;
    const received = roundTrip(pattern);
    expect(received).toEqual(/a/g);
    expect(received.lastIndex).toBe(0);
    expect(String(roundTrip(/(?:)/))).toBe('/(?:)/');
  });

  it('an own key named __proto__, in objects of every encoding, without touching prototypes', () => {
    const through = pair();
    const value: unknown = JSON.parse('{"__proto__":{"evil":true},"a":1}');
    for (let i = 0; i < 4; i++) {
      const received = roundTrip(value, through) as object;
      expect(Object.keys(received)).toEqual(['__proto__', 'a']);
      expect(Object.getPrototypeOf(received)).toBe(Object.prototype);
      expect('evil' in received).toBe(false);
    }
  });

  it('the order of keys and Map entries', () => {
    const received = roundTrip({
      z: 1,
      a: 2,
      m: new Map([
        ['y', 1],
        ['b', 2],
      ]),
    });
    expect(Object.keys(received)).toEqual(['z', 'a', 'm']);
    expect([...received.m.keys()]).toEqual(['y', 'b']);
  });

  it('objects without a prototype and class instances, as plain objects of their own properties', () => {
    class Account {
      readonly id = 7;
      readonly #secret = 1;
      get total(): number {
        return this.#secret;
      }
    }
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(roundTrip(bare)).toStrictEqual({ a: 1 });
    expect(roundTrip(new Account())).toStrictEqual({ id: 7 });
    expect(roundTrip(Object.create({ inherited: 1 }))).toStrictEqual({});
    expect(roundTrip(Object.defineProperty({ a: 1 }, 'hidden', { value: 1 }))).toStrictEqual({
      a: 1,
    });
    expect(roundTrip({ a: 1, [Symbol('s')]: 2 })).toStrictEqual({ a: 1 });
  });

  it('only own properties while all objects inherit an enumerable one', () => {
    const everything = Object.prototype as { polluted?: number };
    everything.polluted = 1;
    try {
      expect(Object.keys(roundTrip({ a: { b: 1 } }).a)).toEqual(['b']);
    } finally {
      delete everything.polluted;
    }
  });

  it('boxed primitives, as the primitives', () => {
    expect(roundTrip([Object(1), Object('a'), Object(true), Object(2n)])).toEqual([
      1,
      'a',
      true,
      2n,
    ]);
  });

  it('Map and Set of subclasses, as Map and Set of their own entries', () => {
    class Strange extends Map<string, number> {
      override *[Symbol.iterator](): MapIterator<[string, number]> {
        yield ['never', 0];
      }
    }
    expect(roundTrip(new Strange([['a', 1]]))).toEqual(new Map([['a', 1]]));
  });

  it('what a Proxy of a plain object or array shows', () => {
    const proxy = new Proxy({ a: 1 }, { get: (_target, key) => `the ${String(key)}` });
    expect(roundTrip({ proxy })).toStrictEqual({ proxy: { a: 'the a' } });
    expect(roundTrip(new Proxy([1, 2], {}))).toStrictEqual([1, 2]);
  });

  it('values of another realm, by what they are', () => {
    const foreign: unknown = runInNewContext(
      `({ o: { a: 1 }, l: [1, 2], d: new Date(5), m: new Map([[1, 2]]), s: new Set([3]), r: /x/g,
          b: new Uint8Array([1, 2]), e: new TypeError('far') })`,
    );
    const received = roundTrip(foreign) as Record<string, unknown>;
    expect(received['o']).toStrictEqual({ a: 1 });
    expect(received['l']).toStrictEqual([1, 2]);
    expect(received['d']).toStrictEqual(new Date(5));
    expect(received['m']).toStrictEqual(new Map([[1, 2]]));
    expect(received['s']).toStrictEqual(new Set([3]));
    expect(received['r']).toStrictEqual(/x/g);
    expect(received['b']).toStrictEqual(new Uint8Array([1, 2]));
    expect(received['e']).toBeInstanceOf(TypeError);
  });

  it('the same object in two places, as two objects', () => {
    const shared = { a: 1 };
    const received = roundTrip({ x: shared, y: shared });
    expect(received).toStrictEqual({ x: { a: 1 }, y: { a: 1 } });
    expect(received.x).not.toBe(received.y);
  });

  it('text of every width at every length around the bounds of the encodings', () => {
    const through = pair();
    const bounds = [
      0, 1, 2, 8, 9, 15, 16, 17, 62, 63, 64, 65, 127, 128, 254, 255, 256, 257, 66_000,
    ];
    for (const unit of ['a', 'é', '日', '🎻', '\ud800']) {
      const texts = bounds.map((length) => unit.repeat(length));
      expect(roundTrip(texts, through)).toStrictEqual(texts);
      for (const text of texts) expect(roundTrip(text, through)).toBe(text);
      for (const text of texts)
        expect(roundTrip({ [text]: text }, through)).toStrictEqual({ [text]: text });
    }
  });
});

describe('privacy', () => {
  it('gives the receiver a value that later writes to the heap do not reach', () => {
    const { sender, receiver, shapes, heap } = pair();
    const value = {
      text: 'a text that is longer than a few characters',
      buffer: Buffer.from('abcdef'),
      bytes: new Uint8Array(100).fill(1),
      view: new Float64Array([1, 2]),
      raw: new Uint8Array([5, 6]).buffer,
    };
    const written = sender.write(0, value, heap, 8, HEAP_BYTES - 8);
    const received = receiver.read(0, heap, 8, written, shapes) as typeof value;
    const before = structuredClone(received);
    heap.fill(0xee);
    expect({ ...received, buffer: new Uint8Array(received.buffer) }).toEqual(before);
  });

  it('gives each receiver a value of its own', () => {
    const { sender, receiver, shapes, heap } = pair();
    const written = sender.write(0, { list: [1], buffer: Buffer.from('a') }, heap, 8, 1000);
    const first = receiver.read(0, heap, 8, written, shapes) as { list: number[]; buffer: Buffer };
    first.list.push(2);
    first.buffer[0] = 0;
    const second = receiver.read(0, heap, 8, written, shapes);
    expect(second).toStrictEqual({ list: [1], buffer: Buffer.from('a') });
  });
});

const GUARD = 0xee;

/** True if nothing outside `from` to `to` has been written since the heap was filled. */
function isGuarded(heap: Buffer, from: number, to: number): boolean {
  const guard = Buffer.alloc(heap.length, GUARD);
  return (
    heap.subarray(0, from).equals(guard.subarray(0, from)) &&
    heap.subarray(to).equals(guard.subarray(to))
  );
}

describe('the limit', () => {
  const values: readonly (readonly [string, unknown])[] = [
    ['a string', 'hello world'],
    ['text beyond ASCII', 'größe 日本 🎻'],
    ['text with a lone surrogate', 'a\ud800'],
    ['bytes', new Uint8Array(50)],
    ['an ArrayBuffer', new ArrayBuffer(50)],
    ['numbers', [1, -1, 1000, 1.5, 10n]],
    ['an object with keys', { a: 1, b: 'two', c: [true, null, undefined] }],
    ['gathered text', { a: 'x'.repeat(40), b: 'y'.repeat(100), c: 'z'.repeat(300) }],
    ['gathered text beyond ASCII', ['é'.repeat(40), '日'.repeat(100), '🎻'.repeat(200)]],
    [
      'everything else',
      [new Map([[1, { a: 1 }]]), new Set([1]), new Date(0), /a/g, new Error('x')],
    ],
    ['nested bytes', [Buffer.alloc(30), new Float64Array(3), new DataView(new ArrayBuffer(5))]],
  ];

  it.each(values)('is exact for %s, and nothing beyond it is written', (_what, value) => {
    const { sender, receiver, shapes } = pair();
    const heap = Buffer.from(new SharedArrayBuffer(8192));
    const kind = sender.classify(value);
    for (let warm = 0; warm < 2; warm++) sender.write(kind, value, heap, OFFSET, 4096);
    const needed = sender.write(kind, value, heap, OFFSET, 4096);
    for (let limit = 0; limit < needed; limit++) {
      heap.fill(GUARD);
      expect(sender.write(kind, value, heap, OFFSET, limit)).toBe(-1);
      expect(isGuarded(heap, OFFSET, OFFSET + limit)).toBe(true);
    }
    expect(sender.write(kind, value, heap, OFFSET, needed)).toBe(needed);
    expect(isGuarded(heap, OFFSET, OFFSET + needed)).toBe(true);
    expect(receiver.read(kind, heap, OFFSET, needed, shapes)).toEqual(value);
  });

  it('holds at the end of the heap too', () => {
    const codec = new AutoCodec(null);
    const heap = Buffer.alloc(64);
    expect(codec.write(codec.classify('x'.repeat(60)), 'x'.repeat(60), heap, 8, 1000)).toBe(-1);
    expect(codec.write(0, { a: 'x'.repeat(60) }, heap, 8, 1000)).toBe(-1);
    expect(codec.write(0, { a: 'x'.repeat(40) }, heap, 8, 1000)).toBeGreaterThan(0);
  });

  it('ends the encoding of a huge sparse array quickly', () => {
    const codec = new AutoCodec(null);
    const sparse: unknown[] = [];
    sparse.length = 2 ** 32 - 1;
    expect(codec.write(0, sparse, Buffer.alloc(1000), 0, 1000)).toBe(-1);
  });

  it('leaves the codec usable', () => {
    const through = pair();
    expect(through.sender.write(0, { a: { b: 'x'.repeat(100) } }, through.heap, 0, 20)).toBe(-1);
    expect(roundTrip({ a: { b: 'y'.repeat(20) } }, through)).toStrictEqual({
      a: { b: 'y'.repeat(20) },
    });
  });
});
