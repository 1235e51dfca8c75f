/**
 * A delivery that failed for good. It moves to the dead letters, a target of main's client, and has failed when that has
 * it: so a shard's death loses no letter. Where there is no such target, and for what is never kept, it fails at once.
 * A notification of which no handler has said why moves on to its sender's own sink, as one that an endpoint cannot take.
 */
import { low16, packRefusal, REFUSAL, refClient, refSlot, STATUS } from '../memory/entries.ts';
import {
  CELL_DEAD,
  CELL_REF,
  CELL_RESULT,
  CELL_STATE,
  CELL_UNHEARD,
  CELL_WORDS,
  cellState,
  recordDetail,
} from '../memory/ledger.ts';
import {
  causeReason,
  causeTarget,
  LETTER_REASON,
  type LetterReason,
  packCause,
} from '../memory/letter-word.ts';
import { failuresOf, REPORTS_MAX, reasonDetail, targetsOf } from '../memory/outcome-word.ts';
import { put } from '../memory/seam.ts';
import { KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { backOff, endBackOff, mayBackOff } from './back-off.ts';
import { cellWord, freeDelivery, openDelivery, ownerOf } from './deliveries.ts';
import { move } from './move.ts';
import { decide, settle } from './settle.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

interface Outcome {
  readonly status: number;
  readonly detail: number;
}

/** As `giveUp`, where no handler has told the sender of a notification why. */
export function giveUpUnheard(
  shard: ShardState,
  delivery: number,
  reason: LetterReason,
  word: number = cellWord(shard, delivery, CELL_STATE),
): void {
  giveUp(shard, delivery, reason, word | CELL_UNHEARD);
}

/** `word` is the delivery's, with the attempts and deaths that count by now. */
export function giveUp(
  shard: ShardState,
  delivery: number,
  reason: LetterReason,
  word: number = cellWord(shard, delivery, CELL_STATE),
): void {
  const { spec } = ownerOf(shard, delivery);
  const cause = packCause(spec.pool ?? spec.id, reason);
  const isKept = isRequest(shard, delivery)
    ? reason === LETTER_REASON.died
    : spec.kind === 'endpoint' || spec.retry !== undefined;
  if (isKept && shard.deadLetters?.link.down === false) post(shard, delivery, cause, word);
  else fail(shard, delivery, cause, word);
}

/**
 * The bound of a subscription drops a delivery. With `ack` it is a dead letter, unless so many wait to become one that
 * they would keep their senders' slots: who drops never blocks.
 */
export function giveUpDropped(shard: ShardState, delivery: number): void {
  const link = shard.link(refClient(delivery));
  const { spec } = link.cells.owners[low16(delivery)] as Target;
  const sender = shard.link(refClient(cellWord(shard, delivery, CELL_REF)));
  const sink = shard.deadLetters;
  const isKept = spec.retry !== undefined && sink?.link.down === false;
  if (isKept && (sink.hasRoom || mayBackOff(shard, link, sender))) {
    giveUp(shard, delivery, LETTER_REASON.overflow);
  } else decide(shard, delivery, true);
}

/** As `giveUpDropped`, for a message in `slot` that is being placed and finds no place at `target`. True: it is posted. */
export function postRefused(
  shard: ShardState,
  sender: ShardLink,
  slot: number,
  { spec }: Target,
): boolean {
  const sink = shard.deadLetters;
  if (spec.retry === undefined || sink?.link.down !== false || !sink.hasRoom) return false;
  openLetter(shard, sender, slot, packCause(spec.id, LETTER_REASON.overflow), 0);
  return true;
}

/** Of a message that is not committed yet: until then the cell is nobody's. There is room; `flags`: CELL_UNHEARD or none. */
export function openLetter(
  shard: ShardState,
  sender: ShardLink,
  slot: number,
  cause: number,
  flags: number,
): void {
  const sink = shard.deadLetters as Target;
  const delivery = openDelivery(shard, sender, slot, sink);
  const { cellWords } = sink.link;
  const at = low16(delivery) * CELL_WORDS;
  put(cellWords, at + CELL_RESULT, cause);
  put(cellWords, at + CELL_STATE, cellWord(shard, delivery, CELL_STATE) | CELL_DEAD | flags);
}

/** Letters that found no room are posted, oldest first, as long as there is some. */
export function postWaiting(shard: ShardState): void {
  const sink = shard.deadLetters as Target;
  for (const delivery of shard.letters.keys()) {
    if (!sink.hasRoom) return;
    endBackOff(shard, delivery);
    const word = cellWord(shard, delivery, CELL_STATE);
    move(shard, delivery, sink, word, cellWord(shard, delivery, CELL_RESULT));
  }
}

/** The dead letters have it, or will not take it. */
export function endLetter(shard: ShardState, delivery: number): void {
  const cause = cellWord(shard, delivery, CELL_RESULT);
  fail(shard, delivery, cause, cellWord(shard, delivery, CELL_STATE));
}

function post(shard: ShardState, delivery: number, cause: number, word: number): void {
  const sink = shard.deadLetters as Target;
  if (sink.hasRoom) {
    move(shard, delivery, sink, word | CELL_DEAD, cause);
    return;
  }
  const { cellWords } = shard.link(refClient(delivery));
  put(cellWords, low16(delivery) * CELL_WORDS + CELL_RESULT, cause);
  // It is served when there is room, whatever the time.
  backOff(shard, delivery, word | CELL_DEAD, 0);
}

function fail(shard: ShardState, delivery: number, cause: number, word: number): void {
  const ref = cellWord(shard, delivery, CELL_REF);
  const sender = shard.link(refClient(ref));
  const slot = refSlot(ref);
  // Who drops by its bound has not failed.
  if (isEvent(shard, delivery) && causeReason(cause) === LETTER_REASON.overflow) {
    decide(shard, delivery, true);
    return;
  }
  const outcome = isRequest(shard, delivery)
    ? requestEnd(cause)
    : notificationEnd(cause, recordDetail(sender.ledger, slot));
  if (outcome === undefined) {
    if ((word & CELL_UNHEARD) === 0 || !tell(shard, delivery, cause, word)) {
      decide(shard, delivery, false);
    }
    return;
  }
  settle(shard, sender, slot, outcome, delivery);
  freeDelivery(shard, delivery, cellState(cellWord(shard, delivery, CELL_STATE)));
}

/**
 * Its sender is told which endpoint failed it and why; the failure counts when it has heard that. False: it cannot be
 * told, and the failure stays unnamed, as one does whose report finds no room.
 */
function tell(shard: ShardState, delivery: number, cause: number, word: number): boolean {
  if (kindOf(shard, delivery) !== MESSAGE_KIND.notification) return false;
  const ref = cellWord(shard, delivery, CELL_REF);
  const sender = shard.link(refClient(ref));
  const sink = sender.down ? undefined : sender.reports;
  // One report a target: of so many targets each can be counted.
  const isCounted = targetsOf(recordDetail(sender.ledger, refSlot(ref))) <= REPORTS_MAX;
  if (!isCounted || sink?.hasRoom !== true) return false;
  const target = causeTarget(cause);
  const why = WHY[causeReason(cause)] ?? unready(shard.targets[target]);
  move(shard, delivery, sink, word & ~CELL_DEAD, packRefusal(target, why));
  return true;
}

/** What a sender is told, by reason. */
const WHY: Readonly<Record<number, number>> = {
  [LETTER_REASON.expired]: REFUSAL.expired,
  [LETTER_REASON.overflow]: REFUSAL.overflow,
  [LETTER_REASON.died]: REFUSAL.died,
};

/** Why an endpoint that is there let no attempt begin. */
function unready(target: Target | undefined): number {
  return target?.active === false ? REFUSAL.unavailable : REFUSAL.broken;
}

function requestEnd(cause: number): Outcome | undefined {
  if (causeReason(cause) !== LETTER_REASON.died) return undefined;
  return { status: STATUS.died, detail: reasonDetail(causeTarget(cause) + 1) };
}

/** One that nobody was to get but who was not handed it in time has expired, rather than failed there. */
function notificationEnd(cause: number, detail: number): Outcome | undefined {
  const isAlone = targetsOf(detail) === 1 && failuresOf(detail) === 0;
  if (causeReason(cause) !== LETTER_REASON.expired || !isAlone) return undefined;
  return { status: STATUS.expired, detail: 0 };
}

function isRequest(shard: ShardState, delivery: number): boolean {
  return kindOf(shard, delivery) === MESSAGE_KIND.request;
}

function isEvent(shard: ShardState, delivery: number): boolean {
  return kindOf(shard, delivery) === MESSAGE_KIND.event;
}

function kindOf(shard: ShardState, delivery: number): number {
  const ref = cellWord(shard, delivery, CELL_REF);
  return shard.link(refClient(ref)).header(refSlot(ref), KIND) & KIND_MASK;
}
