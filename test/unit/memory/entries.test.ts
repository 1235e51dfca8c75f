import { describe, expect, it } from 'vitest';
import * as entries from '../../../src/memory/entries.ts';

const SLOTS = [0, 1, 0x7fff, 0x8000, 0xffff];
const CLIENTS = [0, 1, 0x4000, entries.CLIENT_ID_MAX];
const LOANS = [0, 1, 0x400, entries.LOAN_MASK];

function isInt32(value: number): boolean {
  return value === (value | 0);
}

describe('submit entries', () => {
  it.each(SLOTS)('keep slot %i and their operation apart', (slot) => {
    for (const [pack, op] of [
      [entries.packSubmit, entries.SUBMIT],
      [entries.packCancel, entries.CANCEL],
    ] as const) {
      const entry = pack(slot);
      expect(isInt32(entry)).toBe(true);
      expect([entries.submitOp(entry), entries.low16(entry)]).toEqual([op, slot]);
    }
  });

  it('keep every status, cell and loan of an acknowledgement', () => {
    for (const status of Object.values(entries.ACK_STATUS)) {
      for (const loan of LOANS) {
        for (const cell of SLOTS) {
          const entry = entries.packAck(cell, loan, status);
          expect(isInt32(entry)).toBe(true);
          expect(entries.submitOp(entry)).toBe(entries.ACK);
          expect([entries.ackStatusOf(entry), entries.loanOf(entry), entries.low16(entry)]).toEqual(
            [status, loan, cell],
          );
        }
      }
    }
  });

  it('keep client and slot of a returned reply, which the sign bit tells apart', () => {
    for (const client of CLIENTS) {
      for (const slot of SLOTS) {
        const entry = entries.packReturn(client, slot);
        expect(entry).toBeLessThan(0);
        expect(entries.submitOp(entry)).toBe(entries.RETURN);
        expect([entries.refClient(entry), entries.refSlot(entry)]).toEqual([client, slot]);
      }
    }
  });
});

describe('deliver entries', () => {
  it('keep operation, flags, loan and cell', () => {
    for (const op of [entries.DELIVER, entries.NOTICE]) {
      for (const flags of [0, entries.FLAG_REDELIVERED, entries.FLAG_DEAD_LETTER, 3]) {
        for (const loan of LOANS) {
          for (const cell of SLOTS) {
            const word = entries.packDeliver(op, flags, loan, cell);
            expect(isInt32(word)).toBe(true);
            expect([
              entries.deliverOp(word),
              entries.deliverFlags(word),
              entries.loanOf(word),
              entries.low16(word),
            ]).toEqual([op, flags, loan, cell]);
          }
        }
      }
    }
  });

  it('name the delivery that a response answers by its cell and loan', () => {
    for (const loan of LOANS) {
      for (const cell of SLOTS) {
        const corr = entries.packDelivery(cell, loan);
        expect([entries.low16(corr), entries.loanOf(corr)]).toEqual([cell, loan]);
      }
    }
  });
});

describe('complete entries', () => {
  it('keep completion, status and slot', () => {
    for (const completion of Object.values(entries.COMPLETION)) {
      for (const status of [...Object.values(entries.STATUS), 31]) {
        for (const slot of SLOTS) {
          const word = entries.packComplete(completion, status, slot);
          expect(isInt32(word)).toBe(true);
          expect([
            entries.completionOf(word),
            entries.completeStatus(word),
            entries.low16(word),
          ]).toEqual([completion, status, slot]);
        }
      }
    }
  });

  it('number the statuses without gaps, so that an array may be indexed by them', () => {
    const statuses = Object.values(entries.STATUS).sort((a, b) => a - b);
    expect(statuses).toEqual(statuses.map((_, index) => index));
  });
});

describe('message references', () => {
  it('are positive and keep client and slot', () => {
    for (const client of CLIENTS) {
      for (const slot of SLOTS) {
        const ref = entries.packRef(client, slot);
        expect(ref).toBeGreaterThanOrEqual(0);
        expect([entries.refClient(ref), entries.refSlot(ref)]).toEqual([client, slot]);
      }
    }
  });
});
