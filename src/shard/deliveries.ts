/**
 * Opening and freeing cells. The stores follow the protocol: REF, TARGET, FROM, then STATE; whether a cell counts is
 * decided by the record of its message, so a cell without one is garbage that anybody can recognise.
 */
import { low16, packRef, refClient, refSlot } from '../memory/entries.ts';
import {
  CELL,
  CELL_FROM,
  CELL_FROM_CLIENT,
  CELL_GROUP,
  CELL_REF,
  CELL_RESULT,
  CELL_STATE,
  CELL_TARGET,
  CELL_TRIAL,
  CELL_WORDS,
  carryOver,
  cellState,
  freeCellWord,
  isOnLoan,
  isOpen,
  withCellState,
} from '../memory/ledger.ts';
import { get, put } from '../memory/seam.ts';
import { endBackOff } from './back-off.ts';
import { notePrint } from './repeats.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** Word `word` of a delivery. */
export function cellWord(shard: ShardState, delivery: number, word: number): number {
  return get(shard.link(refClient(delivery)).cellWords, low16(delivery) * CELL_WORDS + word);
}

/** A delivery that moves: its name, and its cell word with what is carried over. */
export interface Moved {
  readonly delivery: number;
  readonly word: number;
  /** CELL_RESULT of the new one, where its target is a sink. */
  readonly result?: number | undefined;
}

/** A waiting delivery of the message in `slot` of `sender` for `target`, which has room. */
export function openDelivery(
  shard: ShardState,
  sender: ShardLink,
  slot: number,
  target: Target,
  from?: Moved,
): number {
  const { link } = target;
  const cell = link.cells.take();
  const at = cell * CELL_WORDS;
  const words = link.cellWords;
  put(words, at + CELL_REF, packRef(sender.client, slot));
  put(words, at + CELL_TARGET, target.spec.id);
  if (target.spec.kind === 'subscription') put(words, at + CELL_GROUP, target.spec.group ?? 0);
  if (from === undefined) {
    put(words, at + CELL_FROM, 0);
    put(words, at + CELL_STATE, withCellState(get(words, at + CELL_STATE), CELL.waiting));
  } else {
    put(words, at + CELL_FROM_CLIENT, refClient(from.delivery));
    put(words, at + CELL_FROM, low16(from.delivery) + 1);
    if (from.result !== undefined) put(words, at + CELL_RESULT, from.result);
    put(words, at + CELL_STATE, carryOver(get(words, at + CELL_STATE), from.word));
  }
  const delivery = packRef(link.client, cell);
  joinMessage(shard, sender, slot, delivery);
  link.cells.owners[cell] = target;
  if (target.dedupe !== undefined) notePrint(shard, target, cell, sender, slot);
  target.addUsed(1, target.bytesOf(sender, slot));
  if (target.isHolding) sender.hold(slot);
  target.enqueue(cell);
  sender.openCount[slot] = (sender.openCount[slot] as number) + 1;
  shard.stir(target);
  return delivery;
}

/** Gives the cell back. `state` is the one it had before the operation that ends it. */
export function freeDelivery(shard: ShardState, delivery: number, state: number): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const at = cell * CELL_WORDS;
  const ref = get(link.cellWords, at + CELL_REF);
  const word = get(link.cellWords, at + CELL_STATE);
  put(link.cellWords, at + CELL_STATE, freeCellWord(word));
  const target = link.cells.owners[cell] as Target;
  if ((word & CELL_TRIAL) !== 0) target.breaker?.releaseTrial();
  const sender = shard.link(refClient(ref));
  const slot = refSlot(ref);
  if (state === CELL.waiting) {
    target.unqueue(cell);
    if (target.isDroppable && target.active) shard.noteKept(target);
  }
  if (isOpen(state)) sender.openCount[slot] = (sender.openCount[slot] as number) - 1;
  if (isOnLoan(state)) {
    sender.loanCount[slot] = (sender.loanCount[slot] as number) - 1;
    target.loans -= 1;
  }
  if (state === CELL.backoff) endBackOff(shard, delivery);
  leaveMessage(shard, sender, slot, delivery);
  target.lanes?.leave(delivery);
  target.dedupe?.leave(delivery);
  target.addUsed(-1, -target.bytesOf(sender, slot));
  if (target.isHolding) sender.letGo(slot);
  link.cells.owners[cell] = undefined;
  link.cells.put(cell);
  if (link.cells.ranOut) stirAll(shard, link);
  else shard.stirFreed(target);
}

/** There is a free cell again: whoever of this client waits for one looks. */
function stirAll(shard: ShardState, link: ShardLink): void {
  link.cells.ranOut = false;
  for (const target of link.targets) shard.stirFreed(target);
}

/** Whose delivery it is. */
export function ownerOf(shard: ShardState, delivery: number): Target {
  return shard.link(refClient(delivery)).cells.owners[low16(delivery)] as Target;
}

/** State of a delivery. */
export function deliveryState(shard: ShardState, delivery: number): number {
  return cellState(cellWord(shard, delivery, CELL_STATE));
}

/** The delivery after `delivery` in its message's list; NO_CELL ends it. */
export function nextDelivery(shard: ShardState, delivery: number): number {
  return shard.link(refClient(delivery)).cells.next[low16(delivery)] as number;
}

/** Adds a delivery to its message's list. */
export function joinMessage(
  shard: ShardState,
  sender: ShardLink,
  slot: number,
  delivery: number,
): void {
  const head = sender.firstCell[slot] as number;
  const pool = shard.link(refClient(delivery)).cells;
  pool.next[low16(delivery)] = head;
  pool.previous[low16(delivery)] = NO_CELL;
  if (head !== NO_CELL) shard.link(refClient(head)).cells.previous[low16(head)] = delivery;
  sender.firstCell[slot] = delivery;
}

function leaveMessage(shard: ShardState, sender: ShardLink, slot: number, delivery: number): void {
  const pool = shard.link(refClient(delivery)).cells;
  const cell = low16(delivery);
  const next = pool.next[cell] as number;
  const previous = pool.previous[cell] as number;
  if (previous === NO_CELL) sender.firstCell[slot] = next;
  else shard.link(refClient(previous)).cells.next[low16(previous)] = next;
  if (next !== NO_CELL) shard.link(refClient(next)).cells.previous[low16(next)] = previous;
}
