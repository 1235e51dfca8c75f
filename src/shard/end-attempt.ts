/**
 * The end of an attempt at an endpoint that has a breaker: once, with or without a verdict, whatever becomes of the
 * delivery. A shard that dies in it has counted it at most once, and its successor takes back the place of a trial.
 */
import { NO_STAMP } from '../memory/breaker-words.ts';
import { low16, refClient } from '../memory/entries.ts';
import { CELL_STAMP, CELL_STATE, CELL_TRIAL, CELL_WORDS, cellLoan } from '../memory/ledger.ts';
import { MARK_AGAIN, MARK_WORDS, rejectReason, VERDICT, verdictIn } from '../memory/link-memory.ts';
import { get, put } from '../memory/seam.ts';
import { noteTurn } from './breaker-watch.ts';
import type { ShardState } from './shard-state.ts';

/** `verdict`: one of VERDICT. */
export function endAttempt(shard: ShardState, delivery: number, verdict: number): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const breaker = link.cells.owners[cell]?.breaker;
  if (breaker === undefined) return;
  const words = link.cellWords;
  const at = cell * CELL_WORDS;
  const stamp = get(words, at + CELL_STAMP);
  put(words, at + CELL_STAMP, NO_STAMP);
  const isCounted = verdict !== VERDICT.none && stamp !== NO_STAMP;
  const isTurned = isCounted && breaker.note(stamp, verdict === VERDICT.good, shard.nowMs);
  const word = get(words, at + CELL_STATE);
  if ((word & CELL_TRIAL) !== 0) {
    put(words, at + CELL_STATE, word & ~CELL_TRIAL);
    breaker.releaseTrial();
  }
  if (isTurned) noteTurn(shard, breaker.target);
}

/** An answer has come for a delivery on loan; of one that is no success its receiver has said whether it is a failure. */
export function endAnswered(shard: ShardState, delivery: number, isGood: boolean): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  if (link.cells.owners[cell]?.breaker === undefined) return;
  const said = get(link.marks, cell * MARK_WORDS + MARK_AGAIN);
  const loan = cellLoan(get(link.cellWords, cell * CELL_WORDS + CELL_STATE));
  const isUnhandled = rejectReason(said, loan) !== undefined;
  const verdict = isUnhandled ? VERDICT.none : verdictIn(said);
  endAttempt(shard, delivery, isGood ? VERDICT.good : verdict);
}

/** Nobody waits for the delivery on loan any more: a failure only when its time is over and a handler had started. */
export function endAbandoned(shard: ShardState, delivery: number, isTimeout: boolean): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  if (link.cells.owners[cell]?.breaker === undefined) return;
  const word = get(link.cellWords, cell * CELL_WORDS + CELL_STATE);
  const isStarted = get(link.marks, cell * MARK_WORDS) === cellLoan(word) + 1;
  endAttempt(shard, delivery, isTimeout && isStarted ? VERDICT.bad : VERDICT.none);
}
