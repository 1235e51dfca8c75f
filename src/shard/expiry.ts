/**
 * The end of a message's ttl: who has not been handed it does not get it any more. What is handed over is left alone here;
 * the receiver looks again before it starts. A notification, and an event for a subscription with `ack`, is a dead letter
 * of everybody who was to get it.
 */
import { packRef, refClient, refSlot, STATUS } from '../memory/entries.ts';
import {
  CELL,
  CELL_DEAD,
  CELL_STATE,
  CELL_UNHEARD,
  cellState,
  isActive,
  LEDGER,
  recordDetail,
  recordState,
} from '../memory/ledger.ts';
import { LETTER_REASON, packCause } from '../memory/letter-word.ts';
import { outcomeOf, targetsOf } from '../memory/outcome-word.ts';
import { CORR, EXPIRES, KIND, KIND_MASK, NO_DEADLINE } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { commit } from './commit.ts';
import { cellWord, nextDelivery, ownerOf } from './deliveries.ts';
import { giveUpUnheard, openLetter } from './give-up.ts';
import { unpark } from './parking.ts';
import { resolve } from './resolve-key.ts';
import { decide, settle } from './settle.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

const EXPIRED = { status: STATUS.expired, detail: 0 } as const;

export function hasExpired(shard: ShardState, link: ShardLink, slot: number): boolean {
  const expires = link.header(slot, EXPIRES);
  return expires !== NO_DEADLINE && ((shard.nowMs - expires) | 0) >= 0;
}

/** Its ttl has passed before it was placed, and nothing is to be kept of it. */
export function isPast(shard: ShardState, link: ShardLink, slot: number): boolean {
  if (!hasExpired(shard, link, slot)) return false;
  const isNotification = (link.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.notification;
  return !isNotification || !keepsLetters(shard);
}

/** Ends what nobody was handed of the message in `slot`. True: that was all of it, and it has ended or soon will have. */
export function expireMessage(shard: ShardState, link: ShardLink, slot: number): boolean {
  if (!hasExpired(shard, link, slot)) return false;
  if (expireWhole(shard, link, slot)) return true;
  const state = recordState(link.ledger, slot);
  if (state === LEDGER.parked) return expireParked(shard, link, slot);
  if (isRequest(link, slot) || !isActive(state)) return false;
  for (const delivery of deliveriesOf(shard, link, slot)) {
    if (isUndecided(shard, delivery)) expireOne(shard, link, slot, delivery);
  }
  return !isActive(recordState(link.ledger, slot));
}

/** Ends a waiting delivery of the message in `slot` of `link`, whose ttl has passed. */
export function expireDelivery(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  delivery: number,
): void {
  if (expireWhole(shard, link, slot)) return;
  if (isRequest(link, slot)) settle(shard, link, slot, EXPIRED, NO_CELL);
  else expireOne(shard, link, slot, delivery);
}

/** Messages that wait in the shard and could not become letters for want of room. */
export function expireWaiting(shard: ShardState): void {
  for (const ref of shard.unposted) {
    if (shard.deadLetters?.hasRoom !== true) return;
    shard.unposted.delete(ref);
    const link = shard.links[refClient(ref)];
    if (link === undefined || recordState(link.ledger, refSlot(ref)) !== LEDGER.parked) continue;
    expireMessage(shard, link, refSlot(ref));
  }
}

/** Nobody was handed it and nobody keeps anything of it: one status for all. False: neither. */
function expireWhole(shard: ShardState, link: ShardLink, slot: number): boolean {
  if (!isUntouched(shard, link, slot)) return false;
  if (keepsLetters(shard) && leavesLetters(shard, link, slot)) return false;
  if (isEvent(link, slot)) shard.counters.counts.expired += link.openCount[slot] as number;
  settle(shard, link, slot, EXPIRED, NO_CELL);
  return true;
}

function expireOne(shard: ShardState, link: ShardLink, slot: number, delivery: number): void {
  if (isEvent(link, slot)) shard.counters.counts.expired += 1;
  if (isLettered(ownerOf(shard, delivery))) {
    giveUpUnheard(shard, delivery, LETTER_REASON.expired);
  } else decide(shard, delivery, true);
}

/** It has no deliveries yet: those that it would have had are letters at once, all of them or none. */
function expireParked(shard: ShardState, link: ShardLink, slot: number): boolean {
  const targets = targetsFor(shard, link, slot).filter(isLettered);
  const sink = shard.deadLetters as Target;
  if (targets.length > sink.cellMax) {
    settle(shard, link, slot, EXPIRED, NO_CELL);
    return true;
  }
  if (!sink.hasRoomFor(targets.length)) {
    link.deadlines.remove(slot);
    shard.unposted.add(packRef(link.client, slot));
    return true;
  }
  if (isEvent(link, slot)) shard.counters.counts.expired += targets.length;
  if (unpark(link, slot)) shard.parkedAlone = true;
  for (const { spec } of targets) {
    const cause = packCause(spec.pool ?? spec.id, LETTER_REASON.expired);
    openLetter(shard, link, slot, cause, CELL_UNHEARD);
  }
  commit(link, slot, outcomeOf(targets.length));
  return true;
}

function keepsLetters({ deadLetters }: ShardState): boolean {
  return deadLetters?.link.down === false;
}

/** Somebody who was to get it has a letter to be kept for him. */
function leavesLetters(shard: ShardState, link: ShardLink, slot: number): boolean {
  return !isRequest(link, slot) && targetsFor(shard, link, slot).some(isLettered);
}

/** Who was to get the message in `slot`. Of a group that has to wait nobody is known. */
function targetsFor(shard: ShardState, link: ShardLink, slot: number): Target[] {
  const deliveries = deliveriesOf(shard, link, slot);
  if (deliveries.length > 0) return deliveries.map((delivery) => ownerOf(shard, delivery));
  const only = link.header(slot, CORR);
  const { notify, subscriptions } = resolve(shard, link, slot);
  const ids = only !== 0 ? [only - 1] : isEvent(link, slot) ? subscriptions : notify;
  return ids.map((id) => shard.targets[id]).filter((target) => target !== undefined);
}

function deliveriesOf(shard: ShardState, link: ShardLink, slot: number): number[] {
  const deliveries: number[] = [];
  for (let at = link.firstCell[slot] as number; at !== NO_CELL; at = nextDelivery(shard, at)) {
    deliveries.push(at);
  }
  return deliveries;
}

function isLettered({ spec }: Target): boolean {
  return spec.kind === 'endpoint' || spec.retry !== undefined;
}

/** No delivery of it is on loan or decided. */
function isUntouched(shard: ShardState, link: ShardLink, slot: number): boolean {
  const state = recordState(link.ledger, slot);
  if (state === LEDGER.parked) return true;
  if (state === LEDGER.held || link.loanCount[slot] !== 0) return false;
  if (link.openCount[slot] !== targetsOf(recordDetail(link.ledger, slot))) return false;
  return deliveriesOf(shard, link, slot).every((delivery) => isUndecided(shard, delivery));
}

/** It waits to be handed to whom it is for: it is no letter, and nobody is told of its end. */
function isUndecided(shard: ShardState, delivery: number): boolean {
  const word = cellWord(shard, delivery, CELL_STATE);
  const state = cellState(word);
  if (state !== CELL.waiting && state !== CELL.backoff) return false;
  return (word & CELL_DEAD) === 0 && !ownerOf(shard, delivery).isSink;
}

function isRequest(link: ShardLink, slot: number): boolean {
  return (link.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.request;
}

function isEvent(link: ShardLink, slot: number): boolean {
  return (link.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.event;
}
