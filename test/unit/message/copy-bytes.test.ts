import { describe, expect, it } from 'vitest';
import { copyBytes } from '../../../src/message/copy-bytes.ts';
import { privateBuffer, privateBytes } from '../../../src/message/private-bytes.ts';

const BEFORE = 0xee;
const SIZES = [0, 1, 7, 24, 25, 255, 256, 257, 2_047, 2_048, 4_095, 4_096, 8_191, 8_192, 100_003];
const PLACES = [0, 1, 5, 8];

const contentOf = (size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 0xff);

const spaces = [
  ['shared', (size: number) => Buffer.from(new SharedArrayBuffer(size))],
  ['private', (size: number) => Buffer.alloc(size)],
] as const;

const cases = SIZES.flatMap((size) => PLACES.map((place) => [size, place] as const));

describe.each(spaces)('in %s memory', (_, make) => {
  it.each(cases)('%i bytes go to place %i and nowhere else', (size, place) => {
    const heap = make(size + 32).fill(BEFORE);
    const content = contentOf(size + 3).subarray(3);
    copyBytes(heap, place, content);
    expect(Buffer.compare(heap.subarray(place, place + size), content)).toBe(0);
    expect(heap.subarray(0, place).every((byte) => byte === BEFORE)).toBe(true);
    expect(heap.subarray(place + size).every((byte) => byte === BEFORE)).toBe(true);
  });

  it.each(cases)('%i bytes from place %i become private ones', (size, place) => {
    const heap = make(size + 32).fill(BEFORE);
    heap.set(contentOf(size), place);
    const bytes = privateBytes(heap, place, size);
    const buffer = privateBuffer(heap, place, size);
    heap.fill(0);
    expect(Buffer.compare(bytes, contentOf(size))).toBe(0);
    expect(Buffer.compare(buffer, contentOf(size))).toBe(0);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(bytes.buffer).toBeInstanceOf(ArrayBuffer);
    expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, size]);
    expect(structuredClone(bytes, { transfer: [bytes.buffer] }).length).toBe(size);
  });
});
