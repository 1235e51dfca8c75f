import { describe, expect, it } from 'vitest';
import { SipHash } from '../../../src/shard/sip-hash.ts';

/** The reference's own test: key and message are 00 01 02 …; of so many bytes. */
const VECTORS: readonly [number, string][] = [
  [0, 'a3817f04ba25a8e66df67214c7550293'],
  [1, 'da87c1d86b99af44347659119b22fc45'],
  [7, 'a1f1ebbed8dbc153c0b84aa61ff08239'],
  [8, '3b62a9ba6258f5610f83e264f31497b4'],
  [15, '5493e99933b0a8117e08ec0f97cfc3d9'],
  [16, '6ee2a4ca67b054bbfd3315bf85230577'],
  [63, '5150d1772f50834a503e069a973fbd7c'],
];

function counting(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => at));
}

/** Of a message of bytes, whose length the reference puts into its last byte. */
function hashOf(key: Buffer, message: Buffer): string {
  const hash = new SipHash();
  const words = Int32Array.from([0, 4, 8, 12], (at) => key.readInt32LE(at));
  const blocks = Buffer.alloc((Math.floor(message.length / 8) + 1) * 8);
  message.copy(blocks);
  blocks[blocks.length - 1] = message.length;
  hash.start(words);
  for (let at = 0; at < blocks.length; at += 8) {
    hash.block(blocks.readInt32LE(at), blocks.readInt32LE(at + 4));
  }
  const result = new Int32Array(4);
  hash.end(result);
  return Buffer.from(result.buffer).toString('hex');
}

describe('SipHash', () => {
  it.each(VECTORS)('gives what the reference gives for %i bytes', (length, expected) => {
    expect(hashOf(counting(16), counting(length))).toBe(expected);
  });

  it('depends on every bit of its key', () => {
    const seen = new Set([hashOf(counting(16), counting(9))]);
    for (let bit = 0; bit < 128; bit++) {
      const key = counting(16);
      key[bit >> 3] = (key[bit >> 3] as number) ^ (1 << (bit & 7));
      seen.add(hashOf(key, counting(9)));
    }
    expect(seen.size).toBe(129);
  });
});
