/**
 * Taking a message: route it, give it its cells, then record it (`ROUTED` is the commit); or park it. A ring is never
 * left standing because a message must wait: acknowledgements come in the same ring.
 */

import { packRef, STATUS } from '../memory/entries.ts';
import { LEDGER, setRecord, setRecordDetail } from '../memory/ledger.ts';
import { outcomeOf } from '../memory/outcome-word.ts';
import {
  DEADLINE,
  EXPIRES,
  FLAG_EARLY,
  GEN,
  KEY_HASH,
  KEY_ID,
  KEY_LEN,
  KEY_OFF,
  KIND,
  KIND_MASK,
  keyEpochOf,
  NO_DEADLINE,
} from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import type { BalanceSet, Resolution } from '../routing/router.ts';
import { ALL_FULL, chooseMember, NOBODY } from './choose.ts';
import { openDelivery } from './deliveries.ts';
import { unpark, WaitQueue } from './parking.ts';
import { decide, finish } from './settle.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** A request, notification or event that was submitted in `slot`. */
export function takeMessage(shard: ShardState, link: ShardLink, slot: number): void {
  const gen = link.header(slot, GEN);
  link.inCare += 1;
  shard.counters.counts.routed += 1;
  if (hasExpired(shard, link, slot)) {
    finish(link, slot, gen, STATUS.expired, 0);
    return;
  }
  const queue = shard.intakeQueue ?? placeMessage(shard, link, slot, undefined);
  if (queue !== undefined) park(shard, link, slot, queue);
}

/**
 * Places a message, or returns the queue in which it must wait. It waits behind what waits already; `own` is the queue
 * whose head it is, undefined for a new message.
 */
export function placeMessage(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  own: WaitQueue | undefined,
): WaitQueue | undefined {
  if (link.parking.count > 0) {
    const before = link.parking.queueBefore(slot, link.header(slot, KEY_ID));
    if (before !== undefined && before !== own) return before;
  }
  const { backingOff } = shard;
  if (backingOff.size > 0 && backingOff.keepsBack(link, link.header(slot, KEY_ID))) {
    return shard.keptBack;
  }
  const resolution = resolve(shard, link, slot);
  const kind = link.header(slot, KIND) & KIND_MASK;
  if (kind === MESSAGE_KIND.request) return placeRequest(shard, link, slot, resolution, own);
  if (kind === MESSAGE_KIND.event) {
    return placeFanOut(shard, link, slot, resolution.subscriptions, own);
  }
  if (resolution.notify.length === 0) {
    refuse(shard, link, slot, STATUS.noRoute);
    return undefined;
  }
  return placeFanOut(shard, link, slot, resolution.notify, own);
}

function hasExpired(shard: ShardState, link: ShardLink, slot: number): boolean {
  const expires = link.header(slot, EXPIRES);
  return expires !== NO_DEADLINE && ((shard.nowMs - expires) | 0) >= 0;
}

/** What the key of a message resolves to, from the cache where it can. */
export function resolve(shard: ShardState, link: ShardLink, slot: number): Resolution {
  const id = link.header(slot, KEY_ID);
  const epoch = keyEpochOf(link.header(slot, KIND));
  const { generation } = shard.router;
  const cached = link.keys.get(id, epoch, generation);
  if (cached !== undefined) return cached;
  shard.counters.counts.cacheMisses += 1;
  const at = link.header(slot, KEY_OFF);
  const key = link.memory.bytes.toString('utf8', at, at + link.header(slot, KEY_LEN));
  const resolution = shard.router.resolve(key);
  link.keys.set(id, epoch, generation, resolution);
  return resolution;
}

function placeRequest(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  resolution: Resolution,
  own: WaitQueue | undefined,
): WaitQueue | undefined {
  const { sets } = resolution;
  for (let i = 0; i < sets.length; i++) {
    const set = sets[i] as BalanceSet;
    const waiting = set.scratch as WaitQueue | undefined;
    if (waiting !== undefined && waiting !== own && !waiting.isEmpty) return waiting;
    const chosen = chooseMember(shard, set, link.header(slot, KEY_HASH));
    if (chosen >= 0) {
      openDelivery(shard, link, slot, shard.targets[chosen] as Target);
      commit(link, slot, 1, LEDGER.routed);
      return undefined;
    }
    if (chosen === ALL_FULL) return queueOfSet(shard, set);
  }
  refuse(shard, link, slot, sets.length === 0 ? STATUS.noRoute : STATUS.unavailable);
  return undefined;
}

/** All cells or none: the first target without room that wants no drop makes the message wait. */
function placeFanOut(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  targets: readonly number[],
  own: WaitQueue | undefined,
): WaitQueue | undefined {
  for (let i = 0; i < targets.length; i++) {
    const target = shard.targets[targets[i] as number];
    if (target === undefined || target.spec.whenFull !== 'park') continue;
    const waiting = target.ownQueue;
    if (waiting !== undefined && waiting !== own && !waiting.isEmpty) return waiting;
    if (!target.hasRoom) return queueOfTarget(shard, target);
  }
  let opened = 0;
  let refused = 0;
  for (let i = 0; i < targets.length; i++) {
    const target = shard.targets[targets[i] as number];
    if (!target?.active) continue;
    if (!target.hasRoom && !makeRoom(shard, target)) {
      if (target.spec.whenFull === 'error') refused += 1;
      continue;
    }
    openDelivery(shard, link, slot, target);
    opened += 1;
  }
  if (opened > 0) commitFanOut(shard, link, slot, opened, refused > 0);
  else refuse(shard, link, slot, refused > 0 ? STATUS.full : emptyStatus(link, slot));
  return undefined;
}

/** Nobody took it: fine for an event; a notification's endpoints have all left. */
function emptyStatus(link: ShardLink, slot: number): number {
  const isEvent = (link.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.event;
  return isEvent ? STATUS.ok : STATUS.noRoute;
}

function commitFanOut(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  opened: number,
  isRefused: boolean,
): void {
  commit(link, slot, opened, isRefused ? LEDGER.refused : LEDGER.routed);
  if ((link.header(slot, KIND) & FLAG_EARLY) !== 0) shard.uncounted.push({ link, slot });
}

/** The message is taken: one store of the record. */
function commit(link: ShardLink, slot: number, targets: number, state: number): void {
  unpark(link, slot);
  setRecordDetail(link.ledger, slot, outcomeOf(targets));
  setRecord(link.ledger, slot, link.header(slot, GEN), state);
  watchDeadline(link, slot);
}

function watchDeadline(link: ShardLink, slot: number): void {
  const deadline = link.header(slot, DEADLINE);
  if (deadline !== NO_DEADLINE) link.deadlines.add(slot, deadline);
}

function refuse(shard: ShardState, link: ShardLink, slot: number, status: number): void {
  unpark(link, slot);
  if (status === STATUS.noRoute) shard.counters.counts.noRoute += 1;
  finish(link, slot, link.header(slot, GEN), status, 0);
}

function park(shard: ShardState, link: ShardLink, slot: number, queue: WaitQueue): void {
  shard.counters.counts.parked += 1;
  setRecord(link.ledger, slot, link.header(slot, GEN), LEDGER.parked);
  watchDeadline(link, slot);
  queue.push(link, slot);
}

/** The overflow policy of a subscription decides its oldest waiting delivery, or the new one. True: there is room. */
function makeRoom(shard: ShardState, target: Target): boolean {
  if (target.spec.whenFull === 'error') return false;
  shard.noteDropped(target);
  const oldest = target.firstWaiting;
  if (target.spec.whenFull !== 'drop-oldest' || oldest === NO_CELL) return false;
  decide(shard, packRef(target.link.client, oldest), true);
  return target.hasRoom;
}

function queueOfTarget(shard: ShardState, target: Target): WaitQueue {
  target.ownQueue ??= new WaitQueue(shard.links);
  target.waiters.add(target.ownQueue);
  return target.ownQueue;
}

function queueOfSet(shard: ShardState, set: BalanceSet): WaitQueue {
  const queue = (set.scratch as WaitQueue | undefined) ?? new WaitQueue(shard.links);
  set.scratch = queue;
  for (const member of set.members) shard.targets[member.target]?.waiters.add(queue);
  return queue;
}

/** Another target for a delivery that lost its own: the request's best candidate now, NOBODY or ALL_FULL. */
export function chooseAgain(shard: ShardState, link: ShardLink, slot: number): number {
  for (const set of resolve(shard, link, slot).sets) {
    const chosen = chooseMember(shard, set, link.header(slot, KEY_HASH));
    if (chosen !== NOBODY) return chosen;
  }
  return NOBODY;
}
