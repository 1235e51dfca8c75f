/**
 * The begin of an attempt at an endpoint that has a breaker, when a delivery is lent: it is stamped with the breaker's
 * state, and while that is half-open it takes a place for a trial. What the breaker does not let through is passed on.
 */
import { isHalfOpen, isOpenState } from '../memory/breaker-words.ts';
import { packRef, refClient, refSlot } from '../memory/entries.ts';
import { CELL_REF, CELL_STAMP, CELL_STATE, CELL_TRIAL, CELL_WORDS } from '../memory/ledger.ts';
import { get, put } from '../memory/seam.ts';
import { KEY_HASH, KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { backOff, LOOK_AGAIN_MS, mayBackOff } from './back-off.ts';
import { cellWord } from './deliveries.ts';
import { endRepeat } from './end-repeat.ts';
import { rerouteDelivery } from './reroute.ts';
import { failUntried } from './retry.ts';
import { NO_CELL } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** The waiting delivery in `cell` is about to be lent. False: its breaker lets none through, and it has been passed on. */
export function beginAttempt(shard: ShardState, target: Target, cell: number): boolean {
  const { breaker, link } = target;
  if (breaker === undefined) return true;
  const at = cell * CELL_WORDS;
  const { state } = breaker;
  if (isOpenState(state)) {
    if (!breaker.claimTrial(state, shard.nowMs)) {
      passOn(shard, target, cell);
      return false;
    }
    put(link.cellWords, at + CELL_STATE, get(link.cellWords, at + CELL_STATE) | CELL_TRIAL);
  }
  put(link.cellWords, at + CELL_STAMP, state);
  return true;
}

/**
 * What waits at an endpoint whose breaker is open is passed on, but for as many as may be trials. One whose key is taken is
 * none: the one that has the key would wait for its place, and it for the key.
 */
export function passOnWaiting(shard: ShardState, target: Target): void {
  const { breaker, link } = target;
  if (breaker === undefined || target.firstWaiting === NO_CELL || breaker.isClosed) return;
  let kept = breaker.placesLeft(shard.nowMs);
  const rest: number[] = [];
  for (let cell = target.firstWaiting; cell !== NO_CELL; cell = link.cells.after[cell] as number) {
    if (!hasLane(shard, target, cell) || kept-- < 1) rest.push(cell);
  }
  for (const cell of rest) passOn(shard, target, cell);
}

/** The first that waits; where keys or ids are taken, the first whose own is not. */
export function nextToLend(shard: ShardState, target: Target): number {
  const { dedupe, lanes, link } = target;
  let cell = target.firstWaiting;
  if (lanes === undefined && dedupe === undefined) return cell;
  for (; cell !== NO_CELL; cell = link.cells.after[cell] as number) {
    if (hasLane(shard, target, cell)) return cell;
  }
  return NO_CELL;
}

/** No other message of its key, or of its id, is in hand, where that counts. */
function hasLane(shard: ShardState, { dedupe, lanes, link }: Target, cell: number): boolean {
  if (dedupe !== undefined && !dedupe.isFree(link, cell)) return false;
  if (lanes === undefined) return true;
  const ref = get(link.cellWords, cell * CELL_WORDS + CELL_REF);
  const hash = shard.link(refClient(ref)).header(refSlot(ref), KEY_HASH);
  return lanes.isFree(hash, packRef(link.client, cell));
}

/**
 * A request goes to another endpoint. A notification is for this one: it is repeated like one that failed; while others
 * try whether the breaker may close it waits for what becomes of them.
 */
function passOn(shard: ShardState, target: Target, cell: number): void {
  if (endRepeat(shard, target, cell)) return;
  const { breaker, link } = target;
  const ref = get(link.cellWords, cell * CELL_WORDS + CELL_REF);
  const sender = shard.link(refClient(ref));
  const kind = sender.header(refSlot(ref), KIND) & KIND_MASK;
  const delivery = packRef(link.client, cell);
  const isTried = breaker !== undefined && isHalfOpen(breaker.state, shard.nowMs);
  if (kind === MESSAGE_KIND.request) rerouteDelivery(shard, delivery, 0);
  else if (isTried && mayBackOff(shard, link, sender)) {
    backOff(shard, delivery, cellWord(shard, delivery, CELL_STATE), LOOK_AGAIN_MS);
  } else failUntried(shard, delivery);
}
