import { describe, expect, it, vi } from 'vitest';
import { ShapeReader } from '../../../src/message/shape-reader.ts';
import { keysOf, type ShapeNode, ShapeWriter } from '../../../src/message/shape-writer.ts';
import { allocateShapeTable, OFFSET, pair, roundTrip } from './through-heap.ts';

function walk(writer: ShapeWriter, keys: readonly string[]): ShapeNode | null {
  let node: ShapeNode | null = writer.root;
  for (const key of keys) node = node === null ? null : writer.step(node, key);
  return node;
}

function idOf(writer: ShapeWriter, keys: readonly string[]): number {
  const node = walk(writer, keys);
  return node === null ? -1 : writer.idOf(node);
}

/** A source whose values are 0, 1, 2 … */
function counting() {
  let next = 0;
  return { value: () => next++ };
}

describe('a shape', () => {
  it('is published when it is seen a second time, and then has one id for good', () => {
    const writer = new ShapeWriter(allocateShapeTable());
    expect(idOf(writer, ['a', 'b'])).toBe(-1);
    expect(writer.count).toBe(0);
    expect(idOf(writer, ['a', 'b'])).toBe(0);
    expect(idOf(writer, ['b', 'a'])).toBe(-1);
    expect(idOf(writer, ['b', 'a'])).toBe(1);
    expect(idOf(writer, ['a', 'b'])).toBe(0);
    expect(writer.count).toBe(2);
  });

  it('knows its keys in order', () => {
    const writer = new ShapeWriter(allocateShapeTable());
    expect(keysOf(walk(writer, ['z', 'a', 'größe']) as ShapeNode)).toEqual(['z', 'a', 'größe']);
  });

  it('may be the beginning of another', () => {
    const writer = new ShapeWriter(allocateShapeTable());
    for (let i = 0; i < 2; i++) for (const keys of [['a', 'b', 'c'], ['a'], []]) idOf(writer, keys);
    expect([idOf(writer, ['a', 'b', 'c']), idOf(writer, ['a']), idOf(writer, [])]).toEqual([
      0, 1, 2,
    ]);
    expect(idOf(writer, ['a', 'b'])).toBe(-1);
  });

  it('is read by the keys that were published, whatever they are', () => {
    const table = allocateShapeTable();
    const writer = new ShapeWriter(table);
    const reader = new ShapeReader(table);
    const shapes = [
      ['a', 'b'],
      ['__proto__', 'constructor'],
      ['', '"', '\\', '\u2028', '`', 'é🎻'],
      [],
    ];
    for (const keys of shapes) {
      idOf(writer, keys);
      const id = idOf(writer, keys);
      // Often enough to be compiled on the way.
      for (let uses = 0; uses < 100; uses++) {
        const read = reader.reader(id)(counting());
        expect(Object.keys(read)).toEqual(keys);
        expect(Object.values(read)).toEqual(keys.map((_, i) => i));
        expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
      }
    }
  });

  it('is read key by key where code generation is forbidden', () => {
    vi.stubGlobal('Function', () => {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    try {
      const through = pair();
      const value = JSON.parse('{"a":1,"__proto__":2,"c":{"d":3}}') as object;
      for (let i = 0; i < 100; i++) {
        const received = roundTrip(value, through);
        expect(Object.keys(received)).toEqual(['a', '__proto__', 'c']);
        expect(Object.getPrototypeOf(received)).toBe(Object.prototype);
      }
      expect(through.writer.count).toBe(2);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('that was never published is a defect that says so', () => {
    const reader = new ShapeReader(allocateShapeTable());
    expect(() => reader.reader(0)).toThrow('Shape 0 is not among the 0 published.');
  });
});

describe('the table', () => {
  it('stops at 1 024 shapes; objects of further shapes travel with their keys', () => {
    const through = pair();
    const values = Array.from({ length: 1100 }, (_, i) => ({ [`k${i}`]: i, same: true }));
    for (let round = 0; round < 3; round++) {
      for (const value of values) expect(roundTrip(value, through)).toStrictEqual(value);
    }
    expect(through.writer.count).toBe(1024);
  });

  it('stops at its last byte', () => {
    const table = allocateShapeTable(64);
    const through = pair(table);
    const values = Array.from({ length: 20 }, (_, i) => ({ [`key-${i}`]: i }));
    for (let round = 0; round < 3; round++) {
      for (const value of values) expect(roundTrip(value, through)).toStrictEqual(value);
    }
    // 1 byte of count, 2 of length and 5 of key, 7 times; with longer keys no more fit.
    expect(through.writer.count).toBe(8);
  });

  it('does not take objects with more than 128 keys, whose first 128 are no shape either', () => {
    const through = pair();
    const wide = Object.fromEntries(Array.from({ length: 129 }, (_, i) => [`k${i}`, i]));
    for (let round = 0; round < 3; round++) expect(roundTrip(wide, through)).toStrictEqual(wide);
    expect(through.writer.count).toBe(0);
    const { k128: _, ...fits } = wide;
    for (let round = 0; round < 3; round++) expect(roundTrip(fits, through)).toStrictEqual(fits);
    expect(through.writer.count).toBe(1);
  });

  it('is not filled by dictionaries whose keys are ever new, and their tree of keys is bounded', () => {
    const through = pair();
    for (let i = 0; i < 3000; i++) {
      const value = Object.fromEntries(Array.from({ length: 10 }, (_, j) => [`user-${i}-${j}`, j]));
      expect(roundTrip(value, through)).toStrictEqual(value);
    }
    expect(through.writer.count).toBe(0);
    const known = { a: 1 };
    for (let round = 0; round < 3; round++) expect(roundTrip(known, through)).toStrictEqual(known);
  });

  it('leaves out keys that UTF-8 cannot carry', () => {
    const through = pair();
    const value = { a: 1, '\ud800': 2, c: 3 };
    for (let round = 0; round < 3; round++) expect(roundTrip(value, through)).toStrictEqual(value);
    expect(through.writer.count).toBe(0);
  });

  it('spares the keys: the second object of a shape needs less than half of the bytes', () => {
    const { sender, heap } = pair();
    const sizes = [1, 2, 3].map((id) =>
      sender.write(0, { identifier: id, description: 'x', available: true }, heap, OFFSET, 1000),
    );
    expect(sizes[1]).toBeLessThan((sizes[0] as number) / 2);
    expect(sizes[2]).toBe(sizes[1]);
  });
});
