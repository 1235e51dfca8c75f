/** The two ends of placing a message: it is taken, or it is refused; and until when it may take. */
import { STATUS } from '../memory/entries.ts';
import { LEDGER, setRecord, setRecordDetail } from '../memory/ledger.ts';
import {
  DEADLINE,
  EXPIRES,
  FLAG_NO_TIMEOUT,
  GEN,
  KIND,
  NO_DEADLINE,
  SENT,
} from '../memory/slot-header.ts';
import { timeAfter } from '../memory/time-word.ts';
import { unpark } from './parking.ts';
import { finish } from './settle.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

/** The message is taken, with its outcome so far: one store of the record. */
export function commit(
  link: ShardLink,
  slot: number,
  outcome: number,
  state: number = LEDGER.routed,
): void {
  unpark(link, slot);
  setRecordDetail(link.ledger, slot, outcome);
  setRecord(link.ledger, slot, link.header(slot, GEN), state);
  watchDeadline(link, slot);
}

export function refuse(
  shard: ShardState,
  link: ShardLink,
  slot: number,
  end: { readonly status: number; readonly detail: number },
): void {
  unpark(link, slot);
  if (end.status === STATUS.noRoute) shard.counters.counts.noRoute += 1;
  finish(link, slot, link.header(slot, GEN), end.status, end.detail);
}

/** A request that brings no timeout of its own takes that of its route; undefined: the route has none. */
export function takeTimeout(link: ShardLink, slot: number, timeoutMs: number | undefined): void {
  if ((link.header(slot, KIND) & FLAG_NO_TIMEOUT) === 0) return;
  if (timeoutMs === undefined) link.noteTimeout(slot, 0);
  else link.noteTimeout(slot, timeoutMs === Number.POSITIVE_INFINITY ? -1 : Math.ceil(timeoutMs));
}

/** One timer a message: its deadline, or the end of its ttl where that comes first. */
export function watchDeadline(link: ShardLink, slot: number): void {
  const deadline = deadlineOf(link, slot);
  const expires = link.header(slot, EXPIRES);
  if (expires === NO_DEADLINE) watch(link, slot, deadline);
  else if (deadline === NO_DEADLINE) watch(link, slot, expires);
  else watch(link, slot, ((expires - deadline) | 0) < 0 ? expires : deadline);
}

/** The end of its ttl concerns it no more. */
export function watchTimeout(link: ShardLink, slot: number): void {
  watch(link, slot, deadlineOf(link, slot));
}

/** When nobody waits for it any more: ms since the bus epoch, NO_DEADLINE: never. */
export function deadlineOf(link: ShardLink, slot: number): number {
  const timeoutMs = link.timeoutOf(slot);
  if (timeoutMs === 0) return link.header(slot, DEADLINE);
  return timeoutMs < 0 ? NO_DEADLINE : timeAfter(link.header(slot, SENT), timeoutMs) || 1;
}

function watch(link: ShardLink, slot: number, due: number): void {
  if (due === NO_DEADLINE) link.deadlines.remove(slot);
  else link.deadlines.add(slot, due);
}
