/** This client's sink for failure reports of its notifications. */
import { refusalOf, refusedTarget } from '../memory/entries.ts';
import { KIND } from '../message/kinds.ts';
import type { Answers } from './answers.ts';
import type { Completions } from './completions.ts';
import type { Loan } from './loan.ts';
import { refusalError } from './outcome-errors.ts';
import type { Peers } from './peers.ts';
import { type Reader, readPayload } from './read-message.ts';
import type { Receiver } from './receiver.ts';

export class ReportReceiver implements Receiver {
  readonly held = 0;
  readonly #answers: Answers;
  readonly #reader: Reader;
  readonly #completions: Completions;
  readonly #peers: Peers;

  constructor(answers: Answers, reader: Reader, completions: Completions, peers: Peers) {
    this.#peers = peers;
    this.#answers = answers;
    this.#reader = reader;
    this.#completions = completions;
  }

  /**
   * `detail` is this client's slot of the notification that failed. A loan of the notification itself comes from a shard,
   * and then `detail` says which endpoint could not take it.
   */
  take(loan: Loan, detail: number): void {
    if (loan.kind === KIND.failureReport) this.#takeReport(loan, detail);
    else this.#takeRefusal(loan, detail);
  }

  #takeRefusal(loan: Loan, detail: number): void {
    const endpoint = this.#peers.endpoint(refusedTarget(detail));
    const error = refusalError(refusalOf(detail), endpoint);
    this.#completions.report(loan.slot, { endpoint: endpoint.id, error });
    this.#answers.acknowledge(loan);
  }

  #takeReport(loan: Loan, slot: number): void {
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
