/** The end of a delivery that repeats what its endpoint has handled since it was placed. */
import { packRef } from '../memory/entries.ts';
import { isRepeatIn } from './repeats.ts';
import { decide } from './settle.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** True: the delivery in `cell`, which is not on loan, was one, and has ended well without the handler. */
export function endRepeat(shard: ShardState, target: Target, cell: number): boolean {
  if (!isRepeatIn(shard, target, cell)) return false;
  shard.counters.counts.duplicates += 1;
  decide(shard, packRef(target.link.client, cell), true);
  return true;
}
