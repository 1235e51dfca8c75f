/** A reply on its way out, or one that waits for room. */
import { FLAG_EARLY } from '../memory/slot-header.ts';
import type { Loan } from './loan.ts';

/** On a response with an error: the bus's own verdict (an attempt's time-out), not something the handler threw. */
export const FLAG_VERDICT: number = FLAG_EARLY;

/** A reply, and the loan that waits with it. */
export interface HeldReply {
  readonly loan: Loan;
  readonly flags: number;
  readonly payload: unknown;
  /** Whose reply it is, for the error that says that it cannot be sent. */
  readonly endpoint?: string | undefined;
}
