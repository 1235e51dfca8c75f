import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockQueue } from '../../src/memory/block-queue.ts';
import { LOAN_MASK } from '../../src/memory/entries.ts';
import * as ledger from '../../src/memory/ledger.ts';
import { GEN_MASK } from '../../src/memory/slot-header.ts';

const int32 = fc.integer();
const states = fc.constantFrom(...Object.values(ledger.CELL));

const kept = (word: number): unknown[] => [
  ledger.cellAttempts(word),
  ledger.cellDeaths(word),
  word & (ledger.CELL_BAD | ledger.CELL_DEAD),
];

describe('any cell word', () => {
  it('changes its state alone', () => {
    fc.assert(
      fc.property(int32, states, (word, state) => {
        const next = ledger.withCellState(word, state);
        expect(ledger.cellState(next)).toBe(state);
        expect(next & ~7).toBe(word & ~7);
      }),
    );
  });

  it('is lent under the next number, and keeps what happened before', () => {
    fc.assert(
      fc.property(int32, (word) => {
        const lent = ledger.lendCell(word);
        expect(ledger.cellState(lent)).toBe(ledger.CELL.loaned);
        expect(ledger.cellLoan(lent)).toBe((ledger.cellLoan(word) + 1) & LOAN_MASK);
        expect(kept(lent)).toEqual(kept(word));
        expect(lent & ledger.CELL_TOLD).toBe(0);
      }),
    );
  });

  it('moves attempts and deaths into another cell, which keeps its own loan number', () => {
    fc.assert(
      fc.property(int32, int32, (own, moved) => {
        const word = ledger.carryOver(own, moved);
        expect(ledger.cellLoan(word)).toBe(ledger.cellLoan(own));
        expect(ledger.cellAttempts(word)).toBe(ledger.cellAttempts(moved));
        expect(ledger.cellDeaths(word)).toBe(ledger.cellDeaths(moved));
        expect(ledger.cellState(word)).toBe(ledger.CELL.waiting);
      }),
    );
  });
});

describe('any ledger record', () => {
  it('keeps generation and state', () => {
    const gens = fc.integer({ min: 0, max: GEN_MASK });
    fc.assert(
      fc.property(gens, fc.constantFrom(...Object.values(ledger.LEDGER)), (gen, state) => {
        const words = new Int32Array(ledger.LEDGER_WORDS);
        ledger.setRecord(words, 0, gen, state);
        expect([ledger.recordGen(words, 0), ledger.recordState(words, 0)]).toEqual([gen, state]);
      }),
    );
  });
});

describe('BlockQueue', () => {
  it('behaves as an array that is pushed and shifted', () => {
    const steps = fc.array(fc.option(fc.nat(2 ** 30), { nil: undefined, freq: 3 }), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (script, divisor) => {
        const queue = new BlockQueue();
        const model: number[] = [];
        for (const value of script) {
          if (value !== undefined) {
            queue.put(value);
            model.push(value);
          } else if (model.length > 0) expect(queue.take()).toBe(model.shift());
          expect(queue.length).toBe(model.length);
        }
        queue.dropWhere((value) => value % divisor === 0);
        const left = model.filter((value) => value % divisor !== 0);
        expect(Array.from({ length: queue.length }, () => queue.take())).toEqual(left);
      }),
    );
  });
});
