/** What a key leads to, for `bus.explain`: looked up afresh, without a count, a turn of a set or an entry in a cache. */
import type { ExplainQuery, Ineligible, ShardExplanation } from '../control/commands.ts';
import type { BalanceSet, RouteSpec } from '../routing/router.ts';
import { ALL_FULL, NOBODY, peekMember } from './choose.ts';
import { waitingFor } from './set-state.ts';
import type { ShardState } from './shard-state.ts';

export function explainKey(shard: ShardState, query: ExplainQuery): ShardExplanation {
  const { client, hash, interned, key } = query;
  const { generation } = shard.router;
  const { sets, notify, subscriptions, groups } = shard.router.resolve(key);
  const keys = shard.links[client]?.keys;
  return {
    generation,
    cached:
      interned !== undefined && keys?.get(interned.id, interned.epoch, generation) !== undefined,
    routes: sets.flatMap(({ members }) =>
      members.map((route) => {
        const { pattern, match, priority, target, order } = route;
        return { pattern, match, priority, target, order, reason: reasonOf(shard, route) };
      }),
    ),
    request: newRequestOf(shard, sets, hash),
    notification: [...notify],
    subscriptions: [...subscriptions, ...groups.flatMap(({ members }) => members)],
  };
}

/** As one that is taken now would fare: queue limits hold for it. */
function newRequestOf(
  shard: ShardState,
  sets: readonly BalanceSet[],
  hash: number,
): number | undefined {
  const { isTaking } = shard;
  shard.isTaking = true;
  const target = requestOf(shard, sets, hash);
  shard.isTaking = isTaking;
  return target;
}

/** Undefined: a request would wait, or be refused. */
function requestOf(
  shard: ShardState,
  sets: readonly BalanceSet[],
  hash: number,
): number | undefined {
  for (const set of sets) {
    const chosen = waitingFor(set) === undefined ? peekMember(shard, set, hash) : ALL_FULL;
    if (chosen >= 0) return chosen;
    if (chosen === NOBODY ? !set.failover : !set.spill) return undefined;
  }
  return undefined;
}

function reasonOf(shard: ShardState, route: RouteSpec): Ineligible | undefined {
  const target = shard.targets[route.target];
  if (target === undefined || target.isDeserted) return 'gone';
  if (!target.active) return 'isolated';
  if (target.isBroken(shard.nowMs)) return 'broken';
  return target.hasRoom && !target.isBusy && !target.isOverLimit ? undefined : 'full';
}
