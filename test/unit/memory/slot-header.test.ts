import { describe, expect, it } from 'vitest';
import * as header from '../../../src/memory/slot-header.ts';

const WORDS = [
  header.GEN,
  header.KIND,
  header.SEQ_LO,
  header.SEQ_HI,
  header.KEY_ID,
  header.KEY_HASH,
  header.KEY_OFF,
  header.KEY_LEN,
  header.PAY_OFF,
  header.PAY_LEN,
  header.HDR_LEN,
  header.DEADLINE,
  header.CORR,
  header.SHARD,
  header.SENT,
  header.EXPIRES,
];

describe('slot headers', () => {
  it('fill one 64-byte line with words of their own', () => {
    expect(WORDS).toEqual(WORDS.map((_, index) => index));
    expect(header.SLOT_WORDS * Int32Array.BYTES_PER_ELEMENT).toBe(64);
  });

  it('have 28 bits of generation, so that a ledger word holds it beside its state', () => {
    expect(header.GEN_MASK).toBe(2 ** 28 - 1);
    expect((header.GEN_MASK << 3) >>> 3).toBe(header.GEN_MASK);
  });
});

describe('the KIND word', () => {
  const flags = [
    header.FLAG_EARLY,
    header.FLAG_ORDERED,
    header.FLAG_ERROR,
    header.FLAG_MORE,
    header.FLAG_END,
  ];

  it('gives each flag one bit above the kind and below the payload kind', () => {
    expect(new Set(flags).size).toBe(flags.length);
    for (const flag of flags) {
      expect(Math.log2(flag) % 1).toBe(0);
      expect(flag & header.KIND_MASK).toBe(0);
      expect(header.payloadKindOf(flag)).toBe(0);
    }
  });

  it('keeps kind, flags, payload kind and key epoch at their extremes', () => {
    const all = flags.reduce((sum, flag) => sum | flag, 0);
    for (const kind of [0, 4, 7]) {
      for (const payloadKind of [0, 15]) {
        for (const epoch of [0, 1, 0x8000, 0xffff]) {
          const word = header.packKind(kind, all, payloadKind, epoch);
          expect(word).toBe(word | 0);
          expect(word & header.KIND_MASK).toBe(kind);
          expect(word & all).toBe(all);
          expect(header.payloadKindOf(word)).toBe(payloadKind);
          expect(header.keyEpochOf(word)).toBe(epoch);
          expect(header.hopsOf(word)).toBe(0);
        }
      }
    }
  });
});
