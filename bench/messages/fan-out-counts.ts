/**
 * What the receivers of a fan-out row tell their sender, through shared memory: how many messages each has had, and
 * the first that was wrong. Both sides of a comparison use it, so that neither pays for acknowledgements of its own.
 */

import { StripeCheck } from './striped-bytes.ts';

/** Words of one receiver, and behind them all those of the sender, a cache line apart. */
const WORDS = 16;
const RECEIVED = 0;
/** Number of the first wrong message, + 1. */
const WRONG = 1;
/** Of the sender: each receiver that has had so many messages adds one to the bell and rings it. */
const WANTED = 0;
const BELL = 1;

export interface FanOut {
  readonly subscribers: number;
  readonly sizeBytes: number;
  /** Receiving threads; each has as many subscribers. */
  readonly threads: number;
}

/** `workerData` of a receiving thread. */
export interface FanOutThread {
  readonly words: Int32Array;
  /** Its first subscriber, and how many it has. */
  readonly first: number;
  readonly count: number;
  readonly sizeBytes: number;
  /** Subscribers of the bus lease. */
  readonly lease: boolean;
}

export function fanOutWords(subscribers: number): Int32Array {
  const words = (subscribers + 1) * WORDS;
  return new Int32Array(new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT));
}

/** What each of the threads is told. */
export function threadsOf(
  { sizeBytes, subscribers, threads }: FanOut,
  words: Int32Array,
  lease: boolean,
): FanOutThread[] {
  const count = subscribers / threads;
  return Array.from({ length: threads }, (_none, thread) => ({
    words,
    first: thread * count,
    count,
    sizeBytes,
    lease,
  }));
}

/** One receiver: takes messages in order. */
export class FanOutReceiver {
  readonly #words: Int32Array;
  readonly #at: number;
  readonly #check: StripeCheck;
  #received = 0;

  constructor({ sizeBytes, words }: FanOutThread, subscriber: number) {
    this.#words = words;
    this.#at = subscriber * WORDS;
    this.#check = new StripeCheck(sizeBytes);
  }

  receive(payload: unknown): void {
    const number = this.#received++;
    const isRight = this.#check.isRight(payload, number);
    if (!isRight && Atomics.load(this.#words, this.#at + WRONG) === 0) {
      Atomics.store(this.#words, this.#at + WRONG, number + 1);
    }
    Atomics.store(this.#words, this.#at + RECEIVED, this.#received);
    const sender = senderOf(this.#words);
    if (Atomics.load(this.#words, sender + WANTED) !== this.#received) return;
    Atomics.add(this.#words, sender + BELL, 1);
    Atomics.notify(this.#words, sender + BELL);
  }
}

/**
 * Resolves when the slowest receiver has had so many messages. The sender sleeps until then: one that polls takes a core
 * from its own receivers, and more of it the less it has to do itself.
 */
export async function whenReceived(words: Int32Array, count: number): Promise<void> {
  const sender = senderOf(words);
  Atomics.store(words, sender + WANTED, count);
  for (;;) {
    const rung = Atomics.load(words, sender + BELL);
    if (leastReceived(words) >= count) return;
    const wait = waitAsync(words, sender + BELL, rung);
    if (wait.async) await wait.value;
  }
}

/** `Atomics.waitAsync` is in Node 20 and not in this language version's library types. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(
    view: Int32Array,
    index: number,
    value: number,
  ): { readonly async: boolean; readonly value: unknown };
};

function senderOf(words: Int32Array): number {
  return words.length - WORDS;
}

/** Messages that the slowest receiver has had. */
export function leastReceived(words: Int32Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at < senderOf(words); at += WORDS) {
    least = Math.min(least, Atomics.load(words, at + RECEIVED));
  }
  return least;
}

/** Throws unless every receiver had exactly `sent` messages, and all were right. */
export function requireReceived(words: Int32Array, sent: number, carrier: string): void {
  for (let at = 0; at < senderOf(words); at += WORDS) {
    const receiver = `${carrier}: subscriber ${at / WORDS}`;
    const wrong = Atomics.load(words, at + WRONG);
    if (wrong > 0)
      throw new Error(`${receiver} got something else instead of message ${wrong - 1}`);
    const received = Atomics.load(words, at + RECEIVED);
    if (received !== sent) throw new Error(`${receiver} got ${received} messages of ${sent}`);
  }
}
