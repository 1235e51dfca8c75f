/** This client's sink for failure reports of its notifications. */
import type { Answers } from './answers.ts';
import type { Completions } from './completions.ts';
import type { Loan } from './loan.ts';
import { type Reader, readPayload } from './read-message.ts';
import type { Receiver } from './receiver.ts';

export class ReportReceiver implements Receiver {
  readonly held = 0;
  readonly #answers: Answers;
  readonly #reader: Reader;
  readonly #completions: Completions;

  constructor(answers: Answers, reader: Reader, completions: Completions) {
    this.#answers = answers;
    this.#reader = reader;
    this.#completions = completions;
  }

  /** `slot` is this client's slot of the notification that failed. */
  take(loan: Loan, slot: number): void {
    let report: unknown;
    try {
      report = readPayload(loan.peer, loan.slot, this.#reader.codec);
    } catch (error) {
      report = ['', error];
    }
    this.#answers.acknowledge(loan);
    const [endpoint, error] = report as [string, unknown];
    this.#completions.report(slot, { endpoint, error });
  }
}
