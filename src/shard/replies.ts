/**
 * Responses and failure reports. Both are submissions of the receiving client that also acknowledge a delivery of the
 * message they answer: first the report's own way, then the delivery.
 */
import {
  clientIdOf,
  loanOf,
  low16,
  packRef,
  refClient,
  refSlot,
  STATUS,
} from '../memory/entries.ts';
import {
  CELL_COUNTED,
  CELL_REF,
  CELL_RESULT,
  CELL_STATE,
  CELL_TARGET,
  CELL_WORDS,
  cellLoan,
  cellState,
  isActive,
  isOnLoan,
  LEDGER,
  recordDetail,
  recordState,
  setRecord,
  setRecordDetail,
} from '../memory/ledger.ts';
import { outcomeOf, withReport } from '../memory/outcome-word.ts';
import { get, put } from '../memory/seam.ts';
import {
  CORR,
  FLAG_ERROR,
  GEN,
  HOLDER,
  HOLDER_SEQ,
  KIND,
  KIND_MASK,
  OWN_LOAN,
  SEQ_LO,
} from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { cellWord, nextDelivery, openDelivery } from './deliveries.ts';
import { endAnswered } from './end-attempt.ts';
import { failForGood } from './retry.ts';
import { finish, giveBack, settle } from './settle.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

interface Answered {
  readonly delivery: number;
  /** State of the delivery, on loan. */
  readonly state: number;
  readonly sender: ShardLink;
  readonly slot: number;
  /** It is another client's: the loan comes back with what that one says, and its handler may stop. */
  readonly isForeign: boolean;
}

/** The delivery that the message in `slot` of `link` answers; undefined when that loan is over. */
function answered(shard: ShardState, link: ShardLink, slot: number): Answered | undefined {
  const corr = link.header(slot, CORR);
  const cell = low16(corr);
  const holder = holderOf(shard, link, slot);
  if (holder === undefined || cell >= holder.cells.count) return undefined;
  const word = get(holder.cellWords, cell * CELL_WORDS + CELL_STATE);
  const state = cellState(word);
  if (!isOnLoan(state) || cellLoan(word) !== loanOf(corr)) return undefined;
  const ref = get(holder.cellWords, cell * CELL_WORDS + CELL_REF);
  const sender = shard.link(refClient(ref));
  const isForeign = holder !== link;
  if (isForeign && !isRequest(sender, refSlot(ref), link.header(slot, HOLDER_SEQ)))
    return undefined;
  return { delivery: packRef(holder.client, cell), state, sender, slot: refSlot(ref), isForeign };
}

function holderOf(shard: ShardState, link: ShardLink, slot: number): ShardLink | undefined {
  const holder = link.header(slot, HOLDER);
  if (holder === OWN_LOAN) return link;
  const named = shard.links[clientIdOf(holder - 1)];
  // Correlation ids outlive clients, and another one may have this one's id by now.
  return named?.memory.number === holder - 1 ? named : undefined;
}

/** The word of a client about another one's loan: it must name the very message. */
function isRequest(sender: ShardLink, slot: number, seqLow: number): boolean {
  const kind = sender.header(slot, KIND) & KIND_MASK;
  return kind === MESSAGE_KIND.request && sender.header(slot, SEQ_LO) === seqLow;
}

/** Ends the request with `status`, and takes the loan back unless somebody else holds it. */
function endRequest(
  shard: ShardState,
  request: Answered,
  outcome: { readonly status: number; readonly detail: number },
): void {
  const { delivery, isForeign, sender, slot } = request;
  settle(shard, sender, slot, outcome, isForeign ? NO_CELL : delivery);
}

/** A response: lent to the requester until it has read it. */
export function takeResponse(shard: ShardState, link: ShardLink, slot: number): void {
  const gen = link.header(slot, GEN);
  link.inCare += 1;
  const request = answered(shard, link, slot);
  if (request === undefined) {
    shard.counters.counts.late += 1;
    finish(link, slot, gen, STATUS.late, 0);
    return;
  }
  const { sender } = request;
  const isGood = (link.header(slot, KIND) & FLAG_ERROR) === 0;
  if (!request.isForeign) endAnswered(shard, request.delivery, isGood);
  const wanted = recordState(sender.ledger, request.slot) === LEDGER.routed;
  if (wanted && !sender.down) {
    setRecordDetail(link.ledger, slot, sender.client);
    setRecord(link.ledger, slot, gen, LEDGER.lent);
    sender.borrowed += 1;
    const detail = packRef(link.client, slot);
    endRequest(shard, request, { status: STATUS.reply, detail });
  } else {
    shard.counters.counts.late += 1;
    finish(link, slot, gen, STATUS.late, 0);
    if (wanted) endRequest(shard, request, { status: STATUS.ok, detail: 0 });
  }
  if (!request.isForeign) giveBack(shard, request.delivery, request.state);
}

/** A notification's handler failed and says why: the report travels to the sender as a delivery of its own. */
export function takeReport(shard: ShardState, link: ShardLink, slot: number): void {
  const gen = link.header(slot, GEN);
  link.inCare += 1;
  const failed = answered(shard, link, slot);
  if (failed === undefined) {
    finish(link, slot, gen, STATUS.late, 0);
    return;
  }
  const { sender } = failed;
  endAnswered(shard, failed.delivery, false);
  const active = isActive(recordState(sender.ledger, failed.slot));
  const sink = sender.down ? undefined : sender.reports;
  // A report that the outcome word cannot count would not be waited for: its slot would be used again before it is read.
  const counted = active ? withReport(recordDetail(sender.ledger, failed.slot)) : 0;
  const isCounted = active && counted !== recordDetail(sender.ledger, failed.slot);
  const isTold = isCounted && sink?.hasRoom === true;
  if (isTold) {
    const delivery = openDelivery(shard, link, slot, sink);
    // The sender finds its notification by this slot: it is not used again before the report has been read.
    const at = low16(delivery) * CELL_WORDS;
    put(sender.cellWords, at + CELL_RESULT, failed.slot);
    put(sender.cellWords, at + CELL_COUNTED, counted);
  }
  const isKept = active && enclose(shard, link, slot, packRef(sender.client, failed.slot));
  if (isTold || isKept) {
    setRecordDetail(link.ledger, slot, outcomeOf(Number(isTold) + Number(isKept)));
    setRecord(link.ledger, slot, gen, LEDGER.routed);
    if (isTold) setRecordDetail(sender.ledger, failed.slot, counted);
  } else {
    finish(link, slot, gen, STATUS.late, 0);
  }
  if (active) failForGood(shard, failed.delivery);
  else giveBack(shard, failed.delivery, failed.state);
}

/**
 * The report in `slot` goes to the dead letters too, ahead of the message that it is about, whose name is `about`. False:
 * there is no room for it, and the letter will be without its error.
 */
function enclose(shard: ShardState, link: ShardLink, slot: number, about: number): boolean {
  const { deadLetters } = shard;
  if (deadLetters === undefined || deadLetters.link.down || !deadLetters.hasRoom) return false;
  const delivery = openDelivery(shard, link, slot, deadLetters);
  put(deadLetters.link.cellWords, low16(delivery) * CELL_WORDS + CELL_RESULT, about);
  return true;
}

/** The rest of a response that was taken when its shard died. */
export function resumeResponse(shard: ShardState, link: ShardLink, slot: number): void {
  const request = answered(shard, link, slot);
  if (request === undefined) return;
  const { sender } = request;
  if (recordState(sender.ledger, request.slot) === LEDGER.routed) {
    const isLent = recordState(link.ledger, slot) === LEDGER.lent;
    const outcome = isLent
      ? { status: STATUS.reply, detail: packRef(link.client, slot) }
      : { status: STATUS.ok, detail: 0 };
    endRequest(shard, request, outcome);
  }
  if (!request.isForeign) giveBack(shard, request.delivery, request.state);
}

/** The rest of a failure report that was taken when its shard died. */
export function resumeReport(shard: ShardState, link: ShardLink, slot: number): void {
  const failed = answered(shard, link, slot);
  if (failed === undefined) return;
  const { sender } = failed;
  if (!isActive(recordState(sender.ledger, failed.slot))) {
    giveBack(shard, failed.delivery, failed.state);
    return;
  }
  for (let delivery = link.firstCell[slot] as number; delivery !== NO_CELL; ) {
    if (cellWord(shard, delivery, CELL_TARGET) === sender.reports?.spec.id) {
      setRecordDetail(sender.ledger, failed.slot, cellWord(shard, delivery, CELL_COUNTED));
    }
    delivery = nextDelivery(shard, delivery);
  }
  failForGood(shard, failed.delivery);
}
