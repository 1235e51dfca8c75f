/**
 * A failed attempt: the delivery waits in BACKOFF and is handed over again, until its target's attempts are used up.
 * What finds no place there is repeated at once where it is a request, given up otherwise.
 */
import type { RetrySpec } from '../control/commands.ts';
import { low16, refClient, refSlot } from '../memory/entries.ts';
import {
  CELL_REF,
  CELL_STATE,
  CELL_UNHEARD,
  CELL_UNTRIED,
  CELL_WORDS,
  cellAttempts,
  ONE_ATTEMPT,
  wasHandedOut,
} from '../memory/ledger.ts';
import { LETTER_REASON, type LetterReason } from '../memory/letter-word.ts';
import { get } from '../memory/seam.ts';
import { KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { backOff, mayBackOff } from './back-off.ts';
import { giveUp, giveUpDropped, giveUpUnheard } from './give-up.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

/** The longest time that can be told from the past: times are compared by difference. */
const DELAY_MAX_MS = 2 ** 31 - 2;

/**
 * An attempt failed, and another one may do better: after `delayMs`, or as the target's policy says. The last one that
 * the policy allows is final.
 */
export function failAttempt(shard: ShardState, delivery: number, delayMs?: number): void {
  const link = shard.link(refClient(delivery));
  const word = get(link.cellWords, low16(delivery) * CELL_WORDS + CELL_STATE);
  fail(shard, delivery, word & ~CELL_UNTRIED, delayMs);
}

/** An attempt that was not made, since its endpoint takes none now, counts as one that failed. Nobody has said so. */
export function failUntried(shard: ShardState, delivery: number): void {
  const link = shard.link(refClient(delivery));
  const word = get(link.cellWords, low16(delivery) * CELL_WORDS + CELL_STATE);
  fail(shard, delivery, CELL_UNHEARD | (wasHandedOut(word) ? word : word | CELL_UNTRIED));
}

/** `word` is the delivery's, before the attempt is counted; unheard: its sender is to hear of it when it is the last. */
function fail(shard: ShardState, delivery: number, word: number, delayMs?: number): void {
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const at = cell * CELL_WORDS;
  const { retry } = (link.cells.owners[cell] as Target).spec;
  const ref = get(link.cellWords, at + CELL_REF);
  const sender = shard.link(refClient(ref));
  const slot = refSlot(ref);
  const isRequest = (sender.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.request;
  const runs = cellAttempts(word) + 1;
  if (retry === undefined || runs >= (isRequest ? retry.requestAttempts : retry.attempts)) {
    giveUp(shard, delivery, LETTER_REASON.attempts, word + ONE_ATTEMPT);
    return;
  }
  const hasPlace = mayBackOff(shard, link, sender);
  if (!hasPlace && !isRequest) {
    giveUpUnheard(shard, delivery, LETTER_REASON.overflow, word + ONE_ATTEMPT);
    return;
  }
  shard.counters.counts.retried += 1;
  const delay = delayMs ?? delayAfter(retry, runs, shard.random());
  backOff(shard, delivery, (word & ~CELL_UNHEARD) + ONE_ATTEMPT, hasPlace ? delay : 0);
}

/**
 * The handler of a delivery on loan failed for good, before its attempts were used up or with the last of them. With a
 * reason it never got it.
 */
export function failForGood(shard: ShardState, delivery: number, unhandled?: LetterReason): void {
  if (unhandled !== undefined) {
    if (unhandled === LETTER_REASON.overflow) giveUpDropped(shard, delivery);
    else giveUpUnheard(shard, delivery, unhandled);
    return;
  }
  const link = shard.link(refClient(delivery));
  const cell = low16(delivery);
  const word = get(link.cellWords, cell * CELL_WORDS + CELL_STATE);
  const { retry } = (link.cells.owners[cell] as Target).spec;
  const isLast = cellAttempts(word) + 1 >= (retry?.attempts ?? 1);
  const reason = isLast ? LETTER_REASON.attempts : LETTER_REASON.rejected;
  giveUp(shard, delivery, reason, word + ONE_ATTEMPT);
}

/** Ms before the next attempt after `runs` of them; `draw` is 0 ≤ value < 1. */
export function delayAfter(retry: RetrySpec, runs: number, draw: number): number {
  if (retry.initial === 0) return 0;
  const longest = Math.min(retry.max, DELAY_MAX_MS);
  const delay = Math.min(longest, retry.initial * retry.factor ** (runs - 1));
  return Math.round(retry.jitter === 'full' ? delay * draw : delay);
}
