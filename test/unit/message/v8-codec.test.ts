import { describe, expect, it } from 'vitest';
import { v8Codec } from '../../../src/message/v8-codec.ts';

describe('v8Codec', () => {
  it('keeps cycles, collections and the class of every view', () => {
    const cycle: { self?: unknown; map: Map<unknown, unknown> } = {
      map: new Map([[1n, new Set([-0])]]),
    };
    cycle.self = cycle;
    const back = v8Codec.decode(v8Codec.encode(cycle)) as typeof cycle;
    expect(back.self).toBe(back);
    expect(back.map).toEqual(cycle.map);
    for (const view of [
      Buffer.from('abc'),
      new Uint8Array(3),
      new Int16Array(2),
      new DataView(new ArrayBuffer(5)),
    ]) {
      expect(v8Codec.decode(v8Codec.encode(view))).toStrictEqual(view);
    }
  });

  it('gives views buffers of exactly their bytes, none of them the bytes that it was given', () => {
    const content = new Uint8Array(100).map((_, i) => i);
    for (let shift = 0; shift < 8; shift++) {
      // Whichever of the two happens to be aligned would lie in what is decoded.
      const value = [
        'x'.repeat(shift),
        new Float64Array(content.buffer, 8, 2),
        content.subarray(3, 5),
      ];
      const bytes = new Uint8Array(v8Codec.encode(value));
      const [, floats, few] = v8Codec.decode(bytes) as [string, Float64Array, Uint8Array];
      bytes.fill(0);
      expect(Buffer.from(floats.buffer)).toEqual(Buffer.from(content.slice(8, 24)));
      expect([...new Uint8Array(few.buffer)]).toEqual([3, 4]);
    }
  });

  it('refuses what structured clone refuses', () => {
    for (const value of [() => 1, Symbol('s'), new WeakMap(), Promise.resolve()]) {
      expect(() => v8Codec.encode({ value })).toThrow(/could not be cloned|#<Promise>/);
    }
  });
});
