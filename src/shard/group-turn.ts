/**
 * Which member of a group gets an event: in turn, one that has no room is passed over. When none has room the policy of
 * the member whose turn it is decides. Each shard has turns of its own.
 */
import { PAY_LEN } from '../memory/slot-header.ts';
import type { MatchedGroup, SubscriptionGroup } from '../routing/router.ts';
import { WaitQueue } from './parking.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** What a shard hangs on a group. */
interface GroupState {
  turn: number;
  queue: WaitQueue | undefined;
}

const TURNS = 2 ** 30;

/** The member that gets the message, with its room claimed; the queue in which it must wait; undefined: no member is there. */
export function chooseInGroup(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  matched: MatchedGroup,
  own: WaitQueue | undefined,
): Target | WaitQueue | undefined {
  const state = stateOf(matched.group);
  const { queue } = state;
  if (queue !== undefined && queue !== own && !queue.isEmpty) return queue;
  const next = nextMember(shard, link, slot, matched);
  if (next === undefined || next.isFree || next.target.spec.whenFull !== 'park') {
    return next?.target;
  }
  state.queue ??= new WaitQueue(shard.links);
  for (const member of matched.members) shard.targets[member]?.waiters.add(state.queue);
  if (shard.loads.others.length > 0) shard.crowded.add(state.queue);
  return state.queue;
}

/** The next that is there and has room, which is claimed; else the one whose turn it is. */
export function nextMember(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  { group, members }: MatchedGroup,
): { readonly target: Target; readonly isFree: boolean } | undefined {
  const state = stateOf(group);
  const { length } = members;
  const bytes = link.header(slot, PAY_LEN);
  const start = state.turn;
  let first: Target | undefined;
  for (let i = 0; i < length; i++) {
    const target = shard.targets[members[(start + i) % length] as number];
    if (target === undefined) continue;
    first ??= target;
    if (!target.hasRoom || !target.claim(bytes)) continue;
    // Those that were passed over lose no turn to the one after them.
    state.turn = (start + i + 1) % TURNS;
    return { target, isFree: true };
  }
  state.turn = (start + 1) % TURNS;
  return first === undefined ? undefined : { target: first, isFree: false };
}

function stateOf(group: SubscriptionGroup): GroupState {
  const state = (group.scratch as GroupState | undefined) ?? { turn: 0, queue: undefined };
  group.scratch = state;
  return state;
}
