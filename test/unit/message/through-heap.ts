/** Two clients with a heap and a shape table between them, for the tests of the codec. */
import { expect } from 'vitest';
import { AutoCodec } from '../../../src/message/codec.ts';
import { BusError } from '../../../src/message/errors.ts';
import { ShapeReader } from '../../../src/message/shape-reader.ts';
import type { ShapeTable } from '../../../src/message/shape-table.ts';
import { ShapeWriter } from '../../../src/message/shape-writer.ts';

export const HEAP_BYTES: number = 2 * 1024 * 1024;
/** Odd, so that nothing in the heap is aligned. */
export const OFFSET: number = 1021;

export interface Pair {
  readonly sender: AutoCodec;
  readonly receiver: AutoCodec;
  readonly writer: ShapeWriter;
  readonly shapes: ShapeReader;
  readonly heap: Buffer;
}

/** An empty table of `bytes`. */
export function allocateShapeTable(bytes: number = 32 * 1024): ShapeTable {
  return {
    words: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    bytes: Buffer.from(new SharedArrayBuffer(bytes)),
  };
}

export function pair(table: ShapeTable = allocateShapeTable()): Pair {
  const writer = new ShapeWriter(table);
  return {
    sender: new AutoCodec(writer),
    receiver: new AutoCodec(null),
    writer,
    shapes: new ShapeReader(table),
    heap: Buffer.from(new SharedArrayBuffer(HEAP_BYTES)),
  };
}

/** The value after its way through the heap, which is overwritten before the value is looked at. */
export function roundTrip<T>(value: T, through: Pair = pair()): T {
  const { sender, receiver, shapes, heap } = through;
  const kind = sender.classify(value);
  expect(kind).toBeLessThan(16);
  const size = sender.sizeOf(kind, value);
  const written = sender.write(kind, value, heap, OFFSET, HEAP_BYTES - OFFSET);
  expect(written).toBeGreaterThanOrEqual(0);
  if (size >= 0) expect(written).toBe(size);
  const received = receiver.read(kind, heap, OFFSET, written, shapes) as T;
  heap.fill(0xff, OFFSET, OFFSET + written);
  return received;
}

/** The error with which the codec refuses `value`. */
export function refusal(value: unknown): BusError {
  const { sender, heap } = pair();
  try {
    const kind = sender.classify(value);
    sender.sizeOf(kind, value);
    sender.write(kind, value, heap, OFFSET, HEAP_BYTES - OFFSET);
  } catch (error) {
    if (BusError.isBusError(error)) return error;
    throw error;
  }
  throw new Error('The payload was accepted.');
}
