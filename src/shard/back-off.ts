/**
 * Into BACKOFF and out of it. A delivery that waits there is nobody's work in hand. Those that wait hold at most half of
 * their sender's slots, and of their receiver's cells what the targets there do not want. Dead letters that find no room
 * wait there too, beyond that if need be: then they keep their place at their target, which is handed less.
 */
import { low16, refClient, refSlot } from '../memory/entries.ts';
import {
  CELL,
  CELL_DEAD,
  CELL_DUE,
  CELL_REF,
  CELL_STATE,
  CELL_TRIAL,
  CELL_WORDS,
  cellState,
  isOnLoan,
  wasHandedOut,
  withCellState,
} from '../memory/ledger.ts';
import { VERDICT } from '../memory/link-memory.ts';
import { get, put } from '../memory/seam.ts';
import { timeAfter } from '../memory/time-word.ts';
import { endAttempt } from './end-attempt.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** How long a delivery that finds nobody with room waits before it looks again. */
export const LOOK_AGAIN_MS = 5;

/**
 * From waiting or on loan to BACKOFF, or there anew, to look for a target again after `delayMs`; `word` brings attempts and
 * deaths.
 */
export function backOff(shard: ShardState, delivery: number, word: number, delayMs: number): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const at = cell * CELL_WORDS;
  const target = link.cells.owners[cell] as Target;
  const state = cellState(get(link.cellWords, at + CELL_STATE));
  const ref = get(link.cellWords, at + CELL_REF);
  const sender = shard.link(refClient(ref));
  const slot = refSlot(ref);
  if (state === CELL.backoff) endBackOff(shard, delivery);
  endAttempt(shard, delivery, VERDICT.none);
  put(link.cellWords, at + CELL_DUE, timeAfter(shard.nowMs, delayMs));
  put(link.cellWords, at + CELL_STATE, withCellState(word & ~CELL_TRIAL, CELL.backoff));
  if (state === CELL.waiting) target.unqueue(cell);
  if (isOnLoan(state)) {
    target.loans -= 1;
    sender.loanCount[slot] = (sender.loanCount[slot] as number) - 1;
  }
  startBackOff(shard, delivery, sender, slot);
  shard.stirFreed(target);
}

/** The delivery of the message in `slot` of `sender` is in BACKOFF. */
export function startBackOff(
  shard: ShardState,
  delivery: number,
  sender: ShardLink,
  slot: number,
): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const at = cell * CELL_WORDS;
  const word = get(link.cellWords, at + CELL_STATE);
  const isLetter = (word & CELL_DEAD) !== 0;
  const isFirst = !wasHandedOut(word) && !isLetter;
  if (!shard.backingOff.has(delivery)) {
    const target = link.cells.owners[cell] as Target;
    const keepsPlace = isLetter && link.backedOff >= link.backOffMax;
    if (isLetter) shard.letters.set(delivery, keepsPlace);
    if (!keepsPlace) target.addUsed(-1, -target.bytesOf(sender, slot));
    link.backedOff += 1;
    sender.retrying += 1;
  }
  shard.backingOff.add(delivery, sender, slot, sender.keyOf(slot), isFirst);
  if (!isLetter) link.backOffs(shard.nowMs).add(cell, get(link.cellWords, at + CELL_DUE));
  // A successor may find room that its predecessor had not seen.
  else if (shard.deadLetters?.hasRoom === true) shard.stir(shard.deadLetters);
}

/** It leaves BACKOFF; what it kept back may be placed now. */
export function endBackOff(shard: ShardState, delivery: number): void {
  if (!shard.backingOff.has(delivery)) return;
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const ref = get(link.cellWords, cell * CELL_WORDS + CELL_REF);
  const sender = shard.link(refClient(ref));
  const target = link.cells.owners[cell] as Target;
  const keepsPlace = shard.letters.get(delivery) === true;
  shard.letters.delete(delivery);
  if (!keepsPlace) target.addUsed(1, target.bytesOf(sender, refSlot(ref)));
  link.backedOff -= 1;
  sender.retrying -= 1;
  link.backOffs(shard.nowMs).remove(cell);
  if (shard.backingOff.delete(delivery)) shard.parkedAlone = true;
}

/** Whether one more may wait. Each shard has its part of a sender's half. */
export function mayBackOff(shard: ShardState, link: ShardLink, sender: ShardLink): boolean {
  const shards = 1 + shard.loads.others.length;
  return (
    link.backedOff < link.backOffMax && sender.retrying < Math.max(1, sender.slots / 2 / shards)
  );
}
