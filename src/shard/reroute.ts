/**
 * A delivery that lost its target (the endpoint closed, its client left, it was handed back) is routed again by its
 * key. A request moves to the best candidate there is now, and waits in BACKOFF while all of them are full. Of a
 * notification or event the delivery is taken out: the other targets have theirs.
 */

import { low16, packRef, refClient, refSlot, STATUS } from '../memory/entries.ts';
import {
  CELL,
  CELL_GROUP,
  CELL_REF,
  CELL_STATE,
  CELL_TARGET,
  CELL_WORDS,
  cellAttempts,
  cellState,
  isOpen,
  recordDetail,
  withCellState,
} from '../memory/ledger.ts';
import { LETTER_REASON } from '../memory/letter-word.ts';
import { failuresOf, reasonDetail, targetsOf, withoutTarget } from '../memory/outcome-word.ts';
import { put } from '../memory/seam.ts';
import { KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { backOff, endBackOff, LOOK_AGAIN_MS } from './back-off.ts';
import { ALL_FULL } from './choose.ts';
import { cellWord, deliveryState, freeDelivery, type Moved, ownerOf } from './deliveries.ts';
import { endRepeat } from './end-repeat.ts';
import { giveUpUnheard } from './give-up.ts';
import { nextMember } from './group-turn.ts';
import { move } from './move.ts';
import { chooseAgain } from './place-request.ts';
import { placeForReturned } from './pool-places.ts';
import { resolve } from './resolve-key.ts';
import { failUntried } from './retry.ts';
import { settle, takeOut } from './settle.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** `moved` is added to the cell word of the new delivery: attempts and deaths of the old one are kept. */
export function rerouteDelivery(shard: ShardState, delivery: number, moved: number): void {
  const ref = cellWord(shard, delivery, CELL_REF);
  const sender = shard.link(refClient(ref));
  const slot = refSlot(ref);
  const word = cellWord(shard, delivery, CELL_STATE) + moved;
  if ((sender.header(slot, KIND) & KIND_MASK) !== MESSAGE_KIND.request) {
    const moved = { delivery, word };
    if (!moveToPool(shard, moved) && !moveInGroup(shard, sender, slot, moved)) {
      withdraw(shard, sender, slot, delivery);
    }
    return;
  }
  const own = cellWord(shard, delivery, CELL_TARGET);
  const isBackingOff = cellState(word) === CELL.backoff;
  // A repeated attempt goes to another member of its set where there is one.
  const avoided = cellAttempts(word) > 0 ? (ownerOf(shard, delivery).spec.pool ?? own) : undefined;
  const chosen = chooseAgain(shard, sender, slot, avoided);
  if (chosen === own && isBackingOff) {
    waitAgain(shard, delivery, word);
  } else if (chosen >= 0) {
    move(shard, delivery, shard.targets[chosen] as Target, word);
  } else if (chosen === ALL_FULL) {
    if (mayWaitAgain(shard, delivery)) waitAgain(shard, delivery, word);
    else if (!returnToPool(shard, { delivery, word })) {
      backOff(shard, delivery, word, LOOK_AGAIN_MS);
    }
  } else {
    const outcome = { status: STATUS.unavailable, detail: lostBy(shard, delivery) };
    settle(shard, sender, slot, outcome, delivery);
    freeDelivery(shard, delivery, cellState(cellWord(shard, delivery, CELL_STATE)));
  }
}

/** Word 1 of the completion of a message that ends because a receiver's thread has left: which target was lost. */
function lostBy(shard: ShardState, delivery: number): number {
  if (!shard.link(refClient(delivery)).down) return 0;
  const { id, pool } = ownerOf(shard, delivery).spec;
  return reasonDetail((pool ?? id) + 1);
}

/**
 * A notification that a thread of a pool has lost or failed waits for any of them. False: it was with no pool, or the
 * pool is gone.
 */
function moveToPool(shard: ShardState, { delivery, word }: Moved): boolean {
  const { pool: id } = ownerOf(shard, delivery).spec;
  const pool = id === undefined ? undefined : shard.targets[id];
  if (pool === undefined) return false;
  if (pool.failed) {
    giveUpUnheard(shard, delivery, LETTER_REASON.died, word);
    return true;
  }
  const place = placeForReturned(shard, pool);
  if (place === undefined) backOff(shard, delivery, word, LOOK_AGAIN_MS);
  else move(shard, delivery, place, word);
  return true;
}

/**
 * A request that a thread of an ordered pool has lost or failed, while all that may have it are full: of later ones of its
 * key, perhaps. False: it may wait for room.
 */
function returnToPool(shard: ShardState, { delivery, word }: Moved): boolean {
  const { pool: id } = ownerOf(shard, delivery).spec;
  const pool = id === undefined ? undefined : shard.targets[id];
  if (pool?.lanes === undefined || !pool.active || pool.isBroken(shard.nowMs)) return false;
  if (!isRoutedTo(shard, delivery, pool)) return false;
  const place = placeForReturned(shard, pool);
  if (place === undefined) return false;
  move(shard, delivery, place, word);
  return true;
}

function isRoutedTo(shard: ShardState, delivery: number, target: Target): boolean {
  const ref = cellWord(shard, delivery, CELL_REF);
  const { notify } = resolve(shard, shard.link(refClient(ref)), refSlot(ref));
  return notify.includes(target.spec.id);
}

/** An event that a member of a group did not start goes to another. False: nobody is there, or it was for no group. */
function moveInGroup(shard: ShardState, sender: ShardLink, slot: number, moved: Moved): boolean {
  if ((sender.header(slot, KIND) & KIND_MASK) !== MESSAGE_KIND.event) return false;
  const { delivery, word } = moved;
  const number = cellWord(shard, delivery, CELL_GROUP);
  if (number === 0) return false;
  const { groups } = resolve(shard, sender, slot);
  const matched = groups.find(({ group }) => group.number === number);
  const next = matched === undefined ? undefined : nextMember(shard, sender, slot, matched);
  if (next === undefined) return false;
  const { isFree, target } = next;
  // It was accepted: of those that do not drop it waits for one.
  if (isFree || (target.isDroppable && target.hasRoom)) move(shard, delivery, target, word);
  else backOff(shard, delivery, word, LOOK_AGAIN_MS);
  return true;
}

/** The deliveries in BACKOFF whose time has come look again; returns how many. */
export function retryBackedOff(shard: ShardState): number {
  const due: { readonly delivery: number; readonly seq: number }[] = [];
  for (const link of shard.linkList) {
    for (let cell = link.takeBackOff(shard.nowMs); cell !== NO_CELL; ) {
      const delivery = packRef(link.client, cell);
      const ref = cellWord(shard, delivery, CELL_REF);
      due.push({ delivery, seq: shard.link(refClient(ref)).seqOf(refSlot(ref)) });
      cell = link.takeBackOff(shard.nowMs);
    }
  }
  // Those of one sender in the order of sending, as far as they are due together.
  due.sort((a, b) => a.seq - b.seq);
  for (const { delivery } of due) retry(shard, delivery);
  return due.length;
}

function retry(shard: ShardState, delivery: number): void {
  // Handling another one may have ended it.
  if (!shard.backingOff.has(delivery)) return;
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  if (!shard.backingOff.isNext(delivery)) {
    link.backOffs(shard.nowMs).add(cell, (shard.nowMs + LOOK_AGAIN_MS) | 0);
    return;
  }
  endBackOff(shard, delivery);
  const target = link.cells.owners[cell] as Target;
  if (endRepeat(shard, target, cell)) return;
  const isThere = shard.targets[target.spec.id] === target;
  const ref = cellWord(shard, delivery, CELL_REF);
  const kind = shard.link(refClient(ref)).header(refSlot(ref), KIND) & KIND_MASK;
  const isPooled = target.spec.pool !== undefined;
  if (!isThere || isPooled || kind === MESSAGE_KIND.request) rerouteDelivery(shard, delivery, 0);
  else if (target.failed) giveUpUnheard(shard, delivery, LETTER_REASON.died);
  else if (target.active) waitAgain(shard, delivery, cellWord(shard, delivery, CELL_STATE));
  else failUntried(shard, delivery);
}

/**
 * A delivery in BACKOFF whose target is there and takes messages: its cell is part of what fills the target, so nobody else
 * makes room.
 */
function mayWaitAgain(shard: ShardState, delivery: number): boolean {
  if (cellState(cellWord(shard, delivery, CELL_STATE)) !== CELL.backoff) return false;
  const target = ownerOf(shard, delivery);
  if (shard.targets[target.spec.id] !== target || !target.active) return false;
  return isRoutedTo(shard, delivery, target);
}

function waitAgain(shard: ShardState, delivery: number, word: number): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const target = link.cells.owners[cell] as Target;
  put(link.cellWords, cell * CELL_WORDS + CELL_STATE, withCellState(word, CELL.waiting));
  target.enqueue(cell);
  shard.stir(target);
}

/** One target fewer; a notification whose last target left undelivered has no route any more. */
function withdraw(shard: ShardState, sender: ShardLink, slot: number, delivery: number): void {
  const detail = withoutTarget(recordDetail(sender.ledger, slot));
  const state = deliveryState(shard, delivery);
  if ((sender.openCount[slot] as number) > (isOpen(state) ? 1 : 0)) {
    takeOut(shard, delivery, { link: sender, slot, detail, state });
    return;
  }
  const isEvent = (sender.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.event;
  const undelivered = targetsOf(detail) === 0 && !isEvent;
  const status = failuresOf(detail) === 0 ? STATUS.ok : STATUS.failed;
  const outcome = undelivered
    ? { status: STATUS.noRoute, detail: lostBy(shard, delivery) }
    : { status, detail };
  settle(shard, sender, slot, outcome, delivery);
  freeDelivery(shard, delivery, state);
}
