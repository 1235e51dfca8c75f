/**
 * Takeover: a successor goes on from ledger, cells, private tails and the half-done entry of the shard that died. What
 * it reads was ordered by the `'exit'` of its predecessor. Repeating it after a crash in the middle changes nothing.
 */
import type { TargetSpec } from '../control/commands.ts';
import { packRef, refClient, refSlot } from '../memory/entries.ts';
import {
  CELL,
  CELL_BAD,
  CELL_DEAD,
  CELL_FROM,
  CELL_FROM_CLIENT,
  CELL_REF,
  CELL_RESULT,
  CELL_STATE,
  CELL_TARGET,
  CELL_TRIAL,
  CELL_WORDS,
  cellState,
  freeCellWord,
  isActive,
  isOnLoan,
  isOpen,
  LEDGER,
  recordDetail,
  recordState,
  setRecordDetail,
  wasHandedOut,
} from '../memory/ledger.ts';
import { LETTER_REASON } from '../memory/letter-word.ts';
import { get, put, store } from '../memory/seam.ts';
import { LOAD_TRIALS, LOAD_WORDS } from '../memory/shard-memory.ts';
import { CORR, FLAG_EARLY, KEY_HASH, KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { backOff, endBackOff, LOOK_AGAIN_MS, startBackOff } from './back-off.ts';
import { takeTimeout, watchDeadline } from './commit.ts';
import { joinMessage, ownerOf } from './deliveries.ts';
import { giveUpUnheard } from './give-up.ts';
import { WaitQueue } from './parking.ts';
import { recordPushed } from './record-pushed.ts';
import { notePrint } from './repeats.ts';
import { rerouteDelivery } from './reroute.ts';
import { resolve } from './resolve-key.ts';
import { NO_CELL, type ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';
import { Target } from './target.ts';

/** Brings ledger and cells into order and derives everything that lives in the heap from them. */
export function recover(shard: ShardState, departed: readonly TargetSpec[] = []): void {
  for (const link of shard.linkList) recordPushed(link);
  for (const link of shard.linkList) forEachCell(link, (at) => dropGarbage(shard, link, at));
  for (const link of shard.linkList) forEachCell(link, (at) => finishHalfDone(shard, link, at));
  for (const link of shard.linkList) deriveRecords(shard, link);
  for (const link of shard.linkList) deriveCells(shard, link, departed);
  for (const link of shard.linkList) deriveTimeouts(shard, link);
  deriveTrials(shard);
  deriveLanes(shard);
}

/** Deliveries whose target went while nobody served the shard, and requests that wait at one which takes none now. */
export function rerouteOrphans(shard: ShardState): void {
  for (const link of shard.linkList) {
    for (let cell = 0; cell < link.cells.count; cell++) {
      const owner = link.cells.owners[cell];
      if (owner !== undefined && !owner.active) rerouteOrphan(shard, link, cell, owner);
    }
  }
}

function rerouteOrphan(shard: ShardState, link: ShardLink, cell: number, owner: Target): void {
  const word = get(link.cellWords, cell * CELL_WORDS + CELL_STATE);
  const state = cellState(word);
  const delivery = packRef(link.client, cell);
  const isThere = shard.targets[owner.spec.id] === owner;
  if (state === CELL.backoff && !isThere && (word & CELL_DEAD) === 0) {
    endBackOff(shard, delivery);
    rerouteDelivery(shard, delivery, 0);
  }
  if (state !== CELL.waiting) return;
  if (!isThere || isRequest(shard, link, cell)) rerouteDelivery(shard, delivery, 0);
  else if (owner.failed) giveUpUnheard(shard, delivery, LETTER_REASON.died);
}

function isRequest(shard: ShardState, link: ShardLink, cell: number): boolean {
  const ref = get(link.cellWords, cell * CELL_WORDS + CELL_REF);
  const kind = shard.link(refClient(ref)).header(refSlot(ref), KIND) & KIND_MASK;
  return kind === MESSAGE_KIND.request;
}

/** `visit` gets the offset of each cell that is not free. */
function forEachCell(link: ShardLink, visit: (at: number, cell: number) => void): void {
  const words = link.cellWords;
  for (let cell = 0; cell < link.cells.count; cell++) {
    const at = cell * CELL_WORDS;
    if (cellState(get(words, at + CELL_STATE)) !== CELL.free) visit(at, cell);
  }
}

function free(link: ShardLink, at: number): void {
  put(link.cellWords, at + CELL_STATE, freeCellWord(get(link.cellWords, at + CELL_STATE)));
}

/** A cell whose message was not committed, or is settled and does not wait for it. */
function dropGarbage(shard: ShardState, link: ShardLink, at: number): void {
  const ref = get(link.cellWords, at + CELL_REF);
  const sender = shard.links[refClient(ref)];
  const record = sender === undefined ? LEDGER.done : recordState(sender.ledger, refSlot(ref));
  const isLoan = isOnLoan(cellState(get(link.cellWords, at + CELL_STATE)));
  if (!isActive(record) && !(record === LEDGER.held && isLoan)) free(link, at);
}

/** A move of which the old cell is still there; a decision that the record may not have yet. */
function finishHalfDone(shard: ShardState, link: ShardLink, at: number): void {
  const words = link.cellWords;
  const from = get(words, at + CELL_FROM);
  if (from !== 0) {
    const old = shard.links[get(words, at + CELL_FROM_CLIENT)];
    if (old !== undefined) free(old, (from - 1) * CELL_WORDS);
    put(words, at + CELL_FROM, 0);
  }
  if ((get(words, at + CELL_STATE) & CELL_BAD) === 0) return;
  const ref = get(words, at + CELL_REF);
  setRecordDetail(shard.link(refClient(ref)).ledger, refSlot(ref), get(words, at + CELL_RESULT));
  free(link, at);
}

function deriveRecords(shard: ShardState, link: ShardLink): void {
  const parked: number[] = [];
  for (let slot = 0; slot < link.slots; slot++) {
    const state = recordState(link.ledger, slot);
    if (state === LEDGER.done) continue;
    link.inCare += 1;
    if (state === LEDGER.lent) {
      const borrower = shard.links[recordDetail(link.ledger, slot)];
      if (borrower !== undefined) borrower.borrowed += 1;
      continue;
    }
    if (state === LEDGER.parked) parked.push(slot);
    const kind = link.header(slot, KIND);
    const isRouted = state === LEDGER.routed || state === LEDGER.refused;
    if (isRouted && wantsToHear(link, slot, kind)) shard.uncounted.push({ link, slot });
    if (state === LEDGER.parked || isActive(state)) watchDeadline(link, slot);
  }
  if (parked.length === 0) return;
  // One queue for now: they are placed where they belong as soon as the half-done entry is handled.
  const queue = new WaitQueue(shard.links);
  parked.sort((a, b) => link.seqOf(a) - link.seqOf(b));
  for (const slot of parked) queue.push(link, slot);
}

/** Its sender waits until it is routed, and no longer. */
function wantsToHear(link: ShardLink, slot: number, kind: number): boolean {
  if ((kind & KIND_MASK) === MESSAGE_KIND.request) return link.header(slot, CORR) !== 0;
  return (kind & KIND_MASK) === MESSAGE_KIND.event && (kind & FLAG_EARLY) !== 0;
}

/**
 * Whose key or id is taken: what is on loan or with a thread of a pool, then what waits for its next attempt, then what
 * was about to be handed over.
 */
function deriveLanes(shard: ShardState): void {
  for (const isTaker of [isInHand, isBackedOff, isRepeated]) {
    for (const link of shard.linkList) {
      const { cellWords, cells } = link;
      cells.owners.forEach((owner, cell) => {
        if (owner?.lanes === undefined && owner?.dedupe === undefined) return;
        if (!isTaker(get(cellWords, cell * CELL_WORDS + CELL_STATE), owner)) return;
        const ref = get(cellWords, cell * CELL_WORDS + CELL_REF);
        const hash = shard.link(refClient(ref)).header(refSlot(ref), KEY_HASH);
        owner.lanes?.take(hash, packRef(link.client, cell));
        owner.dedupe?.take(link, cell);
      });
    }
  }
}

function isInHand(word: number, { spec }: Target): boolean {
  return spec.pool !== undefined || isOnLoan(cellState(word));
}

function isBackedOff(word: number): boolean {
  return cellState(word) === CELL.backoff && (wasHandedOut(word) || (word & CELL_DEAD) !== 0);
}

function isRepeated(word: number): boolean {
  return cellState(word) === CELL.waiting && wasHandedOut(word);
}

/** A predecessor's trials kept their places until now. Those that are over without its having said so give them back. */
function deriveTrials(shard: ShardState): void {
  const counts = new Map<number, number>();
  for (const { cellWords, cells } of shard.linkList) {
    cells.owners.forEach((owner, cell) => {
      if (owner?.breaker === undefined) return;
      if ((get(cellWords, cell * CELL_WORDS + CELL_STATE) & CELL_TRIAL) === 0) return;
      const { target } = owner.breaker;
      counts.set(target, (counts.get(target) ?? 0) + 1);
    });
  }
  const { loads } = shard.memory;
  for (let target = 0; target < shard.targets.length; target++) {
    const at = target * LOAD_WORDS + LOAD_TRIALS;
    const trials = counts.get(target) ?? 0;
    // SYNC trials: pairs with TargetBreaker in the other shards, which may give what comes free here.
    if (get(loads, at) !== trials) store(loads, at, trials);
  }
}

/** Requests that bring no timeout of their own: the record does not say what their routes gave them. */
function deriveTimeouts(shard: ShardState, link: ShardLink): void {
  for (let slot = 0; slot < link.slots; slot++) {
    const state = recordState(link.ledger, slot);
    if (state !== LEDGER.parked && !isActive(state)) continue;
    if ((link.header(slot, KIND) & KIND_MASK) !== MESSAGE_KIND.request) continue;
    const timeoutMs = timeoutByRoute(shard, link, slot);
    if (timeoutMs === undefined) continue;
    takeTimeout(link, slot, timeoutMs);
    watchDeadline(link, slot);
  }
}

function timeoutByRoute(shard: ShardState, link: ShardLink, slot: number): number | undefined {
  const { sets } = resolve(shard, link, slot);
  const delivery = link.firstCell[slot] as number;
  if (delivery === NO_CELL) return sets[0]?.timeoutMs;
  const { spec } = ownerOf(shard, delivery);
  const target = spec.pool ?? spec.id;
  for (const { members } of sets) {
    const member = members.find((route) => route.target === target);
    if (member !== undefined) return member.timeoutMs;
  }
  return undefined;
}

function deriveCells(shard: ShardState, link: ShardLink, departed: readonly TargetSpec[]): void {
  const used: { readonly cell: number; readonly sender: number; readonly seq: number }[] = [];
  forEachCell(link, (at, cell) => {
    // The report about a dead letter goes just before it.
    const isEnclosed = isReportOfLetter(shard, link, at);
    const ref = get(link.cellWords, at + (isEnclosed ? CELL_RESULT : CELL_REF));
    const seq = shard.links[refClient(ref)]?.seqOf(refSlot(ref)) ?? 0;
    used.push({ cell, sender: refClient(ref), seq: isEnclosed ? seq - 1 / 2 : seq });
  });
  const isUsed = new Uint8Array(link.cells.count);
  for (const { cell } of used) isUsed[cell] = 1;
  link.cells.keepOut((cell) => isUsed[cell] === 1);
  used.sort((a, b) => a.sender - b.sender || a.seq - b.seq);
  const orphans = new Map<number, Target>();
  for (const spec of departed) {
    if (spec.client === link.client) orphans.set(spec.id, orphan(shard, spec, link));
  }
  for (const { cell } of used) deriveCell(shard, link, cell, targetOf(shard, link, cell, orphans));
}

function isReportOfLetter(shard: ShardState, link: ShardLink, at: number): boolean {
  const target = get(link.cellWords, at + CELL_TARGET);
  if (target !== shard.deadLetters?.spec.id) return false;
  return (get(link.cellWords, at + CELL_STATE) & CELL_DEAD) === 0;
}

function deriveCell(shard: ShardState, link: ShardLink, cell: number, owner: Target): void {
  const at = cell * CELL_WORDS;
  const delivery = packRef(link.client, cell);
  const state = cellState(get(link.cellWords, at + CELL_STATE));
  const ref = get(link.cellWords, at + CELL_REF);
  const sender = shard.link(refClient(ref));
  const slot = refSlot(ref);
  joinMessage(shard, sender, slot, delivery);
  link.cells.owners[cell] = owner;
  if (owner.dedupe !== undefined) notePrint(shard, owner, cell, sender, slot);
  owner.addUsed(1, owner.bytesOf(sender, slot));
  if (owner.isHolding) sender.hold(slot);
  if (isOpen(state)) sender.openCount[slot] = (sender.openCount[slot] as number) + 1;
  const word = get(link.cellWords, at + CELL_STATE);
  // One that was not lent after all is no trial.
  if (state === CELL.waiting) put(link.cellWords, at + CELL_STATE, word & ~CELL_TRIAL);
  if (isOnLoan(state)) {
    sender.loanCount[slot] = (sender.loanCount[slot] as number) + 1;
    owner.loans += 1;
    if (recordState(sender.ledger, slot) === LEDGER.held) shard.untold.push(delivery);
  }
  if (state === CELL.backoff) startBackOff(shard, delivery, sender, slot);
  if (state === CELL.waiting) {
    owner.enqueue(cell);
    shard.stir(owner);
    // Its shard died when it had passed on one that was sent before, and not yet this one, which must not come first.
    if (!wasHandedOut(word) && shard.backingOff.keepsBack(sender, sender.keyOf(slot))) {
      backOff(shard, delivery, word & ~CELL_TRIAL, LOOK_AGAIN_MS);
    }
  }
}

/** Whose delivery it is: a target that main still knows, or a stand-in that takes nothing new. */
function targetOf(
  shard: ShardState,
  link: ShardLink,
  cell: number,
  orphans: Map<number, Target>,
): Target {
  const id = get(link.cellWords, cell * CELL_WORDS + CELL_TARGET);
  const known = shard.targets[id];
  if (known !== undefined && known.link === link) return known;
  const spec = { id, kind: 'endpoint', client: link.client, window: 1, whenFull: 'park' } as const;
  const owner = orphans.get(id) ?? orphan(shard, spec, link);
  orphans.set(id, owner);
  return owner;
}

/** A thread of a pool that died has what it had of the pool's. */
function orphan(shard: ShardState, spec: TargetSpec, link: ShardLink): Target {
  const pool = spec.pool === undefined ? undefined : shard.targets[spec.pool];
  const target = new Target(spec, link, undefined, pool === undefined ? {} : { pool });
  target.active = false;
  return target;
}
