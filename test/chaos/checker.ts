/**
 * What must hold of a run, from what senders and receivers have written down: nothing accepted is lost, nobody gets a
 * message twice unmarked, each sender's messages of a key come in order, every call settles once and truly.
 */
import type { ReceiverLog, SenderLog } from './shared-words.ts';
import {
  AGAIN,
  DELIVERED_SHIFT,
  GOOD,
  KEY_NAMES,
  KEYS,
  KINDS,
  NIBBLE,
  OUTCOME_SHIFT,
  RECEIVED,
  RECEIVED_HEAD,
  RECORD_WORDS,
  REFUSED,
  SENT,
  SENT_HEAD,
  TIMES_SHIFT,
  WRITTEN,
} from './threads/layout.mjs';

/** More of them say nothing new. */
const PROBLEMS_MAX = 20;
const KIND_MASK = 3;
const KEY_MASK = 255;

const REQUEST = KINDS.indexOf('request');
const NOTIFICATION = KINDS.indexOf('notification');

export interface Verdict {
  readonly sent: number;
  readonly handled: number;
  readonly duplicates: number;
  readonly lost: number;
  /** Requests to the pool that were told that it had no thread. */
  readonly refused: number;
  readonly problems: string[];
}

export function check(senders: readonly SenderLog[], receivers: readonly ReceiverLog[]): Verdict {
  return new Checker(senders).check(receivers);
}

/** What is known of one message, by its number. */
interface Tally {
  readonly log: SenderLog;
  /** Accepted; of a dead sender, one more may be. */
  readonly count: number;
  /** Records in all logs; those that are not marked as handed out again; those of the receivers that always are there. */
  readonly handled: Uint8Array;
  readonly unmarked: Uint8Array;
  readonly always: Uint8Array;
}

class Checker {
  readonly #tallies = new Map<number, Tally>();
  readonly #problems: string[] = [];
  #handled = 0;
  #duplicates = 0;
  #lost = 0;
  #refused = 0;

  constructor(senders: readonly SenderLog[]) {
    for (const log of senders) {
      const count = log.words[SENT] as number;
      const bytes = (): Uint8Array => new Uint8Array(count + 1);
      const tally = { log, count, handled: bytes(), unmarked: bytes(), always: bytes() };
      this.#tallies.set(log.sender, tally);
    }
  }

  check(receivers: readonly ReceiverLog[]): Verdict {
    for (const receiver of receivers) this.#readReceiver(receiver);
    let sent = 0;
    for (const tally of this.#tallies.values()) {
      for (let n = 0; n < tally.count; n++) this.#checkMessage(tally, n);
      sent += tally.count;
    }
    return {
      sent,
      handled: this.#handled,
      duplicates: this.#duplicates,
      lost: this.#lost,
      refused: this.#refused,
      problems: this.#problems,
    };
  }

  #readReceiver(receiver: ReceiverLog): void {
    const { words } = receiver;
    const seen = new Set<number>();
    /** By sender and key: the last message that came for the first time. */
    const last = new Map<number, number>();
    const count = words[RECEIVED] as number;
    for (let record = 0; record < count; record++) {
      const at = RECEIVED_HEAD + record * RECORD_WORDS;
      const [sender, n, word] = words.subarray(at, at + RECORD_WORDS) as unknown as Triple;
      if ((word & WRITTEN) === 0) continue;
      const name = `${receiver.name}: message ${n} of sender ${sender}`;
      const tally = this.#tallies.get(sender);
      if (tally === undefined || !isSent(tally, n, word)) {
        this.#note(`${name} was never sent so`);
        continue;
      }
      this.#handled += 1;
      const isMarked = (word & AGAIN) !== 0;
      const id = sender * 2 ** 32 + n;
      if (seen.has(id) && !isMarked) this.#note(`${name} came twice, unmarked`);
      seen.add(id);
      countUp(tally.handled, n);
      if (!isMarked) countUp(tally.unmarked, n);
      if (receiver.isAlways) countUp(tally.always, n);
      if (!isOrdered(receiver, record, word)) continue;
      const lane = sender * (KEY_MASK + 1) + keyOf(word);
      if ((last.get(lane) ?? -1) > n) this.#note(`${name} came after ${last.get(lane)}`);
      last.set(lane, n);
    }
  }

  #checkMessage({ log, handled, unmarked, always }: Tally, n: number): void {
    const word = log.words[SENT_HEAD + n] as number;
    const kind = word & KIND_MASK;
    const name = `${KINDS[kind]} ${n} of sender ${log.sender} (${KEY_NAMES[keyOf(word)]})`;
    const times = (word >>> TIMES_SHIFT) & NIBBLE;
    const outcome = (word >>> OUTCOME_SHIFT) & NIBBLE;
    if (times > 1 || (times === 0 && !log.isDead)) this.#note(`${name} settled ${times} times`);
    // The other endpoints are never gone all at once.
    const isRefused = outcome === REFUSED && keyOf(word) >= 2 * KEYS;
    if (isRefused) this.#refused += 1;
    else if (times > 0 && outcome !== GOOD) this.#note(`${name} ended with outcome ${outcome}`);
    const isLost = kind === REQUEST ? handled[n] === 0 && !isRefused : always[n] === 0;
    if (isLost) {
      this.#lost += 1;
      this.#note(`${name} was accepted and is lost`);
    }
    if (kind !== REQUEST) {
      const told = (word >>> DELIVERED_SHIFT) & NIBBLE;
      if (kind === NOTIFICATION && told > (handled[n] as number)) {
        this.#note(`${name} says ${told} delivered, ${handled[n]} were`);
      }
      return;
    }
    this.#duplicates += Math.max(0, (handled[n] as number) - 1);
    if ((unmarked[n] as number) > 1)
      this.#note(`${name} was handled ${unmarked[n]} times, unmarked`);
  }

  #note(problem: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(problem);
  }
}

type Triple = readonly [sender: number, n: number, word: number];

/** The last of a dead sender was accepted before it could write that down. */
function isSent({ log, count }: Tally, n: number, word: number): boolean {
  if (n >= count) return log.isDead && n === count;
  const sent = log.words[SENT_HEAD + n] as number;
  return keyOf(sent) === keyOf(word) && ((sent ^ word) & KIND_MASK) === 0;
}

function keyOf(word: number): number {
  return (word >>> 2) & KEY_MASK;
}

/**
 * Whether no later one of its key may have come before. The pool is `ordered`: a message that is handed out again comes
 * before the next one too. Elsewhere requests wait for one endpoint, and come to another one when it has died.
 */
function isOrdered(receiver: ReceiverLog, record: number, word: number): boolean {
  if (receiver.kind === 'pool') return true;
  if ((word & AGAIN) !== 0) return false;
  const mayMove = (word & KIND_MASK) === REQUEST && keyOf(word) >= KEYS;
  return !mayMove || (!receiver.isAlways && record < receiver.requestsInOrder);
}

function countUp(counts: Uint8Array, n: number): void {
  counts[n] = Math.min(255, (counts[n] as number) + 1);
}
