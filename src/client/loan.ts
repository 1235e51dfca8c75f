/** A delivery in this client's hands: while it is on loan, the sender's slot may be read. */
import { NOTICE, deliverOp, loanOf, low16 } from '../memory/entries.ts';
import { get } from '../memory/seam.ts';
import { DEADLINE, KIND, KIND_MASK, NO_DEADLINE, SLOT_WORDS } from '../memory/slot-header.ts';
import type { ClientLink } from './client-link.ts';
import type { TimerHandle } from './clock.ts';
import type { Peer } from './peers.ts';

export class Loan {
  readonly link: ClientLink;
  readonly cell: number;
  readonly number: number;
  readonly peer: Peer;
  readonly slot: number;
  readonly attempt: number;
  readonly redelivered: boolean;
  readonly kind: number;
  /** Given back; a second settlement is ignored. */
  settled = false;
  /** The attempt's time-out. */
  timer: TimerHandle | undefined;
  #aborted = false;
  #controller: AbortController | undefined;

  constructor(
    link: ClientLink,
    place: { readonly cell: number; readonly number: number },
    source: { readonly peer: Peer; readonly slot: number },
    attempt: number,
    redelivered: boolean,
  ) {
    this.link = link;
    this.cell = place.cell;
    this.number = place.number;
    this.peer = source.peer;
    this.slot = source.slot;
    this.attempt = attempt;
    this.redelivered = redelivered;
    this.kind = this.header(KIND) & KIND_MASK;
  }

  /** Word `word` of the message's header; only while on loan. */
  header(word: number): number {
    return get(this.peer.headers, this.slot * SLOT_WORDS + word);
  }

  /** Ms since the bus epoch at which nobody waits any more; NO_DEADLINE: none. Only while on loan. */
  get deadlineMs(): number {
    return this.header(DEADLINE);
  }

  /** Nobody waits for a result: cancelled, timed out, or the attempt's time is over. */
  get aborted(): boolean {
    return this.#aborted;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(reason?: Error): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#controller?.abort(reason);
  }

  /**
   * Looks for the notice of this loan among the entries that the event loop has not read yet, so that a synchronous
   * handler can see that it was cancelled. Bounded by the ring: at most three entries a loan.
   */
  sawNotice(): boolean {
    if (this.#aborted) return true;
    const { deliver } = this.link;
    const unread = deliver.refresh();
    for (let ahead = 0; ahead < unread; ahead++) {
      const head = deliver.peek(0, ahead);
      if (deliverOp(head) !== NOTICE || low16(head) !== this.cell) continue;
      if (loanOf(head) === this.number) {
        this.abort();
        return true;
      }
    }
    return false;
  }

  get hasDeadline(): boolean {
    return this.deadlineMs !== NO_DEADLINE;
  }
}
