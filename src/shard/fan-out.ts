/**
 * Placing a notification or event: a delivery for each target, all of them or none. An endpoint that cannot take a
 * notification now (isolated, or over its queue limit) fails at once, and the sender's own sink is told which it was:
 * by a delivery of the message to that sink, so that the message does not settle before the sender has heard of it.
 */
import { low16, packRef, packRefusal, REFUSAL, STATUS } from '../memory/entries.ts';
import { CELL_RESULT, CELL_WORDS, LEDGER } from '../memory/ledger.ts';
import { outcomeOf, withFailure, withReport } from '../memory/outcome-word.ts';
import { put } from '../memory/seam.ts';
import { FLAG_EARLY, KIND, KIND_MASK, PAY_LEN } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { commit, refuse } from './commit.ts';
import { openDelivery } from './deliveries.ts';
import { giveUpDropped, postRefused } from './give-up.ts';
import { WaitQueue } from './parking.ts';
import { isRepeat } from './repeats.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** What became of the targets of a message: deliveries, and those that have handled what it repeats. */
interface Fan {
  readonly opened: number;
  readonly repeated: number;
}

const EARLY_EVENT = FLAG_EARLY | MESSAGE_KIND.event;

/** All cells or none: the first target without room that wants no drop makes the message wait. */
export function placeFanOut(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  targets: readonly number[],
  own: WaitQueue | undefined,
): WaitQueue | undefined {
  for (let i = 0; i < targets.length; i++) {
    const target = shard.targets[targets[i] as number];
    if (target === undefined || target.spec.whenFull !== 'park') continue;
    if (target.dedupe !== undefined && isRepeat(shard, target, link, slot)) continue;
    if (!target.active || isOver(link, slot, target)) continue;
    const waiting = target.ownQueue;
    if (waiting !== undefined && waiting !== own && !waiting.isEmpty) {
      unclaimAll(shard, targets);
      return waitFor(link, slot, target, waiting);
    }
    if (target.hasRoom && target.claim(link.header(slot, PAY_LEN))) continue;
    unclaimAll(shard, targets);
    return waitFor(link, slot, target, queueOfTarget(shard, target));
  }
  openAll(shard, link, slot, targets);
  return undefined;
}

/** The message waits: the room that it would have had is others'. */
export function unclaimAll(shard: ShardState, targets: readonly number[]): void {
  for (let i = 0; i < targets.length; i++) shard.targets[targets[i] as number]?.unclaim();
}

/** A notification that stands behind an earlier one of its key counts at an endpoint, or is refused by all of them. */
export function countBehind(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  targets: readonly number[],
): boolean {
  let isRefused = shard.isTaking && targets.length > 0;
  for (const id of targets) {
    const target = shard.targets[id];
    if (!target?.active || (shard.isTaking && target.isOverLimit)) continue;
    isRefused = false;
    if (target.capacity === Number.POSITIVE_INFINITY) continue;
    link.parking.countAt(slot, target);
    break;
  }
  return !isRefused;
}

function openAll(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  targets: readonly number[],
): void {
  let opened = 0;
  let dropped = 0;
  let repeated = 0;
  for (let i = 0; i < targets.length; i++) {
    const target = shard.targets[targets[i] as number];
    if (target === undefined) continue;
    if (target.dedupe !== undefined && isRepeat(shard, target, link, slot)) repeated += 1;
    else if (!target.active || isOver(link, slot, target)) {
      const why = target.active ? REFUSAL.overLimit : REFUSAL.unavailable;
      shard.refusals.push(packRefusal(target.spec.id, why));
    } else if (hasPlace(shard, link, slot, target)) {
      openDelivery(shard, link, slot, target);
      opened += 1;
    } else if (target.spec.whenFull === 'error') dropped += 1;
    else if (postRefused(shard, link, slot, target)) opened += 1;
  }
  shard.counters.counts.duplicates += repeated;
  if (shard.refusals.length > 0) commitWithFailures(shard, link, slot, { opened, repeated });
  else if (opened > 0)
    commitFanOut(shard, link, slot, { opened, repeated, isRefused: dropped > 0 });
  else if (repeated > 0)
    refuse(shard, link, slot, { status: STATUS.ok, detail: outcomeOf(repeated) });
  else if (dropped > 0) refuse(shard, link, slot, { status: STATUS.full, detail: 0 });
  else refuse(shard, link, slot, { status: emptyStatus(link, slot), detail: 0 });
}

/** Over its queue limit for this message, which does not count already. */
function isOver(link: ShardLink, slot: number, target: Target): boolean {
  return target.isOverLimit && link.parking.countedBy[slot] !== target;
}

function waitFor(link: ShardLink, slot: number, target: Target, queue: WaitQueue): WaitQueue {
  const { parking } = link;
  const isLimited = target.capacity !== Number.POSITIVE_INFINITY;
  if (isLimited && parking.countedBy[slot] === undefined) parking.countAt(slot, target);
  return queue;
}

/** Nobody took it: fine for an event; a notification's endpoints have all left. */
function emptyStatus(link: ShardLink, slot: number): number {
  const isEvent = (link.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.event;
  return isEvent ? STATUS.ok : STATUS.noRoute;
}

function commitFanOut(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  fan: Fan & { readonly isRefused: boolean },
): void {
  commit(
    link,
    slot,
    outcomeOf(fan.opened + fan.repeated),
    fan.isRefused ? LEDGER.refused : LEDGER.routed,
  );
  if ((link.header(slot, KIND) & (FLAG_EARLY | KIND_MASK)) === EARLY_EVENT) {
    shard.uncounted.push({ link, slot });
  }
}

/** Without room in the sink the failure stays unnamed, as a report's does. */
function commitWithFailures(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  { opened, repeated }: Fan,
): void {
  const { refusals } = shard;
  const sink = link.down ? undefined : link.reports;
  let outcome = outcomeOf(opened + repeated + refusals.length);
  let told = 0;
  for (let i = 0; i < refusals.length; i++) {
    outcome = withFailure(outcome);
    const counted = withReport(outcome);
    if (counted === outcome || !sink?.hasRoom) continue;
    const delivery = openDelivery(shard, link, slot, sink);
    put(link.cellWords, low16(delivery) * CELL_WORDS + CELL_RESULT, refusals[i] as number);
    outcome = counted;
    told += 1;
  }
  refusals.length = 0;
  if (opened + told > 0) commit(link, slot, outcome);
  else refuse(shard, link, slot, { status: STATUS.failed, detail: outcome });
}

/** There is room for one more delivery, if need be because the overflow policy made it. */
function hasPlace(shard: ShardState, sender: ShardLink, slot: number, target: Target): boolean {
  if (!target.hasRoom) return makeRoom(shard, target);
  // What keeps its loans and drops does so on its own thread.
  if (!target.isDroppable && !target.claim(sender.header(slot, PAY_LEN))) return false;
  if (!target.isBehind || !target.isDroppable || !sender.isTight) return true;
  // What waits for a thread that reads nothing must not block the sender. Two for one: it gets less.
  if (target.spec.whenFull === 'drop-oldest' && target.backlog > 1) dropOldest(shard, target);
  return makeRoom(shard, target);
}

/** The overflow policy of a subscription decides its oldest waiting deliveries, or the new one. True: there is room. */
function makeRoom(shard: ShardState, target: Target): boolean {
  const { whenFull } = target.spec;
  if (whenFull === 'drop-oldest') {
    const { cells } = target.link;
    // One is not enough for a target that had more than its share of cells. A dead letter that waits keeps its cell.
    for (let left = target.backlog, free = -1; left > 0 && free !== cells.free; left--) {
      free = cells.free;
      dropOldest(shard, target);
      if (target.hasRoom) return true;
    }
  }
  if (whenFull !== 'error') shard.noteDropped(target);
  return false;
}

function dropOldest(shard: ShardState, target: Target): void {
  shard.noteDropped(target);
  giveUpDropped(shard, packRef(target.link.client, target.firstWaiting));
}

function queueOfTarget(shard: ShardState, target: Target): WaitQueue {
  target.ownQueue ??= new WaitQueue(shard.links);
  target.waiters.add(target.ownQueue);
  // Room of a bound may come from other shards, which tell nobody.
  if (target.spec.bound !== undefined && shard.loads.others.length > 0) {
    shard.crowded.add(target.ownQueue);
  }
  return target.ownQueue;
}
