/**
 * The words that main and the threads of a chaos run share: what each thread is ordered to die of, and what senders and
 * receivers write down. They lie in shared memory that main holds, so that they outlive the thread that wrote them.
 */

export const KINDS = ['request', 'notification', 'event'];

/** How a thread may die. `terminate` is main's doing, the others are its own. */
export const WAYS = ['terminate', 'exit 0', 'exit 1', 'throw', 'loop', 'memory'];

/** Orders, a few words for each thread that may die. Main writes them, the thread clears WAY and sets STRUCK. */
export const ORDER_WORDS = 5;
/** 0: live; else 1 + index in WAYS. */
export const WAY = 0;
/** Whether only at a message chosen by hash: NOW, AIMED, or FIRE for a shard whose message has been sent. */
export const AIM = 1;
export const NOW = 0;
export const AIMED = 1;
export const FIRE = 2;
/** 1 + index in WAYS, from the moment at which it strikes. */
export const STRUCK = 2;
/** Id of the thread that it strikes, written before STRUCK: a pool's order is for whichever thread obeys first. */
export const THREAD = 3;
/** Of a pool: threads that have handled a message so far, the dead included. */
export const SERVED = 4;

/** One word for the whole run, before the orders: nobody sends any more. */
export const STOP = 0;
export const FIRST_ORDER = 4;

/** A sender's log: how many it has handed over, how many have settled, then a word for each. */
export const SENT = 0;
export const SETTLED = 1;
export const SENT_HEAD = 2;
export const SENT_MAX = 1_000_000;
/** Of a message's word: 2 bits kind, 8 bits key, then */
export const OUTCOME_SHIFT = 10;
/** 4 bits outcome, */
export const GOOD = 1;
export const WRONG = 2;
export const FAILED = 3;
/** A request to the pool while all its threads were being replaced: nobody has handled it, or one that died of it. */
export const REFUSED = 4;
/** 4 bits how often it has settled, 4 bits how many receivers its sender was told. */
export const TIMES_SHIFT = 14;
export const DELIVERED_SHIFT = 18;
export const NIBBLE = 15;

/**
 * A receiver's log: how many records, then their words: sender, number, and 2 bits kind, 8 bits key, 1 bit again, 1 bit
 * that it has been written: of the threads that share a log one may die in the middle of it.
 */
export const RECEIVED = 0;
export const RECEIVED_HEAD = 1;
export const RECORD_WORDS = 3;
export const RECEIVED_MAX = 1_500_000;
export const AGAIN = 1 << 10;
export const WRITTEN = 1 << 11;

/** Of 3 * KEYS keys, the first third goes to main alone, the second to the threads too, the last to the pool alone. */
export const KEYS = 24;
export const KEY_NAMES = ['a', 'b', 'c'].flatMap((part) => {
  return Array.from({ length: KEYS }, (_, key) => `${part}.${key}`);
});

/** One message in so many is chosen. */
const CHOSEN_ONE_IN = 64;

/** Whether a thread with an aimed order dies of this message. */
export function isChosen(sender, n) {
  return mix(sender, n) % CHOSEN_ONE_IN === 0;
}

/** A number from 0 to 2³² − 1 that depends on both. */
export function mix(sender, n) {
  let mixed = Math.imul(sender + 1, 0x9e3779b9) ^ Math.imul(n + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
