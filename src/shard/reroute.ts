/**
 * A delivery that lost its target (the endpoint closed, its client left, it was handed back) is routed again by its
 * key. A request moves to the best candidate there is now, and waits in BACKOFF while all of them are full. Of a
 * notification or event the delivery is taken out: the other targets have theirs.
 */

import { low16, refClient, refSlot, STATUS } from '../memory/entries.ts';
import {
  CELL,
  CELL_DUE,
  CELL_FROM,
  CELL_REF,
  CELL_STATE,
  CELL_WORDS,
  cellAttempts,
  cellDeaths,
  cellState,
  isOnLoan,
  isOpen,
  recordDetail,
  withCellState,
} from '../memory/ledger.ts';
import { failuresOf, reasonDetail, targetsOf, withoutTarget } from '../memory/outcome-word.ts';
import { get, put } from '../memory/seam.ts';
import { KEY_ID, KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { ALL_FULL } from './choose.ts';
import { cellWord, deliveryState, freeDelivery, openDelivery } from './deliveries.ts';
import { chooseAgain } from './place-request.ts';
import { resolve } from './resolve-key.ts';
import { settle, takeOut } from './settle.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** How long a delivery waits before it looks for a target again. */
const LOOK_AGAIN_MS = 5;

/** `moved` is added to the cell word of the new delivery: attempts and deaths of the old one are kept. */
export function rerouteDelivery(shard: ShardState, delivery: number, moved: number): void {
  const ref = cellWord(shard, delivery, CELL_REF);
  const sender = shard.link(refClient(ref));
  const slot = refSlot(ref);
  const word = cellWord(shard, delivery, CELL_STATE) + moved;
  if ((sender.header(slot, KIND) & KIND_MASK) !== MESSAGE_KIND.request) {
    withdraw(shard, sender, slot, delivery);
    return;
  }
  const chosen = chooseAgain(shard, sender, slot);
  if (chosen >= 0) {
    move(shard, delivery, shard.targets[chosen] as Target, word);
  } else if (chosen === ALL_FULL) {
    if (mayWaitAgain(shard, delivery)) waitAgain(shard, delivery, word);
    else backOff(shard, delivery, word);
  } else {
    const outcome = { status: STATUS.unavailable, detail: lostBy(shard, delivery) };
    settle(shard, sender, slot, outcome, delivery);
    freeDelivery(shard, delivery, cellState(cellWord(shard, delivery, CELL_STATE)));
  }
}

/** Word 1 of the completion of a message that ends because a receiver's thread has left: which target was lost. */
export function lostBy(shard: ShardState, delivery: number): number {
  const link = shard.link(refClient(delivery));
  if (!link.down) return 0;
  return reasonDetail((link.cells.owners[low16(delivery)] as Target).spec.id + 1);
}

/** The deliveries in BACKOFF whose time has come look again. */
export function retryBackedOff(shard: ShardState): void {
  for (const delivery of shard.backingOff.candidates()) {
    const due = cellWord(shard, delivery, CELL_DUE);
    if (((shard.nowMs - due) | 0) < 0) continue;
    shard.endBackOff(delivery);
    rerouteDelivery(shard, delivery, 0);
  }
}

/** The new cell names the old one until that is free, so that a half-done move can be told. */
function move(shard: ShardState, from: number, to: Target, word: number): void {
  const ref = cellWord(shard, from, CELL_REF);
  const old = cellState(cellWord(shard, from, CELL_STATE));
  const sender = shard.link(refClient(ref));
  const delivery = openDelivery(shard, sender, refSlot(ref), to, { delivery: from, word });
  freeDelivery(shard, from, old);
  put(to.link.cellWords, low16(delivery) * CELL_WORDS + CELL_FROM, 0);
}

/** A delivery in BACKOFF whose target is there: its cell is part of what fills the target, so nobody else makes room. */
function mayWaitAgain(shard: ShardState, delivery: number): boolean {
  if (cellState(cellWord(shard, delivery, CELL_STATE)) !== CELL.backoff) return false;
  const target = shard.link(refClient(delivery)).cells.owners[low16(delivery)] as Target;
  if (shard.targets[target.spec.id] !== target) return false;
  const ref = cellWord(shard, delivery, CELL_REF);
  const { notify } = resolve(shard, shard.link(refClient(ref)), refSlot(ref));
  return notify.includes(target.spec.id);
}

function waitAgain(shard: ShardState, delivery: number, word: number): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const target = link.cells.owners[cell] as Target;
  put(link.cellWords, cell * CELL_WORDS + CELL_STATE, withCellState(word, CELL.waiting));
  target.enqueue(cell);
  shard.stir(target);
}

function backOff(shard: ShardState, delivery: number, word: number): void {
  const link = shard.link(refClient(delivery));
  const at = low16(delivery) * CELL_WORDS;
  const target = link.cells.owners[low16(delivery)] as Target;
  const state = cellState(get(link.cellWords, at + CELL_STATE));
  const ref = get(link.cellWords, at + CELL_REF);
  put(link.cellWords, at + CELL_DUE, (shard.nowMs + LOOK_AGAIN_MS) | 0);
  put(link.cellWords, at + CELL_STATE, withCellState(word, CELL.backoff));
  if (state === CELL.waiting) target.unqueue(low16(delivery));
  if (isOnLoan(state)) {
    target.loans -= 1;
    const sender = shard.link(refClient(ref));
    sender.loanCount[refSlot(ref)] = (sender.loanCount[refSlot(ref)] as number) - 1;
  }
  startBackOff(shard, delivery, shard.link(refClient(ref)), refSlot(ref));
}

/** The delivery of the message in `slot` of `sender` is in BACKOFF. */
export function startBackOff(
  shard: ShardState,
  delivery: number,
  sender: ShardLink,
  slot: number,
): void {
  const word = cellWord(shard, delivery, CELL_STATE);
  const isFirst = cellAttempts(word) + cellDeaths(word) === 0;
  shard.backingOff.add(delivery, sender, slot, sender.header(slot, KEY_ID), isFirst);
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
