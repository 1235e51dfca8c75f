import { describe, expect, it } from 'vitest';
import { LOAN_MASK } from '../../../src/memory/entries.ts';
import * as ledger from '../../../src/memory/ledger.ts';
import { GEN_MASK } from '../../../src/memory/slot-header.ts';

describe('ledger records', () => {
  it('keep generation and state in one word, at both ends of 28 bits', () => {
    const words = new Int32Array(2 * ledger.LEDGER_WORDS);
    for (const gen of [0, 1, 0x0800_0000, GEN_MASK]) {
      for (const state of Object.values(ledger.LEDGER)) {
        ledger.setRecord(words, 1, gen, state);
        expect([ledger.recordGen(words, 1), ledger.recordState(words, 1)]).toEqual([gen, state]);
        expect(words[0]).toBe(0);
      }
    }
  });

  it('keep their detail word apart from the state', () => {
    const words = new Int32Array(2 * ledger.LEDGER_WORDS);
    ledger.setRecord(words, 1, 7, ledger.LEDGER.routed);
    ledger.setRecordDetail(words, 1, -1);
    expect(ledger.recordDetail(words, 1)).toBe(-1);
    expect(ledger.recordState(words, 1)).toBe(ledger.LEDGER.routed);
    expect(ledger.recordDetail(words, 0)).toBe(0);
  });

  it('are active while deliveries are under way', () => {
    const active = Object.entries(ledger.LEDGER).filter(([, state]) => ledger.isActive(state));
    expect(active.map(([name]) => name)).toEqual(['routed', 'early', 'refused']);
  });

  it('of fresh memory say done', () => {
    const fresh = new Int32Array(ledger.LEDGER_WORDS);
    expect(ledger.recordState(fresh, 0)).toBe(ledger.LEDGER.done);
  });
});

const FULL_WORD =
  (15 << 25) | ledger.CELL_DEAD | ledger.CELL_BAD | ledger.CELL_TOLD | (255 << 14) | (0x7ff << 3);

function fields(word: number): Record<string, number> {
  return {
    state: ledger.cellState(word),
    loan: ledger.cellLoan(word),
    attempts: ledger.cellAttempts(word),
    told: word & ledger.CELL_TOLD,
    bad: word & ledger.CELL_BAD,
    dead: word & ledger.CELL_DEAD,
    deaths: ledger.cellDeaths(word),
  };
}

describe('cell words', () => {
  it('give every field bits of its own', () => {
    const single = [
      7,
      LOAN_MASK << 3,
      0xff << 14,
      ledger.CELL_TOLD,
      ledger.CELL_BAD,
      ledger.CELL_DEAD,
      15 << 25,
    ];
    for (const word of single) {
      const set = Object.values(fields(word)).filter((value) => value !== 0);
      expect(set).toHaveLength(1);
    }
    expect(single.reduce((sum, word) => sum + word, 0)).toBe(single.reduce((or, w) => or | w, 0));
  });

  it('change state and keep all else', () => {
    for (const state of Object.values(ledger.CELL)) {
      const word = ledger.withCellState(FULL_WORD, state);
      expect(fields(word)).toEqual({ ...fields(FULL_WORD), state });
    }
  });

  it('lend with the next loan number, which wraps into no neighbour, and untold', () => {
    const lent = ledger.lendCell(ledger.withCellState(FULL_WORD, ledger.CELL.waiting));
    expect(fields(lent)).toEqual({
      ...fields(FULL_WORD),
      state: ledger.CELL.loaned,
      loan: 0,
      told: 0,
    });
    expect(ledger.cellLoan(ledger.lendCell(5 << 3))).toBe(6);
  });

  it('free with nothing but the loan number, so that an old acknowledgement is recognised', () => {
    const none = { state: 0, loan: 0, attempts: 0, told: 0, bad: 0, dead: 0, deaths: 0 };
    expect(fields(ledger.freeCellWord(FULL_WORD))).toEqual({ ...none, loan: LOAN_MASK });
  });

  it('carry attempts, deaths and what is to be said over, and keep the loan number of the cell moved into', () => {
    const own = ledger.freeCellWord(9 << 3);
    const moved = ledger.withCellState(FULL_WORD, ledger.CELL.loaned);
    expect(fields(ledger.carryOver(own, moved))).toEqual({
      state: ledger.CELL.waiting,
      loan: 9,
      attempts: 255,
      told: 0,
      bad: 0,
      dead: ledger.CELL_DEAD,
      deaths: 15,
    });
    const unheard = ledger.carryOver(own, ledger.CELL_UNHEARD | ledger.CELL_TRIAL);
    expect(unheard).toBe(own | ledger.CELL_UNHEARD | ledger.CELL.waiting);
    for (const untried of [0, ledger.CELL_UNTRIED]) {
      const word = ledger.carryOver(own, untried | ledger.ONE_ATTEMPT | ledger.CELL.backoff);
      expect(ledger.wasHandedOut(word)).toBe(untried === 0);
    }
  });

  it('count one attempt and one death without touching the rest', () => {
    const word = ledger.withCellState(3 << 3, ledger.CELL.loaned);
    expect(fields(word + ledger.ONE_ATTEMPT + ledger.ONE_DEATH)).toEqual({
      ...fields(word),
      attempts: 1,
      deaths: 1,
    });
  });

  it('know which states are open and which are on loan', () => {
    const names = (test: (state: number) => boolean): string[] =>
      Object.entries(ledger.CELL)
        .filter(([, state]) => test(state))
        .map(([name]) => name);
    expect(names(ledger.isOpen)).toEqual(['waiting', 'backoff', 'loaned']);
    expect(names(ledger.isOnLoan)).toEqual(['loaned', 'expired']);
  });
});
