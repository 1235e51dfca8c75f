/**
 * A pool is one endpoint behind which several threads stand. What is for it waits at the pool, in cells of main's client,
 * and moves to the thread that can start it: so a thread that dies takes with it only what it had begun.
 */
import { packRef, refClient, refSlot } from '../memory/entries.ts';
import { CELL_REF, CELL_STATE, CELL_WORDS } from '../memory/ledger.ts';
import { get } from '../memory/seam.ts';
import { KEY_HASH } from '../memory/slot-header.ts';
import { nextToLend, passOnWaiting } from './begin-attempt.ts';
import { endRepeat } from './end-repeat.ts';
import { expireDelivery, hasExpired } from './expiry.ts';
import { move } from './move.ts';
import { freeMember } from './pool-places.ts';
import { NO_CELL } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** A thread of a pool is there. */
export function joinPool(shard: ShardState, member: Target): void {
  const { pool } = member;
  if (pool === undefined) return;
  pool.members = [...pool.members, member];
  shard.stir(pool);
}

/** A thread of a pool has left, or the pool itself has. */
export function leavePool(shard: ShardState, target: Target): void {
  shard.crowdedPools.delete(target);
  for (const member of target.members) member.pool = undefined;
  const { pool } = target;
  if (pool === undefined) return;
  pool.members = pool.members.filter((member) => member !== target);
  shard.stir(pool);
}

/** Moves what waits at the pool to members, while there is one that can start it. */
export function lendPool(shard: ShardState, pool: Target): void {
  const { cellWords, client } = pool.link;
  passOnWaiting(shard, pool);
  for (let cell = nextToLend(shard, pool); cell !== NO_CELL; cell = nextToLend(shard, pool)) {
    const at = cell * CELL_WORDS;
    const ref = get(cellWords, at + CELL_REF);
    const sender = shard.link(refClient(ref));
    const delivery = packRef(client, cell);
    if (endRepeat(shard, pool, cell)) continue;
    if (hasExpired(shard, sender, refSlot(ref))) {
      expireDelivery(shard, sender, refSlot(ref), delivery);
      continue;
    }
    const member = freeMember(shard, pool);
    if (member === undefined) {
      noteBlocked(shard, pool);
      return;
    }
    pool.lanes?.take(sender.header(refSlot(ref), KEY_HASH), delivery);
    pool.dedupe?.take(pool.link, cell);
    move(shard, delivery, member, get(cellWords, at + CELL_STATE));
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
