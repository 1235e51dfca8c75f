/** A receiver that takes loans and does nothing with them until the test says so. */
import type { Loan } from '../../../src/client/loan.ts';
import { readMessage } from '../../../src/client/read-message.ts';
import type { Receiver } from '../../../src/client/receiver.ts';
import { ACK_STATUS } from '../../../src/memory/entries.ts';
import type { WorldClient } from './core-world.ts';

export class HoldingReceiver implements Receiver {
  readonly client: WorldClient;
  readonly loans: Loan[] = [];
  /** Payloads in the order in which they came. */
  readonly payloads: unknown[] = [];

  constructor(client: WorldClient) {
    this.client = client;
  }

  get held(): number {
    return this.loans.length;
  }

  take(loan: Loan): void {
    loan.link.loans[loan.cell] = loan;
    this.payloads.push(readMessage(loan, this.client.core.reader, false).payload);
    this.loans.push(loan);
  }

  /** Says that the handler of the oldest loan has started. */
  mark(): void {
    const [loan] = this.loans;
    loan?.link.mark(loan.cell, loan.number);
  }

  acknowledge(status: number = ACK_STATUS.ok): void {
    this.#answers.acknowledge(this.#oldest(), status);
  }

  fail(delayMs?: number): void {
    this.#answers.fail(this.#oldest(), delayMs);
  }

  reply(payload: unknown): void {
    this.#answers.reply(this.#oldest(), payload);
  }

  replyError(error: unknown, isVerdict = false): void {
    this.#answers.replyError(this.#oldest(), error, isVerdict);
  }

  report(endpoint: string, error: unknown): void {
    this.#answers.report(this.#oldest(), endpoint, error);
  }

  get #answers(): WorldClient['core']['receiverParts']['answers'] {
    return this.client.core.receiverParts.answers;
  }

  #oldest(): Loan {
    const loan = this.loans.shift();
    if (loan === undefined) throw new RangeError('nothing is on loan');
    return loan;
  }
}
