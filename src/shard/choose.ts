/**
 * Which member of a balance set gets a request. A full member is passed over inside its set; when all are full the
 * message waits. Members that are gone are no candidates.
 */
import { nextCursor, peekCursor } from '../memory/control-words.ts';
import { mix32 } from '../routing/mix.ts';
import type { BalanceSet, RouteSpec } from '../routing/router.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** All members that could take it are full. */
export const ALL_FULL = -1;
/** No member is there. */
export const NOBODY = -2;

/** Target id, ALL_FULL or NOBODY. `keyHash` serves consistent hashing. */
export function chooseMember(shard: ShardState, set: BalanceSet, keyHash: number): number {
  const { members } = set;
  if (members.length === 1) return eligible(shard, members[0] as RouteSpec);
  if (set.balance === 'least-in-flight') return leastInFlight(shard, members);
  if (set.balance === 'consistent-hash') return highestScore(shard, members, keyHash);
  return firstFrom(shard, members, startOf(shard, set));
}

/** What `chooseMember` would say, without taking a turn; of a set that draws, the first that could take it. */
export function peekMember(shard: ShardState, set: BalanceSet, keyHash: number): number {
  const { balance, cursor, members } = set;
  if (members.length === 1 || balance === 'least-in-flight' || balance === 'consistent-hash') {
    return chooseMember(shard, set, keyHash);
  }
  const turns = balance === 'round-robin';
  const start = turns ? peekCursor(shard.control.cursors, cursor, members.length) : 0;
  return firstFrom(shard, members, start);
}

function firstFrom(shard: ShardState, members: readonly RouteSpec[], start: number): number {
  const { length } = members;
  let found = NOBODY;
  for (let i = 0; i < length; i++) {
    const target = eligible(shard, members[(start + i) % length] as RouteSpec);
    if (target >= 0) return target;
    if (target === ALL_FULL) found = ALL_FULL;
  }
  return found;
}

function eligible(shard: ShardState, route: RouteSpec): number {
  const target = shard.targets[route.target];
  if (target === undefined || !target.active) return NOBODY;
  return target.hasRoom ? route.target : ALL_FULL;
}

/** Where the search begins: the next place of the shared cursor, or a drawn one. */
function startOf(shard: ShardState, set: BalanceSet): number {
  const { members } = set;
  if (set.balance === 'round-robin') {
    return nextCursor(shard.control.cursors, set.cursor, members.length);
  }
  if (set.balance === 'random') return Math.floor(shard.random() * members.length);
  let left = shard.random() * members.reduce((sum, member) => sum + member.weight, 0);
  for (let i = 0; i < members.length; i++) {
    left -= (members[i] as RouteSpec).weight;
    if (left < 0) return i;
  }
  return 0;
}

function leastInFlight(shard: ShardState, members: readonly RouteSpec[]): number {
  let best = NOBODY;
  let fewest = Number.POSITIVE_INFINITY;
  for (const member of members) {
    const id = eligible(shard, member);
    if (id < 0) {
      if (best === NOBODY) best = id;
      continue;
    }
    const used = (shard.targets[id] as Target).used;
    if (used < fewest) {
      fewest = used;
      best = id;
    }
  }
  return best;
}

/** Rendezvous hashing: each key ranks the members by a hash of both, so a leaving member moves only its own keys. */
function highestScore(shard: ShardState, members: readonly RouteSpec[], keyHash: number): number {
  let best: RouteSpec | undefined;
  let top = -1;
  for (const member of members) {
    if (eligible(shard, member) === NOBODY) continue;
    const score = mix32(keyHash ^ mix32(member.target + 1)) >>> 0;
    if (score > top) {
      top = score;
      best = member;
    }
  }
  return best === undefined ? NOBODY : eligible(shard, best);
}
