/** Clients and targets coming and going, by command of main. */
import type { Attachment, TargetSpec } from '../control/commands.ts';
import { packRef, refClient, refSlot } from '../memory/entries.ts';
import {
  CELL,
  CELL_DEAD,
  CELL_REF,
  CELL_STATE,
  CELL_UNTRIED,
  CELL_WORDS,
  cellDeaths,
  cellLoan,
  cellState,
  isActive,
  isOnLoan,
  isOpen,
  ONE_ATTEMPT,
  ONE_DEATH,
  recordState,
} from '../memory/ledger.ts';
import { LETTER_REASON } from '../memory/letter-word.ts';
import { MARK_WORDS, VERDICT } from '../memory/link-memory.ts';
import { get } from '../memory/seam.ts';
import { KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { returnLent } from './acknowledge.ts';
import { endBackOff } from './back-off.ts';
import { endAttempt } from './end-attempt.ts';
import { giveUpUnheard } from './give-up.ts';
import { joinPool, leavePool } from './pool.ts';
import { placeParkedAgain } from './pump.ts';
import { rerouteDelivery } from './reroute.ts';
import { decide, giveBack } from './settle.ts';
import { NO_CELL, ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import { shareCells, Target } from './target.ts';
import { TargetBreaker } from './target-breaker.ts';

/** A message whose handler's thread died this often fails, where its target does not say. */
const DEATHS_MAX = 3;

export function attach(shard: ShardState, client: Attachment): void {
  const link = new ShardLink(client.client, client.link, shard.nowMs);
  shard.links[link.client] = link;
  shard.linkList = [...shard.linkList, link];
  addTarget(shard, client.reports);
  link.reports = shard.targets[client.reports.id];
}

export function addTarget(shard: ShardState, spec: TargetSpec): void {
  const link = shard.links[spec.client];
  if (link === undefined || link.down) return;
  const target = new Target(spec, link, shard.loads, sharedBy(shard, spec));
  if (target.breaker?.target === spec.id) shard.breakers.add(target, shard.control);
  shard.targets[spec.id] = target;
  link.targets.add(target);
  joinPool(shard, target);
  if (spec.kind === 'deadLetters') shard.deadLetters = target;
  if (target.isHolding) shard.isHolding = true;
  if (target.isDroppable) {
    link.hasDroppable = true;
    // A successor counts from its start.
    shard.forgetKept(target);
  }
  share(link);
}

/** What waits in BACKOFF may have at least half of the cells, and all that the targets do not want. */
function share(link: ShardLink): void {
  const { count } = link.cells;
  link.backOffMax = Math.max(count / 2, count - shareCells(link.targets, count));
}

/** A thread of a pool has what the pool has. */
function sharedBy(
  { control, memory, others, targets }: ShardState,
  { breaker, id, pool: poolId }: TargetSpec,
): { readonly breaker?: TargetBreaker; readonly pool?: Target } {
  const pool = poolId === undefined ? undefined : targets[poolId];
  if (pool !== undefined) return { pool };
  if (breaker === undefined) return {};
  return { breaker: new TargetBreaker(breaker, id, control, memory, others) };
}

/** Takes no more; what waits for it is routed again, what is on loan comes back by itself. */
export function removeTarget(shard: ShardState, id: number): void {
  const target = shard.targets[id];
  if (target === undefined) return;
  target.retire();
  shard.breakers.delete(target);
  leavePool(shard, target);
  shard.forgetKept(target);
  shard.router.removeTarget(id);
  shard.targets[id] = undefined;
  target.link.targets.delete(target);
  share(target.link);
  for (let cell = target.firstWaiting; cell !== NO_CELL; cell = target.firstWaiting) {
    rerouteDelivery(shard, packRef(target.link.client, cell), 0);
  }
  if (target.link.backedOff > 0) rerouteBackedOff(shard, target);
  placeParkedAgain(shard);
}

/** There is nothing left to wait for. Letters need nothing more of it. */
function rerouteBackedOff(shard: ShardState, { link, spec }: Target): void {
  for (const cell of cellsInOrder(shard, link)) {
    const word = get(link.cellWords, cell * CELL_WORDS + CELL_STATE);
    const isWaiting = cellState(word) === CELL.backoff && (word & CELL_DEAD) === 0;
    if (!isWaiting || link.cells.owners[cell]?.spec !== spec) continue;
    const delivery = packRef(link.client, cell);
    endBackOff(shard, delivery);
    rerouteDelivery(shard, delivery, 0);
  }
}

/**
 * Takes no new messages, or takes them again. Of what it has been given it hands back requests that are not handed over
 * yet: they are routed again. Notifications stay, since they are for this endpoint and no other.
 */
export function isolateTarget(shard: ShardState, id: number, isolated: boolean): void {
  const target = shard.targets[id];
  if (target === undefined || target.failed || target.active === !isolated) return;
  target.active = !isolated;
  if (isolated) rerouteWaiting(shard, target);
  placeParkedAgain(shard);
}

/** It takes no more, and what waits for its threads is given up: requests go elsewhere, the rest to the dead letters. */
export function failPool(shard: ShardState, id: number): void {
  const pool = shard.targets[id];
  if (pool === undefined) return;
  pool.failed = true;
  pool.active = false;
  rerouteWaiting(shard, pool);
  for (let cell = pool.firstWaiting; cell !== NO_CELL; cell = pool.firstWaiting) {
    giveUpUnheard(shard, packRef(pool.link.client, cell), LETTER_REASON.died);
  }
  placeParkedAgain(shard);
}

function rerouteWaiting(shard: ShardState, target: Target): void {
  const { cellWords, cells, client } = target.link;
  const waiting: number[] = [];
  for (let cell = target.firstWaiting; cell !== NO_CELL; cell = cells.after[cell] as number) {
    const ref = get(cellWords, cell * CELL_WORDS + CELL_REF);
    const kind = shard.link(refClient(ref)).header(refSlot(ref), KIND) & KIND_MASK;
    if (kind === MESSAGE_KIND.request) waiting.push(cell);
  }
  for (const cell of waiting) rerouteDelivery(shard, packRef(client, cell), 0);
}

/** The client has left or died. Its ring has been read to its end: its acknowledgements and replies count. */
export function detach(shard: ShardState, client: number): void {
  leave(shard, client);
  placeParkedAgain(shard);
}

/** As `detach`; what is parked stays so. */
export function leave(shard: ShardState, client: number): void {
  const link = shard.links[client];
  if (link === undefined || link.down) return;
  link.down = true;
  for (const target of [...link.targets]) {
    target.retire();
    shard.breakers.delete(target);
    leavePool(shard, target);
    shard.forgetKept(target);
    shard.router.removeTarget(target.spec.id);
    shard.targets[target.spec.id] = undefined;
  }
  link.targets.clear();
  returnLent(shard, link);
  for (const cell of cellsInOrder(shard, link)) endLoan(shard, link, cell);
}

/** Forgets clients that have left as soon as nothing of them is in use here. */
export function forgetQuietLinks(shard: ShardState): void {
  if (!shard.linkList.some((link) => link.down && link.quiet)) return;
  for (const link of shard.linkList) {
    if (!link.down || !link.quiet) continue;
    shard.links[link.client] = undefined;
    // What is left there are messages that have been settled otherwise.
    for (const ref of shard.unposted) {
      if (refClient(ref) === link.client) shard.unposted.delete(ref);
    }
    shard.onForgotten(link.client);
  }
  shard.linkList = shard.linkList.filter((link) => shard.links[link.client] !== undefined);
}

/** The used cells of a client in the order in which their senders sent. */
function cellsInOrder(shard: ShardState, link: ShardLink): number[] {
  const cells: { cell: number; seq: number }[] = [];
  for (let cell = 0; cell < link.cells.count; cell++) {
    if (link.cells.owners[cell] === undefined) continue;
    const ref = get(link.cellWords, cell * CELL_WORDS + CELL_REF);
    const sender = shard.link(refClient(ref));
    cells.push({ cell, seq: sender.seqOf(refSlot(ref)) });
  }
  return cells.sort((a, b) => a.seq - b.seq).map(({ cell }) => cell);
}

/** A delivery at a client that is gone: given back, or routed again; a handler that had started counts an attempt. */
function endLoan(shard: ShardState, link: ShardLink, cell: number): void {
  const delivery = packRef(link.client, cell);
  const at = cell * CELL_WORDS;
  const word = get(link.cellWords, at + CELL_STATE);
  const state = cellState(word);
  const ref = get(link.cellWords, at + CELL_REF);
  const sender = shard.link(refClient(ref));
  if (isOnLoan(state) && !(isOpen(state) && isActive(recordState(sender.ledger, refSlot(ref))))) {
    giveBack(shard, delivery, state);
    return;
  }
  const { maxDeaths = DEATHS_MAX, redeliver } = (link.cells.owners[cell] as Target).spec;
  const deathsMax = redeliver === false ? 1 : maxDeaths;
  const started =
    state === CELL.loaned && get(link.marks, cell * MARK_WORDS) === cellLoan(word) + 1;
  // A letter that waits for room needs nothing of this client any more.
  if (state === CELL.backoff && (word & CELL_DEAD) !== 0) return;
  if (isOnLoan(state)) endAttempt(shard, delivery, started ? VERDICT.bad : VERDICT.none);
  if (started && cellDeaths(word) + 1 >= deathsMax) {
    const { retry } = (link.cells.owners[cell] as Target).spec;
    const isEvent = (sender.header(refSlot(ref), KIND) & KIND_MASK) === MESSAGE_KIND.event;
    // Of a plain event other subscriptions have theirs.
    if (isEvent && retry === undefined) decide(shard, delivery, true);
    else giveUpUnheard(shard, delivery, LETTER_REASON.died, word + ONE_ATTEMPT + ONE_DEATH);
    return;
  }
  rerouteDelivery(shard, delivery, started ? ONE_ATTEMPT + ONE_DEATH - (word & CELL_UNTRIED) : 0);
}
