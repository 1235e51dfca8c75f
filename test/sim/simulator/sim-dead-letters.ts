/** The dead letters of a run: writes down which messages came, and takes them when the run says so. */
import type { Loan } from '../../../src/client/loan.ts';
import { readMessage } from '../../../src/client/read-message.ts';
import type { Receiver } from '../../../src/client/receiver.ts';
import { KIND } from '../../../src/message/kinds.ts';
import type { WorldClient } from '../../unit/client/core-world.ts';
import type { Journal } from './journal.ts';

export class SimDeadLetters implements Receiver {
  readonly client: WorldClient;
  readonly #journal: Journal;
  readonly #loans: Loan[] = [];

  constructor(client: WorldClient, journal: Journal) {
    this.client = client;
    this.#journal = journal;
  }

  get held(): number {
    return this.#loans.length;
  }

  take(loan: Loan): void {
    loan.link.loans[loan.cell] = loan;
    this.#loans.push(loan);
    if (loan.kind === KIND.failureReport) return;
    const { payload } = readMessage(loan, this.client.core.reader, false);
    this.#journal.noteLetter(payload as number);
  }

  /** Takes the oldest. */
  answer(): void {
    const loan = this.#loans.shift();
    if (loan !== undefined) this.client.core.receiverParts.answers.acknowledge(loan);
  }
}
