/**
 * The codec against any values: what arrives is what was sent, whatever shapes the table has seen
 * before, and the limit is exact.
 */
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AutoCodec } from '../../src/message/codec.ts';
import { ShapeReader } from '../../src/message/shape-reader.ts';
import { ShapeWriter } from '../../src/message/shape-writer.ts';
import { scaledRuns } from '../setup/property-runs.ts';
import { allocateShapeTable } from '../unit/message/through-heap.ts';

const HEAP_BYTES = 1024 * 1024;
const GUARD = 0xee;

/** Few keys, so that objects share shapes, and the awkward ones. */
const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'id', 'name', 'größe', '1', '', 'toString') },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', '\ud800', 'hasOwnProperty') },
  { weight: 1, arbitrary: fc.string() },
);

/** Any code units, lone surrogates among them, and lengths around the bounds of the encodings. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(fc.nat(0xffff), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc
    .tuple(fc.constantFrom('x', 'é', '日'), fc.constantFrom(16, 17, 63, 64, 255, 256, 300))
    .map(([unit, length]) => unit.repeat(length)),
);

const leaf = fc.oneof(
  text,
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, -0),
  // `deepStrictEqual` of Node 20 holds two invalid dates to be different; the unit test has that one.
  fc.date({ noInvalidDate: true }),
  fc.uint8Array({ maxLength: 100 }),
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => bytes.slice().buffer),
  fc.float64Array({ maxLength: 5 }),
  fc.int16Array({ maxLength: 5 }),
  fc.bigInt64Array({ maxLength: 3 }),
);

/** Entries as own properties; a literal or an assignment would lose `__proto__`. */
function objectOf(entries: readonly (readonly [string, unknown])[]): object {
  const target = {};
  for (const [name, value] of entries) {
    const all = { value, enumerable: true, writable: true, configurable: true };
    Object.defineProperty(target, name, all);
  }
  return target;
}

const { value } = fc.letrec<{ value: unknown; branch: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('branch')),
  branch: fc.oneof(
    fc.array(fc.tuple(key, tie('value')), { maxLength: 8 }).map(objectOf),
    fc.array(tie('value'), { maxLength: 8 }),
    fc.sparseArray(tie('value'), { maxNumElements: 3, maxLength: 10 }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((list) => new Map(list)),
    fc.array(tie('value'), { maxLength: 4 }).map((list) => new Set(list)),
  ),
}));

function clients() {
  const table = allocateShapeTable();
  return {
    sender: new AutoCodec(new ShapeWriter(table)),
    receiver: new AutoCodec(null),
    shapes: new ShapeReader(table),
    heap: Buffer.from(new SharedArrayBuffer(HEAP_BYTES)),
  };
}

describe('the codec', () => {
  it('brings every value over unchanged, whatever was sent before it', () => {
    const { sender, receiver, shapes, heap } = clients();
    fc.assert(
      fc.property(value, fc.nat(64), (sent, offset) => {
        const kind = sender.classify(sent);
        const written = sender.write(kind, sent, heap, offset, HEAP_BYTES - offset);
        const size = sender.sizeOf(kind, sent);
        expect(size === -1 || size === written).toBe(true);
        const received = receiver.read(kind, heap, offset, written, shapes);
        heap.fill(GUARD, offset, offset + written);
        deepStrictEqual(received, sent);
      }),
      { numRuns: scaledRuns(1000) },
    );
  });

  it('writes within the limit or says that it does not suffice', () => {
    const { sender, receiver, shapes, heap } = clients();
    fc.assert(
      fc.property(value, fc.double({ min: 0, max: 1, noNaN: true }), (sent, share) => {
        const kind = sender.classify(sent);
        // Twice, so that no shape is published between the measuring and the trial.
        sender.write(kind, sent, heap, 0, HEAP_BYTES);
        sender.write(kind, sent, heap, 0, HEAP_BYTES);
        const needed = sender.write(kind, sent, heap, 0, HEAP_BYTES);
        const limit = Math.floor(needed * share);
        heap.fill(GUARD, 0, needed + 64);
        const written = sender.write(kind, sent, heap, 0, limit);
        expect(written).toBe(limit < needed ? -1 : needed);
        for (let i = limit; i < needed + 64; i++) expect(heap[i] === GUARD).toBe(true);
        sender.write(kind, sent, heap, 0, needed);
        deepStrictEqual(receiver.read(kind, heap, 0, needed, shapes), sent);
      }),
      { numRuns: scaledRuns(300) },
    );
  });
});
