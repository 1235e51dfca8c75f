/**
 * Notifications that repeat what an endpoint with a `dedupeWindow` has handled. What is recorded is that a message was
 * handled, and nothing else: a message that fails, expires or is given up leaves nothing that would have to be forgotten,
 * and its own redeliveries are no repeats, since nothing is recorded of it yet. What is in hand is known by its cell.
 *
 * A shard that dies loses none of it. `noteHandled` stores the record before the acknowledgement takes effect: with the
 * record missing the delivery is still on loan, and the successor handles the acknowledgement anew, record first; with
 * the record there the message may be taken for its own repeat, which is how it would end anyway.
 */
import { refClient, refSlot } from '../memory/entries.ts';
import { PRINT_WORDS } from '../memory/handled-words.ts';
import { CELL_REF, CELL_WORDS } from '../memory/ledger.ts';
import { get } from '../memory/seam.ts';
import { CORR } from '../memory/slot-header.ts';
import { CellPrints } from './cell-prints.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** Whether `target` has handled, within its window, what the message in `slot` of `sender` repeats. */
export function isRepeat(
  shard: ShardState,
  { dedupe }: Target,
  sender: ShardLink,
  slot: number,
): boolean {
  if (dedupe === undefined || isForOne(sender, slot)) return false;
  const { fingerprints } = shard;
  if (!fingerprints.make(dedupe.seed, sender, slot)) return false;
  return shard.handled.has(fingerprints.print, 0, dedupe.windowMs, shard.clockMs);
}

/** The same of the delivery in `cell`. */
export function isRepeatIn(shard: ShardState, { dedupe, link }: Target, cell: number): boolean {
  const { prints } = link;
  if (dedupe === undefined || prints?.has(cell) !== true) return false;
  const ref = get(link.cellWords, cell * CELL_WORDS + CELL_REF);
  if (isForOne(shard.link(refClient(ref)), refSlot(ref))) return false;
  return shard.handled.has(prints.words, cell * PRINT_WORDS, dedupe.windowMs, shard.clockMs);
}

/** A delivery of the message in `slot` of `sender` is in `cell` of `target`. */
export function notePrint(
  { fingerprints }: ShardState,
  { dedupe, link }: Target,
  cell: number,
  sender: ShardLink,
  slot: number,
): void {
  if (dedupe === undefined) return;
  const isNamed = fingerprints.make(dedupe.seed, sender, slot);
  link.prints ??= new CellPrints(link.cells.count);
  link.prints.set(cell, isNamed ? fingerprints.print : undefined);
}

/** The delivery in `cell` was handled well; before its loan ends. */
export function noteHandled(shard: ShardState, link: ShardLink, cell: number): void {
  const { prints } = link;
  if (link.cells.owners[cell]?.dedupe === undefined || prints?.has(cell) !== true) return;
  shard.handled.note(prints.words, cell * PRINT_WORDS, shard.clockMs);
}

/** A dead letter that is sent again: it is for its endpoint, whatever that has handled meanwhile. */
function isForOne(sender: ShardLink, slot: number): boolean {
  return sender.header(slot, CORR) !== 0;
}
