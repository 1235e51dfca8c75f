/**
 * The events that a subscription has on loan until its consumer is done with them, and how their loans end: done, failed,
 * given up, or not settled in time.
 */
import { ACK_STATUS } from '../memory/entries.ts';
import { LETTER_REASON, type LetterReason } from '../memory/letter-word.ts';
import { type BusError, outcomeError } from '../message/errors.ts';
import type { ResolvedNack, ResolvedSubscribeOptions } from '../options.ts';
import type { DropAccount } from './drop-account.ts';
import type { ReceiverParts } from './endpoint.ts';
import type { QueuedEvent } from './event-queue.ts';
import type { Loan } from './loan.ts';

const RETRY: ResolvedNack = { delay: undefined, requeue: true };

export class HeldEvents {
  readonly #options: ResolvedSubscribeOptions;
  readonly #parts: ReceiverParts;
  readonly #drop: DropAccount;
  /** Those that a consumer has asked for and is not done with. */
  readonly #handedOut = new Set<QueuedEvent>();
  #count = 0;

  constructor(options: ResolvedSubscribeOptions, parts: ReceiverParts, drop: DropAccount) {
    this.#options = options;
    this.#parts = parts;
    this.#drop = drop;
  }

  get count(): number {
    return this.#count;
  }

  /** Those that somebody asked for, as they are now. */
  get handedOut(): readonly QueuedEvent[] {
    return [...this.#handedOut];
  }

  keep(loan: Loan): void {
    this.#count += 1;
    loan.link.loans[loan.cell] = loan;
  }

  /** `isAsked`: a consumer has asked for it, and says when it is done. */
  handOut(event: QueuedEvent, loan: Loan, isAsked: boolean): void {
    loan.link.mark(loan.cell, loan.number);
    if (isAsked) this.#handedOut.add(event);
  }

  letGo(event: QueuedEvent, status: number): void {
    const { loan } = event;
    if (loan === undefined || loan.settled) return;
    this.#count -= 1;
    this.#handedOut.delete(event);
    if (loan.timer !== undefined) this.#parts.environment.clearTimer(loan.timer);
    loan.timer = undefined;
    this.#parts.answers.acknowledge(loan, status);
    if (this.#count * 2 <= this.#options.capacity) this.#drop.noteCaughtUp();
  }

  /** With `ack`: what came of it; without `nack` all is well. False: it was settled already. */
  settle(event: QueuedEvent, nack: ResolvedNack | undefined): boolean {
    const { loan } = event;
    if (loan?.settled !== false) return false;
    if (nack?.requeue === true) loan.link.wish(loan.cell, nack.delay);
    if (nack === undefined) this.letGo(event, ACK_STATUS.ok);
    else this.letGo(event, nack.requeue ? ACK_STATUS.failed : ACK_STATUS.reject);
    return true;
  }

  /** Nobody is to get it: with `ack` it is a dead letter. */
  giveUp(event: QueuedEvent, reason: LetterReason): void {
    const { loan } = event;
    const isLetter = this.#options.ack && loan !== undefined && !loan.settled;
    if (isLetter) loan.link.noteReject(loan.cell, loan.number, reason);
    this.letGo(event, isLetter ? ACK_STATUS.reject : ACK_STATUS.ok);
  }

  /** One that is not even kept: the bound has no place for it. */
  refuse(loan: Loan): void {
    if (this.#options.ack) loan.link.noteReject(loan.cell, loan.number, LETTER_REASON.overflow);
    this.#parts.answers.acknowledge(loan, this.#options.ack ? ACK_STATUS.reject : ACK_STATUS.ok);
  }

  /** The attempt has `timeout` to be settled; then it has failed, and `onTimeOut` hears of it. */
  watch(event: QueuedEvent, loan: Loan, onTimeOut: (error: BusError) => void): void {
    const { timeout } = this.#options;
    if (timeout === Number.POSITIVE_INFINITY) return;
    loan.timer = this.#parts.environment.setTimer(() => {
      if (loan.settled) return;
      const error = outcomeError(
        'ERR_BUS_TIMEOUT',
        `The event was not settled within ${timeout} ms after it was handed over.`,
        { details: { timeout } },
      );
      loan.timedOut = true;
      this.settle(event, RETRY);
      loan.abort(error);
      onTimeOut(error);
    }, timeout);
  }
}
