/**
 * Placing a request: the balance sets of its key are asked in the order of choice. A set without anybody lets it go on
 * to the next one, unless its routes say `failover: false`. A set that is full does not, unless its routes say `spill`:
 * the request waits in the set's queue, until somebody has room, its deadline passes, or a queue limit has refused it.
 */
import { STATUS } from '../memory/entries.ts';
import { outcomeOf, reasonDetail } from '../memory/outcome-word.ts';
import { CORR, SENT } from '../memory/slot-header.ts';
import type { BalanceSet } from '../routing/router.ts';
import { ALL_FULL, chooseMember, hashOf, NOBODY, OVER_LIMIT } from './choose.ts';
import { commit, refuse, takeTimeout } from './commit.ts';
import { openDelivery } from './deliveries.ts';
import { WaitQueue } from './parking.ts';
import { resolve } from './resolve-key.ts';
import { stateOf, waitingFor } from './set-state.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** After so long a request insists on its shard's share of an endpoint that other shards keep busy, ms. */
const PATIENCE_MS = 5;

/** Undefined: it is placed or refused. Otherwise the queue in which it must wait; `own` is the one whose head it is. */
export function placeRequest(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  sets: readonly BalanceSet[],
  own: WaitQueue | undefined,
): WaitQueue | undefined {
  if (!shard.isTaking) shard.insists = hasWaited(shard, link, slot);
  let full = -1;
  let verdict = NOBODY;
  let last = 0;
  for (; last < sets.length; last++) {
    const set = sets[last] as BalanceSet;
    const waiting = waitingFor(set);
    const isBehind = waiting !== undefined && waiting !== own;
    const chosen = isBehind ? ALL_FULL : chooseMember(shard, set, hashOf(set, link, slot));
    if (chosen >= 0) {
      hand(shard, link, slot, set, chosen);
      return undefined;
    }
    if (chosen > verdict) verdict = chosen;
    if (chosen === ALL_FULL && full < 0) full = last;
    if (chosen === NOBODY ? !set.failover : !set.spill) break;
  }
  if (full >= 0 && mayWaitFor(shard, link, slot, sets[full] as BalanceSet)) {
    return queueOf(shard, link, slot, sets.slice(full, last + 1));
  }
  if (verdict === NOBODY && !shard.isTaking) {
    const deserted = findDeserted(shard, link, slot, sets);
    if (deserted !== undefined) return awaitThreads(shard, link, slot, deserted);
  }
  refuseRequest(shard, link, slot, sets.length === 0 ? undefined : verdict);
  return undefined;
}

/** The set with a pool whose threads an accepted request waits for that finds nobody else. */
interface Deserted {
  readonly set: BalanceSet;
  /** Target, or ALL_FULL: as many wait for its threads as may. */
  readonly chosen: number;
}

function findDeserted(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  sets: readonly BalanceSet[],
): Deserted | undefined {
  let full: Deserted | undefined;
  for (const set of sets) {
    shard.awaitsPools = true;
    const chosen = chooseMember(shard, set, hashOf(set, link, slot));
    shard.awaitsPools = false;
    if (chosen >= 0) return { set, chosen };
    if (chosen === ALL_FULL) full ??= { set, chosen };
  }
  return full;
}

function awaitThreads(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  { chosen, set }: Deserted,
): WaitQueue | undefined {
  if (chosen === ALL_FULL) return queueOf(shard, link, slot, [set]);
  hand(shard, link, slot, set, chosen);
  return undefined;
}

/** A request that stands behind an earlier one of its key: a queue limit may refuse it even so. True: it may wait. */
export function admitBehind(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  sets: readonly BalanceSet[],
): boolean {
  for (const set of sets) {
    if (!set.members.some(({ target }) => isThere(shard, shard.targets[target]))) continue;
    if (mayWaitFor(shard, link, slot, set)) break;
    if (set.spill) continue;
    refuseRequest(shard, link, slot, OVER_LIMIT);
    return false;
  }
  return true;
}

/**
 * Another target for a delivery that lost its own or failed there: the request's best candidate now, NOBODY or ALL_FULL.
 * `avoided` is taken only when there is nobody else.
 */
export function chooseAgain(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  avoided?: number,
): number {
  shard.insists = true;
  if (avoided !== undefined) {
    shard.avoided = avoided;
    const other = chooseAnyone(shard, link, slot);
    shard.avoided = NOBODY;
    if (other >= 0) return other;
  }
  const chosen = chooseAnyone(shard, link, slot);
  if (chosen !== NOBODY) return chosen;
  shard.awaitsPools = true;
  const deserted = chooseAnyone(shard, link, slot);
  shard.awaitsPools = false;
  return deserted;
}

function chooseAnyone(shard: ShardState, link: ShardLink, slot: number): number {
  let best = NOBODY;
  for (const set of resolve(shard, link, slot).sets) {
    const chosen = chooseMember(shard, set, hashOf(set, link, slot));
    if (chosen >= 0) return chosen;
    if (chosen > best) best = chosen;
    if (chosen === NOBODY ? !set.failover : !set.spill) break;
  }
  return best;
}

function hand(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  set: BalanceSet,
  chosen: number,
): void {
  if (set.timeoutMs !== undefined || link.hasTimeouts) {
    const member = set.members.find(({ target }) => target === chosen);
    takeTimeout(link, slot, member?.timeoutMs);
  }
  openDelivery(shard, link, slot, shard.targets[chosen] as Target);
  commit(link, slot, outcomeOf(1));
  // Who has its reply sent elsewhere waits for no more than this.
  if (link.header(slot, CORR) !== 0) shard.uncounted.push({ link, slot });
}

/** Whether it may wait for the set. While it does it counts at a member that has a queue limit, if all of them do. */
function mayWaitFor(shard: ShardState, link: ShardLink, slot: number, set: BalanceSet): boolean {
  const { parking } = link;
  if (parking.countedBy[slot] !== undefined) return true;
  let limited: Target | undefined;
  for (const { target: id } of set.members) {
    const target = shard.targets[id];
    if (!isThere(shard, target)) continue;
    if (target.capacity === Number.POSITIVE_INFINITY) return true;
    if (!target.isOverLimit) {
      parking.countAt(slot, target);
      return true;
    }
    limited ??= target;
  }
  if (limited === undefined) return true;
  // What was accepted once is not refused any more, but it goes on counting.
  if (shard.isTaking) shard.refusedBy = limited.spec.id;
  else parking.countAt(slot, limited);
  return !shard.isTaking;
}

/** The queue at the first of the sets; it is looked at when a member of any of them has room. */
function queueOf(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  sets: readonly BalanceSet[],
): WaitQueue {
  const first = sets[0] as BalanceSet;
  const state = stateOf(first);
  state.queue ??= new WaitQueue(shard.links);
  for (const { members } of sets) {
    for (const member of members) shard.targets[member.target]?.waiters.add(state.queue);
  }
  if (shard.loads.others.length > 0) shard.crowded.add(state.queue);
  if (first.timeoutMs !== undefined || link.hasTimeouts) takeTimeout(link, slot, first.timeoutMs);
  return state.queue;
}

/** `verdict`: why nobody took it; undefined: no route matches. */
function refuseRequest(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  verdict: number | undefined,
): void {
  if (verdict === undefined) refuse(shard, link, slot, { status: STATUS.noRoute, detail: 0 });
  else if (verdict === NOBODY) {
    refuse(shard, link, slot, { status: STATUS.unavailable, detail: 0 });
  } else {
    const detail = reasonDetail(shard.refusedBy + 1);
    refuse(shard, link, slot, { status: STATUS.full, detail });
  }
}

/** It takes new requests, or will when it has room. */
function isThere(shard: ShardState, target: Target | undefined): target is Target {
  return target?.active === true && !target.isBroken(shard.nowMs);
}

function hasWaited(shard: ShardState, link: ShardLink, slot: number): boolean {
  return ((shard.nowMs - link.header(slot, SENT)) | 0) >= PATIENCE_MS;
}
