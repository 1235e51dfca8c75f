/** Moving a delivery from one cell to another, which may be another client's: at every moment one of the two counts. */
import { low16, refClient, refSlot } from '../memory/entries.ts';
import { CELL_FROM, CELL_REF, CELL_STATE, CELL_WORDS, cellState } from '../memory/ledger.ts';
import { put } from '../memory/seam.ts';
import { cellWord, freeDelivery, openDelivery } from './deliveries.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/**
 * `to` has room. `word` brings what is carried over; `result` is what a sink is to hear. The new cell names the old one
 * until that is free, so that a half-done move can be told.
 */
export function move(
  shard: ShardState,
  from: number,
  to: Target,
  word: number,
  result?: number,
): void {
  const ref = cellWord(shard, from, CELL_REF);
  const old = cellState(cellWord(shard, from, CELL_STATE));
  const sender = shard.link(refClient(ref));
  const moved = { delivery: from, word, result };
  const delivery = openDelivery(shard, sender, refSlot(ref), to, moved);
  const owner = shard.link(refClient(from)).cells.owners[low16(from)] as Target;
  // Within a pool: from one of its threads to the pool, or the other way.
  if (owner.lanes !== undefined && owner.lanes === to.lanes) to.lanes.pass(from, delivery);
  if (owner.dedupe !== undefined && owner.dedupe === to.dedupe) to.dedupe.pass(from, delivery);
  freeDelivery(shard, from, old);
  put(to.link.cellWords, low16(delivery) * CELL_WORDS + CELL_FROM, 0);
}
