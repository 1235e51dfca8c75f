/**
 * Taking a message: route it, give it its cells, then record it (`ROUTED` is the commit); or park it. A ring is never
 * left standing because a message must wait: acknowledgements come in the same ring.
 */

import { STATUS } from '../memory/entries.ts';
import { LEDGER, setRecord } from '../memory/ledger.ts';
import { CORR, GEN, KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import type { Resolution } from '../routing/router.ts';
import { refuse, watchDeadline } from './commit.ts';
import { isPast } from './expiry.ts';
import { countBehind, placeFanOut, unclaimAll } from './fan-out.ts';
import { chooseInGroup } from './group-turn.ts';
import { WaitQueue } from './parking.ts';
import { admitBehind, placeRequest } from './place-request.ts';
import { resolve } from './resolve-key.ts';
import { finish } from './settle.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

/** A request, notification or event that was submitted in `slot`. */
export function takeMessage(shard: ShardState, link: ShardLink, slot: number): void {
  const gen = link.header(slot, GEN);
  link.inCare += 1;
  shard.counters.counts.routed += 1;
  if (isPast(shard, link, slot)) {
    finish(link, slot, gen, STATUS.expired, 0);
    return;
  }
  if (shard.intakeQueue !== undefined) {
    park(shard, link, slot, shard.intakeQueue);
    return;
  }
  shard.isTaking = true;
  shard.insists = false;
  const queue = placeMessage(shard, link, slot, undefined);
  shard.isTaking = false;
  if (queue !== undefined) park(shard, link, slot, queue);
}

/**
 * Places a message, or returns the queue in which it must wait. It waits behind what waits already; `own` is the queue
 * whose head it is, undefined for a new message.
 */
export function placeMessage(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  own: WaitQueue | undefined,
): WaitQueue | undefined {
  const kind = link.header(slot, KIND) & KIND_MASK;
  if (link.parking.count > 0) {
    const before = link.parking.queueBefore(slot, link.keyOf(slot));
    if (before !== undefined && before !== own) return standBehind(shard, link, slot, before);
  }
  const { backingOff } = shard;
  if (backingOff.size > 0 && backingOff.keepsBack(link, link.keyOf(slot))) {
    return standBehind(shard, link, slot, shard.keptBack);
  }
  const only = kind === MESSAGE_KIND.request ? 0 : link.header(slot, CORR);
  if (only !== 0) return placeFanOut(shard, link, slot, [only - 1], own);
  const resolution = resolve(shard, link, slot);
  if (kind === MESSAGE_KIND.request) {
    return placeRequest(shard, link, slot, resolution.sets, own);
  }
  if (kind === MESSAGE_KIND.event) {
    return placeEvent(shard, link, slot, resolution, own);
  }
  if (resolution.notify.length === 0) {
    refuse(shard, link, slot, { status: STATUS.noRoute, detail: 0 });
    return undefined;
  }
  return placeFanOut(shard, link, slot, resolution.notify, own);
}

/** To all subscriptions, and to one member of each group. */
function placeEvent(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  { groups, subscriptions }: Resolution,
  own: WaitQueue | undefined,
): WaitQueue | undefined {
  if (groups.length === 0) return placeFanOut(shard, link, slot, subscriptions, own);
  const targets = [...subscriptions];
  for (const matched of groups) {
    const chosen = chooseInGroup(shard, link, slot, matched, own);
    if (chosen instanceof WaitQueue) {
      unclaimAll(shard, targets);
      return chosen;
    }
    if (chosen !== undefined) targets.push(chosen.spec.id);
  }
  return placeFanOut(shard, link, slot, targets, own);
}

/** A message whose forerunner of the same key waits joins that one's queue, unless it is new and a limit refuses it. */
function standBehind(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  queue: WaitQueue,
): WaitQueue | undefined {
  if (link.parking.countedBy[slot] !== undefined) return queue;
  const kind = link.header(slot, KIND) & KIND_MASK;
  const { sets, notify } = resolve(shard, link, slot);
  if (kind === MESSAGE_KIND.request) {
    return admitBehind(shard, link, slot, sets) ? queue : undefined;
  }
  if (kind === MESSAGE_KIND.event || countBehind(shard, link, slot, notify)) return queue;
  return placeFanOut(shard, link, slot, notify, undefined);
}

function park(shard: ShardState, link: ShardLink, slot: number, queue: WaitQueue): void {
  shard.counters.counts.parked += 1;
  setRecord(link.ledger, slot, link.header(slot, GEN), LEDGER.parked);
  watchDeadline(link, slot);
  queue.push(link, slot);
}
