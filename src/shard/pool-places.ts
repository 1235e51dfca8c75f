/** Where a delivery of a pool may go: to a thread that can start it, or back to the pool. */
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** After so long a shard insists on its share of threads that other shards keep busy, ms. */
const PATIENCE_MS = 5;

/** The member with the least to do, if it can start one more; of equals the one that has waited longest. */
export function freeMember(shard: ShardState, pool: Target): Target | undefined {
  const isPatient = !insists(shard, pool);
  let best: Target | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const member of pool.members) {
    if (!member.hasRoom || member.used >= member.concurrency) continue;
    const { inFlight } = member;
    if (isPatient && inFlight >= member.concurrency) continue;
    const isBetter = best === undefined || inFlight < fewest;
    if (!isBetter && (inFlight > fewest || ((member.lent - (best as Target).lent) | 0) >= 0)) {
      continue;
    }
    best = member;
    fewest = inFlight;
  }
  return best;
}

/**
 * Where a delivery waits that a thread of the pool has given back or lost. Where others of its key or id wait for it, it
 * goes beyond the pool's share of cells, and without any cell at once to a thread that can start it: those others, which
 * fill the pool, would keep it out for ever. Undefined: there is no place now.
 */
export function placeForReturned(shard: ShardState, pool: Target): Target | undefined {
  if (!pool.hasLanes) return pool.hasRoom ? pool : undefined;
  return pool.link.cells.free > 0 ? pool : freeMember(shard, pool);
}

function insists(shard: ShardState, pool: Target): boolean {
  const { blockedSinceMs } = pool;
  if (blockedSinceMs === undefined || ((shard.nowMs - blockedSinceMs) | 0) < PATIENCE_MS) {
    return false;
  }
  const shards = 1 + shard.loads.others.length;
  const share = Math.max(1, Math.floor(pool.concurrency / shards));
  return pool.usedHere - pool.used < share;
}
