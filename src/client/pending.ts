/** What waits for the status of a submission: settled exactly once, by the link's completion or by the end of the bus. */
import type { ReceivedError } from './received-error.ts';

export interface Pending {
  /**
   * The status of the message (STATUS) and its outcome word, or the response's place where the status is `reply`: it is
   * read inside this call. Called once.
   */
  settle(status: number, detail: number): void;
  /** A failure report for it was read; before `settle`. */
  report?(error: ReceivedError): void;
  /** The bus has ended. */
  fail(error: Error): void;
}
