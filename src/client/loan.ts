/**
 * A delivery in this client's hands. While it is on loan the sender's slot may be read; the words that outlive the loan
 * are kept here when the message is read. One is made for every delivery, hence the plain fields.
 */
import { deliverOp, loanOf, low16, NOTICE } from '../memory/entries.ts';
import { get } from '../memory/seam.ts';
import { FLAG_FORWARDED, KIND, KIND_MASK, NO_DEADLINE, SLOT_WORDS } from '../memory/slot-header.ts';
import type { Extras } from '../message/headers.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import type { ClientLink } from './client-link.ts';
import type { TimerHandle } from './clock.ts';
import type { Peer } from './peers.ts';

const FORWARDED_REPLY = FLAG_FORWARDED | MESSAGE_KIND.notification;

export class Loan {
  readonly link: ClientLink;
  readonly cell: number;
  readonly number: number;
  readonly peer: Peer;
  readonly slot: number;
  readonly attempt: number;
  readonly redelivered: boolean;
  readonly kind: number;
  /** The message is a reply that was to go to an endpoint. */
  readonly isForwarded: boolean;
  /** Given back; a second settlement is ignored. */
  settled: boolean;
  /** Nobody waits for a result: cancelled, timed out, or the attempt's time is over. */
  aborted: boolean;
  /** The attempt's time-out. */
  timer: TimerHandle;
  /** Its time-out has come: the handler still runs, and is not counted any more. */
  timedOut: boolean;
  controller: AbortController | undefined;
  /** With `debugLeases`: what was leased. */
  lease: Uint8Array | undefined;
  // Read from the header with the message.
  seqLow: number;
  seqHigh: number;
  /** Ms since the bus epoch. */
  sentMs: number;
  /** Ms since the bus epoch, NO_DEADLINE: none. */
  deadlineMs: number;
  /** Undefined for a message without an id of its own and headers. */
  extras: Extras | undefined;

  constructor(
    link: ClientLink,
    cell: number,
    number: number,
    peer: Peer,
    slot: number,
    attempt: number,
    redelivered: boolean,
  ) {
    this.link = link;
    this.cell = cell;
    this.number = number;
    this.peer = peer;
    this.slot = slot;
    this.attempt = attempt;
    this.redelivered = redelivered;
    const kindWord = get(peer.headers, slot * SLOT_WORDS + KIND);
    this.kind = kindWord & KIND_MASK;
    this.isForwarded = (kindWord & (FLAG_FORWARDED | KIND_MASK)) === FORWARDED_REPLY;
    this.settled = false;
    this.aborted = false;
    this.timer = undefined;
    this.timedOut = false;
    this.controller = undefined;
    this.lease = undefined;
    this.seqLow = 0;
    this.seqHigh = 0;
    this.sentMs = 0;
    this.deadlineMs = NO_DEADLINE;
    this.extras = undefined;
  }

  /** Word `word` of the message's header; only while on loan. */
  header(word: number): number {
    return get(this.peer.headers, this.slot * SLOT_WORDS + word);
  }

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.aborted) this.controller.abort();
    return this.controller.signal;
  }

  abort(reason?: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.controller?.abort(reason);
  }

  /**
   * Looks for the notice of this loan among the entries that the event loop has not read yet, so that a synchronous
   * handler can see that it was cancelled. Bounded by the ring: at most three entries a loan.
   */
  sawNotice(): boolean {
    if (this.aborted) return true;
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
}

/** The message of a loan is settled: whoever works on it may stop. */
export function noticeLoan(link: ClientLink, head: number): void {
  const loan = link.loans[low16(head)];
  if (loan !== undefined && loan.number === loanOf(head)) loan.abort();
}
