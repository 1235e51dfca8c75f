/** Pushing what waits, after the rings were read: early counts, notices, deliveries, and messages that found room. */
import {
  COMPLETION,
  DELIVER,
  FLAG_REDELIVERED,
  low16,
  NOTICE,
  OWN_DEADLINE,
  packComplete,
  packDeliver,
  packRef,
  refClient,
  refSlot,
  STATUS,
} from '../memory/entries.ts';
import {
  CELL_DEAD,
  CELL_DEADLINE,
  CELL_REF,
  CELL_RESULT,
  CELL_STATE,
  CELL_TARGET,
  CELL_TOLD,
  CELL_WORDS,
  cellAttempts,
  cellDeaths,
  cellLoan,
  cellState,
  isOnLoan,
  LEDGER,
  lendCell,
  recordDetail,
  recordGen,
  recordState,
  setRecord,
  wasHandedOut,
} from '../memory/ledger.ts';
import { packLetter } from '../memory/letter-word.ts';
import { get, put } from '../memory/seam.ts';
import { KEY_HASH, SENT } from '../memory/slot-header.ts';
import { AHEAD_MAX_MS, timeAfter } from '../memory/time-word.ts';
import { beginAttempt, nextToLend, passOnWaiting } from './begin-attempt.ts';
import { endRepeat } from './end-repeat.ts';
import { expireDelivery, expireWaiting, hasExpired } from './expiry.ts';
import { postWaiting } from './give-up.ts';
import { placeMessage } from './intake.ts';
import { unpark, type WaitQueue } from './parking.ts';
import { lendPool } from './pool.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** Rounds of giving room to parked messages; each round frees nothing by itself, so two suffice. */
const ROUNDS_MAX = 4;
/** Loans cannot be dropped: no more of them, for a subscription that drops, from a sender that runs short. */
const LOANS_WHEN_TIGHT = 32;
/** The word KEPT wraps: a thread that was told nothing for this long would take it for a number to come. */
const TELL_KEPT = 2 ** 30;

export function pump(shard: ShardState): void {
  if (shard.parkedAlone) {
    shard.parkedAlone = false;
    placeParkedAgain(shard);
  }
  tellRouted(shard);
  for (let round = 0; round < ROUNDS_MAX && shard.stirred.length > 0; round++) {
    const { stirred } = shard;
    const count = stirred.length;
    for (let i = 0; i < count; i++) {
      const target = stirred[i] as Target;
      target.stirred = false;
      if (target.waiters.size > 0) serveWaiters(shard, target);
      if (shard.awaitsLetters && target === shard.deadLetters) {
        postWaiting(shard);
        expireWaiting(shard);
      }
      if (target.isPool) lendPool(shard, target);
      else lend(shard, target);
    }
    stirred.splice(0, count);
    tellRouted(shard);
  }
  if (shard.untold.length > 0) tellLoans(shard);
}

/** Messages that are routed and whose senders wait for just that: events, and requests whose reply goes elsewhere. */
function tellRouted(shard: ShardState): void {
  const { uncounted } = shard;
  for (let i = 0; i < uncounted.length; i++) {
    const { link, slot } = uncounted[i] as (typeof uncounted)[number];
    const state = recordState(link.ledger, slot);
    if (state !== LEDGER.routed && state !== LEDGER.refused) continue;
    const status = state === LEDGER.refused ? STATUS.full : STATUS.ok;
    const detail = recordDetail(link.ledger, slot);
    link.pushStatus(packComplete(COMPLETION.count, status, slot), detail);
    setRecord(link.ledger, slot, recordGen(link.ledger, slot), LEDGER.early);
  }
  uncounted.length = 0;
}

/** Pushes the waiting deliveries of a target while it may have more on loan. */
function lend(shard: ShardState, target: Target): void {
  const { link } = target;
  if (link.down) return;
  const words = link.cellWords;
  if (target.breaker !== undefined) passOnWaiting(shard, target);
  while (target.loans < target.loanMax) {
    const cell = nextToLend(shard, target);
    if (cell === NO_CELL) break;
    const at = cell * CELL_WORDS;
    const ref = get(words, at + CELL_REF);
    const sender = shard.link(refClient(ref));
    if (target.loans >= LOANS_WHEN_TIGHT && target.isDroppable && sender.isTight) break;
    const slot = refSlot(ref);
    if (target.dedupe !== undefined && endRepeat(shard, target, cell)) continue;
    if (!target.isSink && hasExpired(shard, sender, slot)) {
      expireDelivery(shard, sender, slot, packRef(link.client, cell));
      continue;
    }
    if (!beginAttempt(shard, target, cell)) continue;
    target.lanes?.take(sender.header(slot, KEY_HASH), packRef(link.client, cell));
    target.dedupe?.take(link, cell);
    const word = get(words, at + CELL_STATE);
    const lent = lendCell(word);
    const flags = wasHandedOut(word) ? FLAG_REDELIVERED : 0;
    const last = target.isSink ? sinkWord(words, at, lent) : cellAttempts(lent) + 1;
    const own = sender.timeoutOf(slot) === 0 ? 0 : writeDeadline(sender, slot, words, at);
    link.deliver.push(
      packDeliver(DELIVER, flags, cellLoan(lent), cell) | own,
      ref,
      get(words, at + CELL_TARGET),
      last,
    );
    put(words, at + CELL_STATE, lent);
    target.unqueue(cell);
    target.loans += 1;
    target.lent += 1;
    sender.loanCount[slot] = (sender.loanCount[slot] as number) + 1;
    shard.counters.counts.delivered += 1;
  }
  if (target.isDroppable && (target.backlog > 0 || target.lent - target.toldKept > TELL_KEPT)) {
    shard.noteKept(target);
  }
}

/** Of a report, which message it is about; of a dead letter, what became of it. */
function sinkWord(words: Int32Array, at: number, lent: number): number {
  const result = get(words, at + CELL_RESULT);
  if ((lent & CELL_DEAD) === 0) return result;
  return packLetter(result, cellAttempts(lent), cellDeaths(lent));
}

/** The deadline that the route of a request sets, where its receiver finds it. */
function writeDeadline(sender: ShardLink, slot: number, words: Int32Array, at: number): number {
  const timeoutMs = sender.timeoutOf(slot);
  // Without a time limit there is none to show: the farthest time that can be told from the past.
  const ahead = timeoutMs < 0 ? AHEAD_MAX_MS : timeoutMs;
  put(words, at + CELL_DEADLINE, timeAfter(sender.header(slot, SENT), ahead) || 1);
  return OWN_DEADLINE;
}

/** Places parked messages, oldest first, until the target has no room again. */
function serveWaiters(shard: ShardState, target: Target): void {
  for (const queue of target.waiters) {
    if (target.hasRoom || !target.active || target.isBroken(shard.nowMs)) serveQueue(shard, queue);
    if (queue.isEmpty) target.waiters.delete(queue);
  }
}

/** Stops at the first message that still has to wait here. */
function serveQueue(shard: ShardState, queue: WaitQueue): void {
  for (let ref = queue.first; ref !== NO_CELL; ref = queue.first) {
    const link = shard.link(refClient(ref));
    const slot = refSlot(ref);
    const blockedIn = placeMessage(shard, link, slot, queue);
    if (blockedIn === queue) return;
    if (blockedIn === undefined) continue;
    queue.moveFirst(blockedIn);
  }
}

/** Looks at the queues that wait for what other shards hold. */
export function serveCrowded(shard: ShardState): void {
  for (const queue of shard.crowded) {
    serveQueue(shard, queue);
    if (queue.isEmpty) shard.crowded.delete(queue);
  }
  for (const pool of shard.crowdedPools) shard.stir(pool);
}

/** Routes or targets have changed: everything parked is placed again, in order, wherever it belongs now. */
export function placeParkedAgain(shard: ShardState): void {
  if (!shard.linkList.some((link) => link.parking.count > 0)) return;
  const parked = parkedInOrder(shard);
  for (const { link, slot } of parked) unpark(link, slot);
  for (const { link, slot } of parked) {
    placeMessage(shard, link, slot, undefined)?.push(link, slot);
  }
}

function parkedInOrder(shard: ShardState): { link: ShardLink; slot: number }[] {
  const queues = new Set(shard.linkList.flatMap((link) => link.parking.queues.filter(isQueue)));
  const parked: { link: ShardLink; slot: number }[] = [];
  for (const queue of queues) {
    for (let ref = queue.first; ref !== NO_CELL; ) {
      const link = shard.link(refClient(ref));
      parked.push({ link, slot: refSlot(ref) });
      ref = link.parking.next[refSlot(ref)] as number;
    }
  }
  return inOrderOfSending(parked);
}

/** The turns of the clients stay as they are; of each, its messages come in the order in which it sent them. */
function inOrderOfSending(
  parked: readonly { link: ShardLink; slot: number }[],
): { link: ShardLink; slot: number }[] {
  const slotsOf = new Map<ShardLink, number[]>();
  for (const { link, slot } of parked) {
    const slots = slotsOf.get(link);
    if (slots === undefined) slotsOf.set(link, [slot]);
    else slots.push(slot);
  }
  for (const [link, slots] of slotsOf) slots.sort((a, b) => link.seqOf(b) - link.seqOf(a));
  return parked.map(({ link }) => ({ link, slot: slotsOf.get(link)?.pop() as number }));
}

function isQueue(queue: WaitQueue | undefined): queue is WaitQueue {
  return queue !== undefined;
}

/** Tells the holders of loans whose message is settled that they may stop. */
function tellLoans(shard: ShardState): void {
  for (const delivery of shard.untold) {
    const link = shard.links[refClient(delivery)];
    if (link === undefined || link.down) continue;
    const at = low16(delivery) * CELL_WORDS;
    const word = get(link.cellWords, at + CELL_STATE);
    if (!isOnLoan(cellState(word)) || (word & CELL_TOLD) !== 0) continue;
    const ref = get(link.cellWords, at + CELL_REF);
    const sender = shard.link(refClient(ref));
    if (recordState(sender.ledger, refSlot(ref)) !== LEDGER.held) continue;
    const head = packDeliver(NOTICE, 0, cellLoan(word), low16(delivery));
    link.deliver.push(head, ref, get(link.cellWords, at + CELL_TARGET), 0);
    put(link.cellWords, at + CELL_STATE, word | CELL_TOLD);
  }
  shard.untold.length = 0;
}
