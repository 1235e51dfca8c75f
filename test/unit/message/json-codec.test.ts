import { describe, expect, it } from 'vitest';
import { jsonCodec } from '../../../src/message/json-codec.ts';

describe('jsonCodec', () => {
  it('gives back what JSON gives back, with text of every kind', () => {
    for (const value of [
      null,
      0,
      true,
      'ä€😀\ud800',
      [1, { a: 'x' }],
      JSON.parse('{"__proto__":1}'),
    ]) {
      expect(jsonCodec.decode(jsonCodec.encode(value))).toEqual(value);
    }
    expect(
      jsonCodec.decode(jsonCodec.encode({ d: new Date(0), f: () => 1, n: Number.NaN })),
    ).toEqual({
      d: '1970-01-01T00:00:00.000Z',
      n: null,
    });
  });

  it('decodes the viewed bytes only', () => {
    expect(jsonCodec.decode(new Uint8Array(Buffer.from('xx[1]yy')).subarray(2, 5))).toEqual([1]);
  });

  it('refuses what has no form at all', () => {
    for (const value of [undefined, () => 1, Symbol('s')]) {
      expect(() => jsonCodec.encode(value)).toThrow(TypeError);
    }
  });
});
