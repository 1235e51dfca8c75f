/** Entries that a client sends about messages: acknowledgements, returned replies, cancellations, and time-outs. */
import {
  ACK_STATUS,
  ackStatusOf,
  loanOf,
  low16,
  packRef,
  refClient,
  refSlot,
  STATUS,
} from '../memory/entries.ts';
import {
  CELL,
  CELL_DEAD,
  CELL_REF,
  CELL_STATE,
  CELL_UNHEARD,
  CELL_WORDS,
  cellLoan,
  cellState,
  isOnLoan,
  LEDGER,
  recordDetail,
  recordGen,
  recordState,
} from '../memory/ledger.ts';
import type { LetterReason } from '../memory/letter-word.ts';
import { MARK_AGAIN, MARK_WORDS, rejectReason, VERDICT } from '../memory/link-memory.ts';
import { reasonDetail, withoutReports } from '../memory/outcome-word.ts';
import { get } from '../memory/seam.ts';
import { KIND, KIND_MASK, NO_DEADLINE } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { deadlineOf, watchTimeout } from './commit.ts';
import { cellWord, nextDelivery, ownerOf } from './deliveries.ts';
import { endAnswered, endAttempt } from './end-attempt.ts';
import { expireMessage } from './expiry.ts';
import { endLetter } from './give-up.ts';
import { noteHandled } from './repeats.ts';
import { rerouteDelivery } from './reroute.ts';
import { failAttempt, failForGood } from './retry.ts';
import { decide, decideTold, finish, giveBack, settle } from './settle.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

export function takeAcknowledgement(shard: ShardState, link: ShardLink, entry: number): void {
  const cell = low16(entry);
  const word = get(link.cellWords, cell * CELL_WORDS + CELL_STATE);
  const state = cellState(word);
  if (!isOnLoan(state) || cellLoan(word) !== loanOf(entry)) return;
  const delivery = packRef(link.client, cell);
  const ref = get(link.cellWords, cell * CELL_WORDS + CELL_REF);
  const sender = shard.link(refClient(ref));
  const status = ackStatusOf(entry);
  if (status === ACK_STATUS.ok) noteHandled(shard, link, cell);
  if (state === CELL.expired || recordState(sender.ledger, refSlot(ref)) === LEDGER.held) {
    giveBack(shard, delivery, state);
    return;
  }
  if (status === ACK_STATUS.requeue) endAttempt(shard, delivery, VERDICT.none);
  else endAnswered(shard, delivery, status === ACK_STATUS.ok);
  if ((word & CELL_DEAD) !== 0) endLetter(shard, delivery);
  else if ((word & CELL_UNHEARD) !== 0) decideTold(shard, delivery);
  else if (status === ACK_STATUS.ok) decide(shard, delivery, true);
  else if (status === ACK_STATUS.requeue) rerouteDelivery(shard, delivery, 0);
  else if (status === ACK_STATUS.failed) failAttempt(shard, delivery, wishOf(link, cell));
  else failForGood(shard, delivery, rejectionOf(link, cell, loanOf(entry)));
}

/** When its receiver wants a failed delivery again, ms from now; undefined: it leaves that to the policy. */
function wishOf(link: ShardLink, cell: number): number | undefined {
  const wish = get(link.marks, cell * MARK_WORDS + MARK_AGAIN);
  return wish > 0 ? wish - 1 : undefined;
}

/** Why its receiver gave a delivery back unhandled; undefined: the handler refused it, or failed for the last time. */
function rejectionOf(link: ShardLink, cell: number, loan: number): LetterReason | undefined {
  const reason = rejectReason(get(link.marks, cell * MARK_WORDS + MARK_AGAIN), loan);
  return reason as LetterReason | undefined;
}

/** The requester has read the reply in `slot` of client `owner`. */
export function takeReturn(shard: ShardState, link: ShardLink, entry: number): void {
  const owner = shard.links[refClient(entry)];
  const slot = refSlot(entry);
  if (owner === undefined || recordState(owner.ledger, slot) !== LEDGER.lent) return;
  link.borrowed -= 1;
  finish(owner, slot, recordGen(owner.ledger, slot), STATUS.ok, 0);
}

export function takeCancellation(shard: ShardState, link: ShardLink, slot: number): void {
  endWaiting(shard, link, slot, STATUS.aborted);
}

/** The deadline of the message in `slot` has passed, or the end of its ttl. */
export function timeOut(shard: ShardState, link: ShardLink, slot: number): void {
  if (expireMessage(shard, link, slot)) return;
  const deadline = deadlineOf(link, slot);
  const isOver = deadline !== NO_DEADLINE && ((shard.nowMs - deadline) | 0) >= 0;
  if (isOver) endWaiting(shard, link, slot, STATUS.timeout);
  else watchTimeout(link, slot);
}

function endWaiting(shard: ShardState, link: ShardLink, slot: number, status: number): void {
  const state = recordState(link.ledger, slot);
  const isRouted = state === LEDGER.routed || state === LEDGER.refused;
  const isRequest = (link.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.request;
  // An early request has told its sender that it is routed; its time still ends.
  const isEarlyRequest = state === LEDGER.early && isRequest;
  if (!isRouted && !isEarlyRequest && state !== LEDGER.parked) return;
  let detail = 0;
  if (isRouted) detail = withoutReports(recordDetail(link.ledger, slot), unlent(shard, link, slot));
  if (isRequest) detail = reasonDetail(Math.max(0, link.timeoutOf(slot)));
  settle(shard, link, slot, { status, detail }, NO_CELL);
}

/**
 * Refusals of the message in `slot` that wait at its sender's sink and end with it: they were counted as reports when it was
 * routed. One that was given up counts when its sender has heard of it.
 */
function unlent(shard: ShardState, link: ShardLink, slot: number): number {
  let count = 0;
  for (let delivery = link.firstCell[slot] as number; delivery !== NO_CELL; ) {
    const word = cellWord(shard, delivery, CELL_STATE);
    const isRefusal = ownerOf(shard, delivery) === link.reports && (word & CELL_UNHEARD) === 0;
    if (isRefusal && !isOnLoan(cellState(word))) count += 1;
    delivery = nextDelivery(shard, delivery);
  }
  return count;
}

/** Completes every reply lent to a client that has left. */
export function returnLent(shard: ShardState, borrower: ShardLink): void {
  for (const owner of shard.linkList) {
    for (let slot = 0; slot < owner.slots && borrower.borrowed > 0; slot++) {
      const isLent = recordState(owner.ledger, slot) === LEDGER.lent;
      if (!isLent || recordDetail(owner.ledger, slot) !== borrower.client) continue;
      borrower.borrowed -= 1;
      finish(owner, slot, recordGen(owner.ledger, slot), STATUS.ok, 0);
    }
  }
}
