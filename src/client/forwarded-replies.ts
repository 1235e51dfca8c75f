/**
 * Replies that go to an endpoint (`replyTo`) instead of their requester: a message of this client's own, with the
 * request's key, for that endpoint alone; then the request is acknowledged. Both lie in the same ring in this order, so
 * that a thread that dies between them has the request handled again rather than its reply lost.
 */
import { ACK_STATUS, packAck } from '../memory/entries.ts';
import { CORR, FLAG_ERROR, FLAG_FORWARDED, NO_DEADLINE } from '../memory/slot-header.ts';
import type { Headers } from '../message/headers.ts';
import { KIND } from '../message/kinds.ts';
import { FLAG_VERDICT, type HeldReply } from './held-reply.ts';
import type { Interner } from './interner.ts';
import type { Loan } from './loan.ts';
import { CORRELATION_HEADER, correlationOf } from './message.ts';
import type { Outbox } from './outbox.ts';
import { handlerError } from './outcome-errors.ts';
import { NO_SLOT } from './slot-table.ts';

export interface ForwardingParts {
  readonly outbox: Outbox;
  readonly interner: Interner;
  /** This client. */
  readonly client: number;
  /** A message of this client was accepted in `slot`, though none of its calls sent it. */
  readonly onAccepted: (slot: number) => void;
  /** A reply came when nobody waited for it any more. */
  readonly onLate: () => void;
}

/** Whether the reply to the request on loan goes to an endpoint. */
export function isForwarded(loan: Loan): boolean {
  return loan.kind === KIND.request && loan.header(CORR) !== 0;
}

export class ForwardedReplies {
  readonly #parts: ForwardingParts;

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
  }

  /** False: no room. Throws for a payload that cannot be sent. */
  submit({ flags, loan, payload }: HeldReply): boolean {
    const { interner, onAccepted, onLate, outbox } = this.#parts;
    const { link, peer, slot } = loan;
    const text = peer.keyOf(slot);
    if (loan.sawNotice()) onLate();
    else {
      const key = interner.intern(text);
      if (key === undefined) return false;
      const submitted = outbox.submit({
        kind: KIND.notification,
        flags: FLAG_FORWARDED,
        key,
        link,
        payload: (flags & FLAG_ERROR) === 0 ? payload : errorOf(flags, payload, text, loan.attempt),
        id: undefined,
        headers: this.#headersOf(loan),
        deadline: NO_DEADLINE,
        expires: NO_DEADLINE,
        corr: loan.header(CORR),
        isReply: true,
        encoded: undefined,
        holder: undefined,
      });
      if (submitted === NO_SLOT) return false;
      onAccepted(submitted);
    }
    link.submit.push(packAck(loan.cell, loan.number, ACK_STATUS.ok));
    return true;
  }

  #headersOf(loan: Loan): Headers {
    const own = loan.extras?.headers[CORRELATION_HEADER];
    return { [CORRELATION_HEADER]: own ?? correlationOf(loan, this.#parts.client) };
  }
}

/** What a requester would be rejected with. */
function errorOf(flags: number, error: unknown, key: string, attempt: number): unknown {
  return (flags & FLAG_VERDICT) === 0 ? handlerError(error, key, attempt) : error;
}
