/**
 * An endpoint on the thread that registered it: runs the handler, at most `concurrency` at once, keeps the order of
 * starts, and answers. What is handed over beyond that waits here; the shards' windows bound it.
 */
import { ACK_STATUS } from '../memory/entries.ts';
import { LETTER_REASON } from '../memory/letter-word.ts';
import { VERDICT } from '../memory/link-memory.ts';
import { EXPIRES, NO_DEADLINE } from '../memory/slot-header.ts';
import { BusError, outcomeError } from '../message/errors.ts';
import { KIND } from '../message/kinds.ts';
import { kindOf } from '../message/text.ts';
import type { ResolvedEndpointOptions } from '../options.ts';
import type { Answers } from './answers.ts';
import type { ClientLink } from './client-link.ts';
import type { ClientEnvironment } from './clock.ts';
import { type ContextHome, LoanContext } from './handler-context.ts';
import type { Loan } from './loan.ts';
import type { Message } from './message.ts';
import { promiseOf } from './promise-of.ts';
import { type Reader, readMessage } from './read-message.ts';
import type { Receiver } from './receiver.ts';
import { Tally } from './tally.ts';

export type Handler = (message: Message, context: LoanContext) => unknown;

/** Receivers that wait until everything that has come was read. */
export interface Intake {
  readonly links: readonly ClientLink[];
  /** Number of the poll under way, or of the last one. */
  readonly turn: number;
  /** Entries that have come and were not read, for any receiver. */
  unread(): number;
  /** Calls `afterTurn` once, at the end of the poll under way or the next one. */
  defer(receiver: { afterTurn(isDrained: boolean): void }): void;
}

/** What the receivers of a client share. */
export interface ReceiverParts {
  readonly intake: Intake;
  readonly answers: Answers;
  readonly reader: Reader;
  readonly environment: ClientEnvironment;
  readonly home: ContextHome;
  readonly count: (
    name: 'delivered' | 'handlerFailed' | 'lateResults' | 'dropped' | 'expired',
  ) => void;
  /** More or fewer events are with callbacks of this thread, or wait for one. Seen by main at once. */
  readonly addCallbacks: (change: number) => void;
}

/** Of the runs in one turn of the event loop. */
const RUNS_PER_MEASURE = 16;
const NOT_MEASURED = -1;

export class EndpointReceiver implements Receiver {
  readonly id: string;
  readonly tally: Tally = new Tally();
  readonly #handler: Handler;
  readonly #options: ResolvedEndpointOptions;
  readonly #parts: ReceiverParts;
  readonly #queue: Loan[] = [];
  #running = 0;
  #runs = 0;
  #measuredTurn = -1;
  #closing = false;
  #isAbandoned = false;
  #idle: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(
    id: string,
    handler: Handler,
    options: ResolvedEndpointOptions,
    parts: ReceiverParts,
  ) {
    this.id = id;
    this.#handler = handler;
    this.#options = options;
    this.#parts = parts;
  }

  get held(): number {
    return this.#running + this.#queue.length;
  }

  take(loan: Loan): void {
    if (this.#closing) {
      this.#parts.answers.acknowledge(loan, ACK_STATUS.requeue);
    } else if (this.#running >= this.#options.concurrency) {
      loan.link.loans[loan.cell] = loan;
      this.#queue.push(loan);
      this.#watchTtl(loan);
    } else this.#start(loan);
  }

  /** The bus has ended: nobody waits for what still runs. */
  abandon(): void {
    void this.close();
    this.#isAbandoned = true;
    this.#onIdle?.();
  }

  /** Hands back what has not started; resolves when what has started is answered. */
  close(): Promise<void> {
    this.#closing = true;
    for (const loan of this.#queue.splice(0)) {
      this.#clearTimer(loan);
      this.#parts.answers.acknowledge(loan, ACK_STATUS.requeue);
    }
    if (this.#running === 0 || this.#isAbandoned) return Promise.resolve();
    this.#idle ??= new Promise((resolve) => {
      this.#onIdle = resolve;
    });
    return this.#idle;
  }

  #start(loan: Loan): void {
    let result: unknown;
    let startedMs = NOT_MEASURED;
    loan.link.loans[loan.cell] = loan;
    if (loan.header(EXPIRES) !== NO_DEADLINE) {
      this.#clearTimer(loan);
      if (this.#ttlLeftMs(loan) <= 0) {
        this.#expire(loan);
        return;
      }
    }
    try {
      const message = readMessage(loan, this.#parts.reader, this.#options.lease);
      if (this.#isMeasured()) startedMs = this.#parts.home.now();
      loan.link.mark(loan.cell, loan.number);
      result = this.#handler(message, new LoanContext(loan, this.#parts.home));
    } catch (error) {
      this.#ran(startedMs);
      this.#fail(loan, error);
      return;
    }
    const pending = promiseOf(result);
    if (pending !== undefined) {
      this.#await(loan, pending, startedMs);
      return;
    }
    this.#ran(startedMs);
    this.#succeed(loan, result);
  }

  /** The first run of a turn, and one in some: a look at the clock costs as much as a short handler. */
  #isMeasured(): boolean {
    const { turn } = this.#parts.intake;
    this.#runs += 1;
    if (turn === this.#measuredTurn && this.#runs % RUNS_PER_MEASURE !== 0) return false;
    this.#measuredTurn = turn;
    return true;
  }

  #ran(startedMs: number): void {
    if (startedMs !== NOT_MEASURED) this.tally.ran(this.#parts.home.now() - startedMs);
  }

  /** While it waits here nobody else looks at its ttl. */
  #watchTtl(loan: Loan): void {
    if (loan.header(EXPIRES) === NO_DEADLINE) return;
    const look = (): void => {
      const at = this.#queue.indexOf(loan);
      if (at < 0) return;
      this.#queue.splice(at, 1);
      this.#expire(loan);
    };
    loan.timer = this.#parts.environment.setTimer(look, Math.max(0, this.#ttlLeftMs(loan)));
  }

  #ttlLeftMs(loan: Loan): number {
    return (loan.header(EXPIRES) - Math.floor(this.#parts.home.now())) | 0;
  }

  /** Its ttl has passed before the handler could start: no run of the handler, so none is counted. */
  #expire(loan: Loan): void {
    const { answers } = this.#parts;
    loan.timer = undefined;
    if (loan.kind !== KIND.request) {
      loan.link.noteReject(loan.cell, loan.number, LETTER_REASON.expired);
      answers.acknowledge(loan, ACK_STATUS.reject);
      return;
    }
    loan.link.judge(loan.cell, VERDICT.none);
    const error = outcomeError(
      'ERR_BUS_EXPIRED',
      `Its ttl passed while it waited for endpoint '${this.id}', whose handlers were busy.`,
      { details: { endpoint: this.id } },
    );
    answers.replyError(loan, error, true);
  }

  #clearTimer(loan: Loan): void {
    if (loan.timer !== undefined) this.#parts.environment.clearTimer(loan.timer);
    loan.timer = undefined;
  }

  #await(loan: Loan, result: Promise<unknown>, startedMs: number): void {
    const { timeout } = this.#options;
    this.#running += 1;
    this.tally.inFlight += 1;
    if (Number.isFinite(timeout)) {
      loan.timer = this.#parts.environment.setTimer(() => this.#timeOut(loan), timeout);
    }
    result.then(
      (value) => this.#finish(loan, startedMs, () => this.#succeed(loan, value)),
      (error: unknown) => this.#finish(loan, startedMs, () => this.#fail(loan, error)),
    );
  }

  #finish(loan: Loan, startedMs: number, answer: () => void): void {
    this.#ran(startedMs);
    this.#clearTimer(loan);
    if (loan.settled) this.#parts.count('lateResults');
    else answer();
    if (!loan.timedOut) this.#leave();
  }

  #timeOut(loan: Loan): void {
    if (loan.settled) return;
    loan.timedOut = true;
    const { timeout } = this.#options;
    const error = outcomeError(
      'ERR_BUS_TIMEOUT',
      `The handler of endpoint '${this.id}' did not settle within ${timeout} ms.`,
      { details: { endpoint: this.id, timeout } },
    );
    this.#fail(loan, error, true);
    loan.abort(error);
    this.#leave();
  }

  /** A handler is done with: the next one starts. */
  #leave(): void {
    this.#running -= 1;
    this.tally.inFlight -= 1;
    while (this.#running < this.#options.concurrency && this.#queue.length > 0) {
      this.#start(this.#queue.shift() as Loan);
    }
    if (this.#running === 0) this.#onIdle?.();
  }

  #succeed(loan: Loan, value: unknown): void {
    const { answers, count } = this.#parts;
    if (loan.kind !== KIND.request) answers.acknowledge(loan);
    else if (!answers.reply(loan, value, this.id)) {
      count('handlerFailed');
      this.tally.failed += 1;
      return;
    }
    count('delivered');
    this.tally.delivered += 1;
  }

  #fail(loan: Loan, error: unknown, isVerdict = false): void {
    this.#parts.count('handlerFailed');
    this.tally.failed += 1;
    // A handler that settles its own loan meanwhile, by what its error does, has given the cell back.
    const verdict = this.#verdictOf(error);
    if (loan.settled) return;
    loan.link.judge(loan.cell, verdict);
    if (this.#mayRepeat(loan, error)) this.#parts.answers.acknowledge(loan, ACK_STATUS.failed);
    else if (loan.kind === KIND.request) this.#parts.answers.replyError(loan, error, isVerdict);
    else this.#parts.answers.report(loan, this.id, error);
  }

  /** What an error says about this endpoint. `isFailure` that throws has not said that it is none. */
  #verdictOf(error: unknown): number {
    const isFailure = this.#options.breaker?.isFailure;
    if (isFailure === undefined) return VERDICT.bad;
    try {
      return isFailure(error) ? VERDICT.bad : VERDICT.good;
    } catch {
      return VERDICT.bad;
    }
  }

  /** The shard goes by the same numbers. */
  #mayRepeat(loan: Loan, error: unknown): boolean {
    const { retry } = this.#options;
    const runs = loan.kind === KIND.request ? retry.requestAttempts : retry.attempts;
    return loan.attempt < runs && !isFinal(error);
  }
}

/** The one who threw knows that another attempt fails as well. */
export function isFinal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  try {
    return (error as { retryable?: unknown }).retryable === false;
  } catch {
    return false;
  }
}

/** Throws ERR_BUS_CONFIG. */
export function checkHandler(handler: unknown, verb: string): asserts handler is Handler {
  if (typeof handler === 'function') return;
  const got = kindOf(handler);
  throw new BusError('ERR_BUS_CONFIG', `${verb}: expected a function as the handler, got ${got}.`, {
    details: { option: 'handler', expected: 'a function', got },
  });
}
