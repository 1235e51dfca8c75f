/** What takes the deliveries of one target. */
import type { Loan } from './loan.ts';
import type { Tally } from './tally.ts';

export interface Receiver {
  /**
   * Takes over the loan: it is given back exactly once, now or later. `detail` is the entry's last word: the attempt, or
   * for failure reports the slot of the notification.
   */
  take(loan: Loan, detail: number): void;
  /** Loans taken and not given back. */
  readonly held: number;
  /** What its handlers came to. */
  readonly tally?: Tally;
}
