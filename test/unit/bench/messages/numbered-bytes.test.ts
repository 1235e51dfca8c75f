import { describe, expect, it } from 'vitest';
import { isNumberedBytes, numberedBytes } from '../../../../bench/messages/numbered-bytes.ts';

const numbers = [0, 1, 255, 256, 65_535, 0x00ff_ffff, 0x7fff_ffff, 0xffff_ffff];

describe('numberedBytes', () => {
  it('makes 64 bytes that own their buffer', () => {
    const bytes = numberedBytes(7);
    expect(bytes.length).toBe(64);
    expect(bytes.buffer.byteLength).toBe(64);
  });

  it('is recognised as its own number and as no other', () => {
    for (const number of numbers) {
      for (const other of numbers) {
        expect(isNumberedBytes(numberedBytes(number), other)).toBe(number === other);
      }
    }
  });

  it('is not recognised once any one byte is changed', () => {
    for (const number of numbers) {
      for (let index = 0; index < 64; index += 1) {
        const bytes = numberedBytes(number);
        bytes[index] = (bytes[index] as number) ^ 0x80;
        expect(isNumberedBytes(bytes, number)).toBe(false);
      }
    }
  });

  it('is not recognised when it is cut or longer', () => {
    expect(isNumberedBytes(numberedBytes(3).subarray(0, 63), 3)).toBe(false);
    expect(isNumberedBytes(new Uint8Array([...numberedBytes(3), 0]), 3)).toBe(false);
  });
});
