/** What a handler is told of the delivery that it works on. The public type adds what its `bus` is. */
import { NO_DEADLINE } from '../memory/slot-header.ts';
import type { Loan } from './loan.ts';

export interface DeliveryContext {
  /** Aborts when nobody waits for the result any more; made when asked for. */
  readonly signal: AbortSignal;
  /** The same as a flag; readable from a synchronous CPU loop. */
  readonly aborted: boolean;
  /** Ms until the message's deadline, at least 0; `Infinity` without one. Readable from a synchronous loop. */
  readonly remaining: number;
}

/** What all contexts of a client share. */
export interface ContextHome {
  readonly now: () => number;
  bus: unknown;
}

/** Never aborted: the event was copied, its publisher does not wait for the callback. */
const NEVER: AbortSignal = new AbortController().signal;

export class LoanContext implements DeliveryContext {
  readonly #loan: Loan | undefined;
  readonly #home: ContextHome;
  readonly #deadlineMs: number;

  /** Without a loan: of an event that was copied. */
  constructor(loan: Loan | undefined, home: ContextHome) {
    this.#loan = loan;
    this.#home = home;
    this.#deadlineMs = loan === undefined ? NO_DEADLINE : loan.deadlineMs;
  }

  get signal(): AbortSignal {
    return this.#loan === undefined ? NEVER : this.#loan.signal;
  }

  get aborted(): boolean {
    const loan = this.#loan;
    if (loan === undefined) return false;
    return loan.settled ? loan.aborted : loan.sawNotice();
  }

  get remaining(): number {
    if (this.#deadlineMs === NO_DEADLINE) return Number.POSITIVE_INFINITY;
    return Math.max(0, (this.#deadlineMs - this.#home.now()) | 0);
  }

  /** This thread's bus. */
  get bus(): unknown {
    return this.#home.bus;
  }
}
