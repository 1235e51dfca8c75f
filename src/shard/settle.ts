/**
 * How a message ends. Push, then record; settle first, free the cells after: a cell whose message is no longer active
 * is garbage, a message without cells would have lost its status.
 */
import { COMPLETION, low16, packComplete, refClient, refSlot, STATUS } from '../memory/entries.ts';
import {
  CELL,
  CELL_BAD,
  CELL_REF,
  CELL_RESULT,
  CELL_STATE,
  CELL_WORDS,
  isOnLoan,
  isOpen,
  LEDGER,
  recordDetail,
  recordGen,
  recordState,
  setRecord,
  setRecordDetail,
  withCellState,
} from '../memory/ledger.ts';
import { failuresOf, withFailure, withReport } from '../memory/outcome-word.ts';
import { get, put } from '../memory/seam.ts';
import { KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { cellWord, deliveryState, freeDelivery, nextDelivery } from './deliveries.ts';
import { endAbandoned } from './end-attempt.ts';
import { unpark } from './parking.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

/** Nothing of the message is on loan: status and slot go back at once. `gen` is the generation to record as done. */
export function finish(
  link: ShardLink,
  slot: number,
  gen: number,
  status: number,
  detail: number,
): void {
  const head = packComplete(COMPLETION.final, status, slot);
  // Of a response or report the status concerns nobody.
  const isAnswer = (link.header(slot, KIND) & KIND_MASK) >= MESSAGE_KIND.response;
  if (isAnswer) link.pushRelease(head, detail);
  else link.pushStatus(head, detail);
  setRecord(link.ledger, slot, gen, LEDGER.done);
  forget(link, slot);
}

/**
 * Ends the message in `slot`; the caller frees delivery `except` afterwards (NO_CELL: none). Other deliveries on loan
 * keep the slot until they come back.
 */
export function settle(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  outcome: { readonly status: number; readonly detail: number },
  except: number,
): void {
  const gen = recordGen(link.ledger, slot);
  const state = recordState(link.ledger, slot);
  const exceptOnLoan = except !== NO_CELL && isOnLoan(deliveryState(shard, except)) ? 1 : 0;
  const loans = (link.loanCount[slot] as number) - exceptOnLoan;
  count(shard, outcome.status);
  if (state === LEDGER.parked && unpark(link, slot)) shard.parkedAlone = true;
  if (loans > 0) {
    if (state !== LEDGER.early) {
      link.pushStatus(packComplete(COMPLETION.settled, outcome.status, slot), outcome.detail);
    }
    setRecord(link.ledger, slot, gen, LEDGER.held);
    link.deadlines.remove(slot);
  } else if (state === LEDGER.early) {
    release(link, slot, gen);
  } else {
    finish(link, slot, gen, outcome.status, outcome.detail);
  }
  dropOthers(shard, link, slot, except, outcome.status === STATUS.timeout);
}

/** Frees what is not on loan; what is on loan is told that it may stop. */
function dropOthers(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  except: number,
  isTimeout: boolean,
): void {
  for (let delivery = link.firstCell[slot] as number; delivery !== NO_CELL; ) {
    const next = nextDelivery(shard, delivery);
    if (delivery !== except) {
      const state = deliveryState(shard, delivery);
      if (isOnLoan(state)) {
        endAbandoned(shard, delivery, isTimeout);
        shard.untold.push(delivery);
      } else freeDelivery(shard, delivery, state);
    }
    delivery = next;
  }
}

function release(link: ShardLink, slot: number, gen: number): void {
  link.pushRelease(packComplete(COMPLETION.release, STATUS.ok, slot), 0);
  setRecord(link.ledger, slot, gen, LEDGER.done);
  forget(link, slot);
}

/** A loan came back and its message no longer waits for it. */
export function giveBack(shard: ShardState, delivery: number, state: number): void {
  const ref = cellWord(shard, delivery, CELL_REF);
  const link = shard.link(refClient(ref));
  const slot = refSlot(ref);
  if (recordState(link.ledger, slot) === LEDGER.held && link.loanCount[slot] === 1) {
    release(link, slot, recordGen(link.ledger, slot));
  }
  freeDelivery(shard, delivery, state);
}

/** This delivery is decided for good; the last one decided settles the message. */
export function decide(shard: ShardState, delivery: number, good: boolean): void {
  if (good) conclude(shard, delivery, keepOutcome);
  else conclude(shard, delivery, withFailure);
}

/** It has failed, and brought its sender the report of that. */
export function decideTold(shard: ShardState, delivery: number): void {
  conclude(shard, delivery, withToldFailure);
}

function keepOutcome(outcome: number): number {
  return outcome;
}

function withToldFailure(outcome: number): number {
  return withReport(withFailure(outcome));
}

function conclude(shard: ShardState, delivery: number, next: (outcome: number) => number): void {
  const ref = cellWord(shard, delivery, CELL_REF);
  const link = shard.link(refClient(ref));
  const slot = refSlot(ref);
  const state = deliveryState(shard, delivery);
  const others = (link.openCount[slot] as number) - (isOpen(state) ? 1 : 0);
  const detail = next(recordDetail(link.ledger, slot));
  if (others > 0) {
    if (next === keepOutcome) freeDelivery(shard, delivery, state);
    else takeOut(shard, delivery, { link, slot, detail, state });
    return;
  }
  const goodStatus = recordState(link.ledger, slot) === LEDGER.refused ? STATUS.full : STATUS.ok;
  const status = failuresOf(detail) === 0 ? goodStatus : STATUS.failed;
  settle(shard, link, slot, { status, detail }, delivery);
  freeDelivery(shard, delivery, state);
}

/**
 * Frees a delivery while others of its message are open, and gives the record its new word 1. The cell names that word
 * before the record has it, so that a repetition after a crash counts nothing twice.
 */
export function takeOut(
  shard: ShardState,
  delivery: number,
  {
    link,
    slot,
    detail,
    state,
  }: {
    readonly link: ShardLink;
    readonly slot: number;
    readonly detail: number;
    readonly state: number;
  },
): void {
  const words = shard.link(refClient(delivery)).cellWords;
  const at = low16(delivery) * CELL_WORDS;
  put(words, at + CELL_RESULT, detail);
  put(words, at + CELL_STATE, withCellState(get(words, at + CELL_STATE), CELL.failed) | CELL_BAD);
  setRecordDetail(link.ledger, slot, detail);
  freeDelivery(shard, delivery, state);
}

function forget(link: ShardLink, slot: number): void {
  link.inCare -= 1;
  if (link.hasTimeouts) link.noteTimeout(slot, 0);
  link.deadlines.remove(slot);
}

function count(shard: ShardState, status: number): void {
  const { counts } = shard.counters;
  if (status === STATUS.ok || status === STATUS.reply) counts.settled += 1;
  else if (status === STATUS.timeout) counts.timedOut += 1;
  else counts.failed += 1;
}
