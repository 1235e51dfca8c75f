/**
 * The end of a message's ttl: who has not been handed it does not get it any more. What is handed over is left alone here;
 * the receiver looks again before it starts.
 */
import { STATUS } from '../memory/entries.ts';
import { LEDGER, recordDetail, recordState } from '../memory/ledger.ts';
import { LETTER_REASON } from '../memory/letter-word.ts';
import { targetsOf } from '../memory/outcome-word.ts';
import { EXPIRES, KIND, KIND_MASK, NO_DEADLINE } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { deliveryState, freeDelivery } from './deliveries.ts';
import { giveUpUnheard } from './give-up.ts';
import { decide, settle } from './settle.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

const EXPIRED = { status: STATUS.expired, detail: 0 } as const;

export function hasExpired(shard: ShardState, link: ShardLink, slot: number): boolean {
  const expires = link.header(slot, EXPIRES);
  return expires !== NO_DEADLINE && ((shard.nowMs - expires) | 0) >= 0;
}

/** Ends the message in `slot` unless somebody was handed it. False: it goes on. */
export function expireMessage(shard: ShardState, link: ShardLink, slot: number): boolean {
  if (!hasExpired(shard, link, slot) || !isUntouched(link, slot)) return false;
  settle(shard, link, slot, EXPIRED, NO_CELL);
  return true;
}

/**
 * Ends a waiting delivery of the message in `slot` of `link`, whose ttl has passed. An event is dropped there; at an
 * endpoint it has failed, and so has the message when nobody else had it.
 */
export function expireDelivery(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  delivery: number,
): void {
  const kind = link.header(slot, KIND) & KIND_MASK;
  if (kind !== MESSAGE_KIND.request && !isUntouched(link, slot)) {
    if (kind === MESSAGE_KIND.event) decide(shard, delivery, true);
    else giveUpUnheard(shard, delivery, LETTER_REASON.expired);
    return;
  }
  if (kind === MESSAGE_KIND.notification && link.openCount[slot] === 1) {
    giveUpUnheard(shard, delivery, LETTER_REASON.expired);
    return;
  }
  const state = deliveryState(shard, delivery);
  settle(shard, link, slot, EXPIRED, delivery);
  freeDelivery(shard, delivery, state);
}

/** No delivery of it is on loan or decided. */
function isUntouched(link: ShardLink, slot: number): boolean {
  const state = recordState(link.ledger, slot);
  if (state === LEDGER.parked) return true;
  if (state === LEDGER.held || link.loanCount[slot] !== 0) return false;
  return link.openCount[slot] === targetsOf(recordDetail(link.ledger, slot));
}
