/**
 * Which member of a balance set gets a request. A *full* member is passed over inside its set: one whose handlers are
 * all busy, or, where it has no choice (it is the only member), one that has been handed all that it may be handed.
 * Under consistent hashing a key keeps to its member, full or not. Members that are gone, isolated or broken are no candidates.
 */
import { nextCursor, peekCursor } from '../memory/control-words.ts';
import { HDR_LEN, KEY_HASH, PAY_OFF } from '../memory/slot-header.ts';
import { hashHeader } from '../message/header-bytes.ts';
import { mix32 } from '../routing/mix.ts';
import type { BalanceSet, RouteSpec } from '../routing/router.ts';
import { stateOf } from './set-state.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** Members that could take it are full. */
export const ALL_FULL = -1;
/** All members have as many messages as their queue limits allow; `shard.refusedBy` is one of them. */
export const OVER_LIMIT = -2;
/** No member is there. */
export const NOBODY = -3;

/** Target id, or the best of ALL_FULL, OVER_LIMIT and NOBODY. `hash` is what consistent hashing goes by. */
export function chooseMember(shard: ShardState, set: BalanceSet, hash: number): number {
  const { members } = set;
  if (members.length === 1) return eligible(shard, members[0] as RouteSpec, set.spill);
  if (set.balance === 'consistent-hash') return highestScore(shard, set, hash);
  return chooseFrom(shard, set, nextStart(shard, set));
}

/** What `chooseMember` would say, without taking a turn; of a set that draws, the first that could take it. */
export function peekMember(shard: ShardState, set: BalanceSet, hash: number): number {
  const { members } = set;
  if (members.length === 1 || set.balance === 'consistent-hash') {
    return chooseMember(shard, set, hash);
  }
  return chooseFrom(shard, set, peekStart(shard, set));
}

/** What consistent hashing goes by: the set's header where the message has it, else the key. */
export function hashOf(set: BalanceSet, link: ShardLink, slot: number): number {
  const keyHash = link.header(slot, KEY_HASH);
  if (set.hashHeader === undefined) return keyHash;
  const name = stateOf(set).headerName as Uint8Array;
  const at = link.header(slot, PAY_OFF);
  return hashHeader(link.memory.bytes, at, link.header(slot, HDR_LEN), name, keyHash);
}

function chooseFrom(shard: ShardState, set: BalanceSet, start: number): number {
  return set.balance === 'least-in-flight'
    ? leastInFlight(shard, set.members, start)
    : firstFrom(shard, set.members, start);
}

function firstFrom(shard: ShardState, members: readonly RouteSpec[], start: number): number {
  const { length } = members;
  let best = NOBODY;
  for (let i = 0; i < length; i++) {
    const found = eligible(shard, members[(start + i) % length] as RouteSpec, true);
    if (found >= 0) return found;
    if (found > best) best = found;
  }
  return best;
}

/** `isStrict`: another may take it, so nothing is handed to who cannot start it. */
function eligible(shard: ShardState, route: RouteSpec, isStrict: boolean): number {
  const target = shard.targets[route.target];
  if (target === undefined || !target.active || target.isBroken(shard.nowMs)) return NOBODY;
  if (target.isDeserted && !shard.awaitsPools) return NOBODY;
  if (route.target === shard.avoided) return ALL_FULL;
  if (shard.isTaking && target.isOverLimit) {
    shard.refusedBy = route.target;
    return OVER_LIMIT;
  }
  if (!target.hasRoom) return ALL_FULL;
  if (!isStrict || !target.isBusy) return route.target;
  return shard.insists && !target.hasShare ? route.target : ALL_FULL;
}

/** Where the search begins: at the place of the turn that is taken, or at a drawn one. */
function nextStart(shard: ShardState, set: BalanceSet): number {
  const { balance, cursor, members } = set;
  const { cursors } = shard.control;
  if (balance === 'random') return Math.floor(shard.random() * members.length);
  if (balance !== 'weighted') return nextCursor(cursors, cursor, members.length);
  const { turns } = stateOf(set);
  return turns.memberAt(nextCursor(cursors, cursor, turns.cycle));
}

function peekStart(shard: ShardState, set: BalanceSet): number {
  const { balance, cursor, members } = set;
  const { cursors } = shard.control;
  if (balance === 'random') return 0;
  if (balance !== 'weighted') return peekCursor(cursors, cursor, members.length);
  const { turns } = stateOf(set);
  return turns.memberAt(peekCursor(cursors, cursor, turns.cycle));
}

/** Of equals the first in turn: otherwise one after the other would all go to the oldest member. */
function leastInFlight(shard: ShardState, members: readonly RouteSpec[], start: number): number {
  const { length } = members;
  let best = NOBODY;
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const id = eligible(shard, members[(start + i) % length] as RouteSpec, true);
    if (id < 0) {
      if (best < 0 && id > best) best = id;
      continue;
    }
    const { inFlight } = shard.targets[id] as Target;
    if (inFlight < fewest) {
      fewest = inFlight;
      best = id;
    }
  }
  return best;
}

/** Rendezvous hashing: each key ranks the members by a hash of both, so a leaving member moves only its own keys. */
function highestScore(shard: ShardState, { members, spill }: BalanceSet, hash: number): number {
  let best: RouteSpec | undefined;
  let top = -1;
  for (const member of members) {
    const target = shard.targets[member.target];
    if (!target?.active || target.isBroken(shard.nowMs)) continue;
    const score = mix32(hash ^ target.place) >>> 0;
    if (score > top) {
      top = score;
      best = member;
    }
  }
  return best === undefined ? NOBODY : eligible(shard, best, spill);
}
