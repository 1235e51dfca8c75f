/**
 * A pool is one endpoint behind which several threads stand. What is for it waits at the pool, in cells of main's client,
 * and moves to the thread that can start it: so a thread that dies takes with it only what it had begun.
 */
import { packRef, refClient, refSlot } from '../memory/entries.ts';
import { CELL_REF, CELL_STATE, CELL_WORDS } from '../memory/ledger.ts';
import { get } from '../memory/seam.ts';
import { expireDelivery, hasExpired } from './expiry.ts';
import { move } from './move.ts';
import { NO_CELL } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** After so long a shard insists on its share of threads that other shards keep busy, ms. */
const PATIENCE_MS = 5;

/** A thread of the pool is there. */
export function joinPool(shard: ShardState, member: Target, pool: Target | undefined): void {
  if (pool?.isPool !== true) return;
  member.pool = pool;
  pool.members = [...pool.members, member];
  shard.stir(pool);
}

/** A thread of a pool has left, or the pool itself has. */
export function leavePool(shard: ShardState, target: Target): void {
  shard.crowdedPools.delete(target);
  for (const member of target.members) member.pool = undefined;
  const { pool } = target;
  target.pool = undefined;
  if (pool === undefined) return;
  pool.members = pool.members.filter((member) => member !== target);
  shard.stir(pool);
}

/** Moves what waits at the pool to members, while there is one that can start it. */
export function lendPool(shard: ShardState, pool: Target): void {
  const { cellWords, client } = pool.link;
  for (let cell = pool.firstWaiting; cell !== NO_CELL; cell = pool.firstWaiting) {
    const at = cell * CELL_WORDS;
    const ref = get(cellWords, at + CELL_REF);
    const sender = shard.link(refClient(ref));
    if (hasExpired(shard, sender, refSlot(ref))) {
      expireDelivery(shard, sender, refSlot(ref), packRef(client, cell));
      continue;
    }
    const member = freeMember(shard, pool);
    if (member === undefined) {
      noteBlocked(shard, pool);
      return;
    }
    move(shard, packRef(client, cell), member, get(cellWords, at + CELL_STATE));
    pool.blockedSinceMs = undefined;
  }
  pool.blockedSinceMs = undefined;
  shard.crowdedPools.delete(pool);
}

/** Other shards tell nobody when a thread that they kept busy is free. */
function noteBlocked(shard: ShardState, pool: Target): void {
  pool.blockedSinceMs ??= shard.nowMs;
  if (shard.loads.others.length > 0 && pool.members.length > 0) shard.crowdedPools.add(pool);
  else shard.crowdedPools.delete(pool);
}

/** The member with the least to do, if it can start one more; of equals the one that has waited longest. */
function freeMember(shard: ShardState, pool: Target): Target | undefined {
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

function insists(shard: ShardState, pool: Target): boolean {
  const { blockedSinceMs } = pool;
  if (blockedSinceMs === undefined || ((shard.nowMs - blockedSinceMs) | 0) < PATIENCE_MS) {
    return false;
  }
  const shards = 1 + shard.loads.others.length;
  const share = Math.max(1, Math.floor(pool.concurrency / shards));
  return pool.usedHere - pool.used < share;
}
