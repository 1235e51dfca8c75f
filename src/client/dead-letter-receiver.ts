/**
 * Main's receiver of what nobody could handle: copies each message, with the error that was reported just before it, and
 * gives the loan back. Letters that find no room keep their loans until there is some.
 */

import { packRef } from '../memory/entries.ts';
import {
  causeReason,
  causeTarget,
  LETTER_REASON,
  letterAttempts,
  letterCause,
  letterDeaths,
} from '../memory/letter-word.ts';
import { HDR_LEN, KEY_LEN, PAY_LEN, SEQ_LO } from '../memory/slot-header.ts';
import type { DeadLetter, DeadReason } from '../message/dead-letter.ts';
import type { BusError } from '../message/errors.ts';
import { KIND } from '../message/kinds.ts';
import type { Answers } from './answers.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Loan } from './loan.ts';
import { type Reader, readMessage, readPayload } from './read-message.ts';
import type { Receiver } from './receiver.ts';

const REASONS: readonly DeadReason[] = (Object.entries(LETTER_REASON) as [DeadReason, number][])
  .sort(([, a], [, b]) => a - b)
  .map(([name]) => name);

/** As many letters as the shards may have out, and more. */
const ERRORS_MAX = 65_536;

export interface DeadLetterParts {
  readonly answers: Answers;
  readonly reader: Reader;
  readonly letters: DeadLetters;
  /** Id of an endpoint or subscription. */
  readonly nameOf: (target: number) => string;
  /** What became of the threads of an endpoint that a message has cost too many of. */
  readonly deathOf: (target: number) => BusError;
  /** The letter whose replay the message in `slot` of this client is. */
  readonly replayOf: (slot: number) => DeadLetter | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  readonly onLetter: (letter: DeadLetter) => void;
}

export class DeadLetterReceiver implements Receiver {
  readonly #parts: DeadLetterParts;
  readonly #waiting: { readonly loan: Loan; readonly detail: number }[] = [];
  /** What was reported of a message at an endpoint, until that letter comes; of those that never come the oldest go. */
  readonly #errors = new Map<string, unknown>();
  #isServing = false;
  #closed = false;

  constructor(parts: DeadLetterParts) {
    this.#parts = parts;
  }

  get held(): number {
    return this.#waiting.length;
  }

  take(loan: Loan, detail: number): void {
    if (loan.kind === KIND.failureReport) this.#takeReport(loan, detail);
    else if (this.#waiting.length > 0 || !this.#hasRoom(loan)) this.#hold(loan, detail);
    else this.#takeLetter(loan, detail);
  }

  /** Letters have gone: those that wait are taken. */
  serve(): void {
    // Whoever hears of a letter may purge it at once: the room goes to the next one here, not further down the stack.
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
        if (!this.#hasRoom(first.loan)) return;
        this.#waiting.shift();
        this.#takeLetter(first.loan, first.detail);
      }
    } finally {
      this.#isServing = false;
    }
  }

  /** Nothing is kept any more: the bus ends. */
  close(): void {
    this.#closed = true;
    for (const { loan } of this.#waiting.splice(0)) this.#parts.answers.acknowledge(loan);
  }

  #hold(loan: Loan, detail: number): void {
    if (this.#closed) this.#parts.answers.acknowledge(loan);
    else this.#waiting.push({ loan, detail });
  }

  #takeReport(loan: Loan, about: number): void {
    const { answers, reader } = this.#parts;
    try {
      const report = readPayload(loan.peer, loan.slot, reader.codec);
      const [endpoint, error, seqLow] = report as [string, unknown, number];
      this.#errors.set(nameOfError(about, seqLow, endpoint), error);
      if (this.#errors.size > ERRORS_MAX)
        this.#errors.delete(this.#errors.keys().next().value ?? '');
    } catch {
      // A report that cannot be read here names nothing: its letter is without an error.
    }
    answers.acknowledge(loan);
  }

  #hasRoom(loan: Loan): boolean {
    return this.#parts.letters.hasRoom(bytesOf(loan));
  }

  #takeLetter(loan: Loan, detail: number): void {
    const { answers, letters, onLetter, reader, replayOf } = this.#parts;
    const isOwn = loan.peer.memory.number === reader.client;
    const before = isOwn ? replayOf(loan.slot) : undefined;
    const letter = letters.add(this.#read(loan, detail, before), bytesOf(loan), before);
    answers.acknowledge(loan);
    onLetter(letter);
  }

  #read(
    loan: Loan,
    detail: number,
    before: DeadLetter | undefined,
  ): Omit<DeadLetter, 'id' | 'count'> {
    const { deathOf, nameOf, now, reader } = this.#parts;
    const cause = letterCause(detail);
    const reason = REASONS[causeReason(cause)] ?? 'attempts';
    const endpoint = nameOf(causeTarget(cause));
    const about = packRef(loan.peer.memory.id, loan.slot);
    const reported = nameOfError(about, loan.header(SEQ_LO), endpoint);
    let error = this.#errors.get(reported);
    this.#errors.delete(reported);
    if (reason === 'died') error ??= deathOf(causeTarget(cause));
    let message: Pick<DeadLetter, 'headers' | 'payload' | 'routingKey'> & {
      readonly id: string;
      readonly kind: string;
      readonly timestamp: number;
    };
    try {
      message = readMessage(loan, reader, false);
    } catch (unreadable) {
      // What cannot be read was not handled either; the rest of it is worth keeping.
      error ??= unreadable;
      const routingKey = loan.peer.keyOf(loan.slot);
      message = { routingKey, headers: {}, payload: undefined, id: '', kind: '', timestamp: now() };
    }
    return {
      reason,
      endpoint,
      messageId: message.id,
      // A replay travels as a notification whatever it was.
      kind: before?.kind ?? kindOf(loan.kind),
      attempts: letterAttempts(detail),
      deaths: letterDeaths(detail),
      ...(error === undefined ? {} : { error }),
      routingKey: message.routingKey,
      headers: message.headers,
      payload: message.payload,
      firstAt: message.timestamp,
      deadAt: now(),
    };
  }
}

function bytesOf(loan: Loan): number {
  return loan.header(PAY_LEN) + loan.header(HDR_LEN) + loan.header(KEY_LEN);
}

function nameOfError(about: number, seqLow: number, endpoint: string): string {
  return `${about} ${seqLow} ${endpoint}`;
}

function kindOf(kind: number): DeadLetter['kind'] {
  if (kind === KIND.request) return 'request';
  return kind === KIND.event ? 'event' : 'notification';
}
