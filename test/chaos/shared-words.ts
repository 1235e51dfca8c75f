/** Where the words of a chaos run lie: orders of all threads that may die, logs of senders and receivers. */
import {
  FIRST_ORDER,
  ORDER_WORDS,
  RECEIVED_HEAD,
  RECEIVED_MAX,
  RECORD_WORDS,
  SENT_HEAD,
  SENT_MAX,
} from './threads/layout.mjs';

export function sharedWords(words: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT));
}

/** Untouched pages cost nothing, so logs are as long as the longest. */
export function senderLog(): Int32Array {
  return sharedWords(SENT_HEAD + SENT_MAX);
}

export function receiverLog(): Int32Array {
  return sharedWords(RECEIVED_HEAD + RECEIVED_MAX * RECORD_WORDS);
}

/** Of the thread with this number. */
export function orderAt(thread: number): number {
  return FIRST_ORDER + thread * ORDER_WORDS;
}

export interface SenderLog {
  readonly sender: number;
  readonly words: Int32Array;
  /** Its thread died: the last message may be accepted and not in the log, and calls may never settle. */
  isDead: boolean;
}

export interface ReceiverLog {
  readonly name: string;
  readonly words: Int32Array;
  /** Is there all the time: it gets every notification of its keys, or every event. */
  readonly isAlways: boolean;
  /** The threads of the pool share one log. */
  readonly kind: 'endpoint' | 'subscription' | 'pool';
  /** Records up to the first death of any endpoint: so far requests come in order too. */
  requestsInOrder: number;
}
