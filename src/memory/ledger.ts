/**
 * The shard's record of every message of a link, and of every delivery to it. Written by the shard alone (by its
 * successor after `'exit'`); no other living thread reads them.
 *
 * ```
 * ledger record of a slot, 2 words   w0  gen 28 | – 1 | state 3   (one store commits both)
 *                                    w1  failures 11 | reports 10, or the borrower (client) of a response
 * cell, 8 words  0 STATE  unheard 1 | untried 1 | trial 1 | deaths 4 | dead 1 | bad 1 | told 1 | attempts 8 | loan 11 | state 3
 *                1 REF    client, slot of the message     2 TARGET
 *                3 FROM   the cell this one replaces, + 1; bit 30: it stays on loan; 0: none
 *                4 RESULT failures of the message, including this one
 *                5 DUE    ms since the bus epoch; STAMP on loan: the breaker's state when it was lent      6 FROM_CLIENT  whose link FROM lies in
 *                7 DEADLINE of a request whose route sets it, ms since the bus epoch; its receiver reads it while on loan.
 *                  COUNTED of a failure report: word 1 of the failed message's record that counts it
 *                  GROUP of an event: the group that it was given to, 0: none
 * ```
 */
import { LOAN_MASK } from './entries.ts';
import { get, put } from './seam.ts';

export const LEDGER_WORDS = 2;

/** Ledger states; `ROUTED`, `REFUSED` and `EARLY` are *active*: deliveries are under way. */
export const LEDGER = {
  /** Finished, or never seen. */
  done: 0,
  /** Taken; waits for room or for an earlier message of its key. */
  parked: 1,
  routed: 2,
  /** As routed; the sender already knows the count, or that its request is routed. */
  early: 3,
  /** Status is final and sent; loans are out. */
  held: 4,
  /** A response, lent to its requester. */
  lent: 5,
  /** An event as routed; some subscription refused it, so its status will be `full`. */
  refused: 6,
} as const;

const LEDGER_STATE_BITS = 3;
const LEDGER_STATE_MASK = 7;

export function setRecord(ledger: Int32Array, slot: number, gen: number, state: number): void {
  put(ledger, slot * LEDGER_WORDS, (gen << LEDGER_STATE_BITS) | state);
}

export function recordState(ledger: Int32Array, slot: number): number {
  return get(ledger, slot * LEDGER_WORDS) & LEDGER_STATE_MASK;
}

export function recordGen(ledger: Int32Array, slot: number): number {
  return get(ledger, slot * LEDGER_WORDS) >>> LEDGER_STATE_BITS;
}

/** Word 1 of the record: failures and reports of a message, or the borrower of a response. */
export function recordDetail(ledger: Int32Array, slot: number): number {
  return get(ledger, slot * LEDGER_WORDS + 1);
}

export function setRecordDetail(ledger: Int32Array, slot: number, detail: number): void {
  put(ledger, slot * LEDGER_WORDS + 1, detail);
}

export function isActive(state: number): boolean {
  return state === LEDGER.routed || state === LEDGER.early || state === LEDGER.refused;
}

export const CELL_WORDS = 8;
export const CELL_STATE = 0;
export const CELL_REF = 1;
export const CELL_TARGET = 2;
export const CELL_FROM = 3;
export const CELL_RESULT = 4;
export const CELL_DUE = 5;
/** The same word while on loan, at an endpoint with a breaker. */
export const CELL_STAMP = 5;
export const CELL_FROM_CLIENT = 6;
/** Of a request's delivery the first, of a failure report's the second, of an event's the third. */
export const CELL_DEADLINE = 7;
export const CELL_COUNTED = 7;
export const CELL_GROUP = 7;

/** Cell states. *Open*: waiting, backoff, loaned. *On loan*: loaned, expired. */
export const CELL = { free: 0, waiting: 1, backoff: 2, loaned: 3, expired: 4, failed: 5 } as const;

const CELL_STATE_MASK = 7;
const CELL_LOAN_SHIFT = 3;
const CELL_ATTEMPTS_SHIFT = 14;
const CELL_ATTEMPTS_MASK = 0xff;
export const CELL_TOLD: number = 1 << 22;
export const CELL_BAD: number = 1 << 23;
export const CELL_DEAD: number = 1 << 24;
const CELL_DEATHS_SHIFT = 25;
const CELL_DEATHS_MASK = 15;
/** The delivery holds a place for trials of its endpoint's breaker. */
export const CELL_TRIAL: number = 1 << 29;
/** Attempts were counted, and no handler has had it: its endpoint's breaker was open each time. */
export const CELL_UNTRIED: number = 1 << 30;
/** It failed for good, and its sender has not heard why: it is told before the failure counts. Moves with the delivery. */
export const CELL_UNHEARD: number = 1 << 31;

/** Keeps loan number, attempts, deaths and flags. */
export function withCellState(word: number, state: number): number {
  return (word & ~CELL_STATE_MASK) | state;
}

/** The next loan of the cell; clears `told`. `untried` ends with a run: a loan may come back without one. */
export function lendCell(word: number): number {
  const loan = (cellLoan(word) + 1) & LOAN_MASK;
  return (
    (word & ~(CELL_STATE_MASK | CELL_TOLD | (LOAN_MASK << CELL_LOAN_SHIFT))) |
    (loan << CELL_LOAN_SHIFT) |
    CELL.loaned
  );
}

/** What moves with a delivery: attempts, deaths and whether they were runs, that it is a dead letter, that its sender is to hear of it. */
const CARRIED: number =
  (CELL_ATTEMPTS_MASK << CELL_ATTEMPTS_SHIFT) |
  (CELL_DEATHS_MASK << CELL_DEATHS_SHIFT) |
  CELL_UNTRIED |
  CELL_DEAD |
  CELL_UNHEARD;

/** A waiting cell with the loan number of its own word, and what `moved` brings of the delivery that moves into it. */
export function carryOver(own: number, moved: number): number {
  return freeCellWord(own) | (moved & CARRIED) | CELL.waiting;
}

/** One more attempt, and one more death where the handler's thread died. */
export const ONE_ATTEMPT: number = 1 << CELL_ATTEMPTS_SHIFT;
export const ONE_DEATH: number = 1 << CELL_DEATHS_SHIFT;

/** A free cell keeps nothing but its loan number, so that a late acknowledgement of an old loan is recognised. */
export function freeCellWord(word: number): number {
  return word & (LOAN_MASK << CELL_LOAN_SHIFT);
}

export function cellState(word: number): number {
  return word & CELL_STATE_MASK;
}

export function cellLoan(word: number): number {
  return (word >>> CELL_LOAN_SHIFT) & LOAN_MASK;
}

export function cellAttempts(word: number): number {
  return (word >>> CELL_ATTEMPTS_SHIFT) & CELL_ATTEMPTS_MASK;
}

export function cellDeaths(word: number): number {
  return (word >>> CELL_DEATHS_SHIFT) & CELL_DEATHS_MASK;
}

/** A handler may have had the message by this delivery. */
export function wasHandedOut(word: number): boolean {
  return (word & CELL_UNTRIED) === 0 && cellAttempts(word) + cellDeaths(word) > 0;
}

export function isOpen(state: number): boolean {
  return state >= CELL.waiting && state <= CELL.loaned;
}

export function isOnLoan(state: number): boolean {
  return state === CELL.loaned || state === CELL.expired;
}
