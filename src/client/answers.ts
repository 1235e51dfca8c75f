/**
 * Giving loans back: acknowledgements, replies, failure reports. A reply that finds no room waits here, its loan with
 * it, so there are never more than the loans that the shards allow.
 */
import { ACK_STATUS, packAck, packDelivery } from '../memory/entries.ts';
import { FLAG_ERROR, NO_DEADLINE } from '../memory/slot-header.ts';
import { BusError } from '../message/errors.ts';
import { KIND } from '../message/kinds.ts';
import { type ForwardedReplies, isForwarded } from './forwarded-replies.ts';
import { FLAG_VERDICT, type HeldReply } from './held-reply.ts';
import { endLease } from './lease.ts';
import type { Loan } from './loan.ts';
import type { Draft, Outbox } from './outbox.ts';
import { NO_SLOT } from './slot-table.ts';

/** Fits into the smallest message that a bus may be told to allow. */
const TOO_LARGE = 'The error is too large for maxMessageSize.';

export class Answers {
  readonly #outbox: Outbox;
  readonly #forwarded: ForwardedReplies | undefined;
  readonly #waiting: HeldReply[] = [];
  readonly #draft: Draft;
  /** The last payload could not be sent: its error went instead. */
  #isRefused = false;
  /** A getter of a reply that is tried again may end up here. */
  #isRetrying = false;

  /** Without `forwarded` every reply goes to its requester. */
  constructor(outbox: Outbox, anyLink: Draft['link'], forwarded?: ForwardedReplies) {
    this.#outbox = outbox;
    this.#forwarded = forwarded;
    this.#draft = {
      kind: KIND.response,
      flags: 0,
      key: undefined,
      link: anyLink,
      payload: undefined,
      id: undefined,
      headers: undefined,
      deadline: NO_DEADLINE,
      expires: NO_DEADLINE,
      corr: 0,
      isReply: true,
      encoded: undefined,
      holder: undefined,
    };
  }

  /** Replies that wait for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  acknowledge(loan: Loan, status: number = ACK_STATUS.ok): void {
    if (!begin(loan)) return;
    loan.link.submit.push(packAck(loan.cell, loan.number, status));
    this.#outbox.published(loan.link);
    if (loan.lease !== undefined) endLease(loan);
  }

  /** The attempt failed and may be repeated: after `delayMs`, or when the endpoint's policy says so. */
  fail(loan: Loan, delayMs?: number): void {
    if (loan.settled) return;
    loan.link.wish(loan.cell, delayMs);
    this.acknowledge(loan, ACK_STATUS.failed);
  }

  /**
   * False when the payload cannot be sent and the caller gets the reason instead. A reply that waits for room is
   * encoded when there is some; until then it counts as one that can be sent.
   */
  reply(loan: Loan, payload: unknown, endpoint?: string): boolean {
    // A getter of a payload may answer too.
    const before = this.#isRefused;
    this.#isRefused = false;
    if (begin(loan)) this.#send({ loan, flags: 0, payload, endpoint });
    const isRefused = this.#isRefused;
    this.#isRefused = before;
    return !isRefused;
  }

  /** The error is what the handler threw, whatever its type. */
  replyError(loan: Loan, error: unknown, isVerdict = false): void {
    const flags = FLAG_ERROR | (isVerdict ? FLAG_VERDICT : 0);
    if (begin(loan)) this.#send({ loan, flags, payload: error });
  }

  /** Fails a notification for good and tells its sender why; without room for the report it fails without one. */
  report(loan: Loan, endpoint: string, error: unknown): void {
    if (loan.settled) return;
    // The number of the message tells it from a later one in the same slot.
    const payload = [endpoint, error, loan.seqLow];
    if (this.#offer(KIND.failureReport, { loan, flags: FLAG_ERROR, payload })) {
      begin(loan);
    } else this.acknowledge(loan, ACK_STATUS.reject);
  }

  /** Sends replies that found no room before, oldest first. */
  retry(): void {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    while (this.#waiting.length > 0) {
      if (!this.#offer(KIND.response, this.#waiting[0] as HeldReply)) break;
      this.#waiting.shift();
    }
    this.#isRetrying = false;
  }

  #send(reply: HeldReply): void {
    if (this.#waiting.length > 0 || !this.#offer(KIND.response, reply)) this.#waiting.push(reply);
  }

  /** False: no room. */
  #offer(kind: number, reply: HeldReply): boolean {
    const isPlaced = this.#place(kind, reply);
    if (!isPlaced) return false;
    this.#outbox.published(reply.loan.link);
    // The reply may have been what was leased, or a part of it.
    if (reply.loan.lease !== undefined) endLease(reply.loan);
    return true;
  }

  /** False: no room. A payload that cannot be sent becomes an error that says so; that may be too large in its turn. */
  #place(kind: number, reply: HeldReply): boolean {
    try {
      return this.#submit(kind, reply);
    } catch (error) {
      this.#isRefused = true;
      const isResult = (reply.flags & FLAG_ERROR) === 0;
      const instead = isResult ? refusedReply(reply.endpoint, error) : unsendable(reply.payload);
      return this.#offerInstead(kind, reply, instead);
    }
  }

  #offerInstead(kind: number, reply: HeldReply, instead: unknown): boolean {
    const { loan, payload } = reply;
    const flags = reply.flags | FLAG_ERROR;
    const isReport = kind === KIND.failureReport;
    const named = (error: unknown): unknown =>
      isReport ? [(payload as unknown[])[0], error, loan.seqLow] : error;
    try {
      return this.#submit(kind, { loan, flags, payload: named(instead) });
    } catch {
      // A report without room for the endpoint's id is none.
      return isReport ? false : this.#submit(kind, { loan, flags, payload: TOO_LARGE });
    }
  }

  #submit(kind: number, reply: HeldReply): boolean {
    if (this.#forwarded !== undefined && kind === KIND.response && isForwarded(reply.loan)) {
      return this.#forwarded.submit(reply);
    }
    const draft = this.#outbox.isEncoding ? { ...this.#draft } : this.#draft;
    draft.kind = kind;
    draft.flags = reply.flags;
    draft.link = reply.loan.link;
    draft.payload = reply.payload;
    draft.corr = packDelivery(reply.loan.cell, reply.loan.number);
    // Of an answer the word says which attempt it is of.
    draft.expires = reply.loan.attempt;
    const slot = this.#outbox.submit(draft);
    draft.payload = undefined;
    return slot !== NO_SLOT;
  }
}

/** False when the loan was given back already. */
function begin(loan: Loan): boolean {
  if (loan.settled) return false;
  loan.settled = true;
  loan.link.loans[loan.cell] = undefined;
  return true;
}

/** What was refused is a reply: without that word its reader would look for the fault in the request. */
function refusedReply(endpoint: string | undefined, error: unknown): unknown {
  if (!BusError.isBusError(error)) return error;
  const whose = endpoint === undefined ? 'The reply' : `The reply of endpoint '${endpoint}'`;
  return new BusError(error.code, `${whose} cannot be sent. ${error.message}`, {
    ...(error.cause === undefined ? {} : { cause: error.cause }),
    details: { ...error.details, ...(endpoint === undefined ? {} : { endpoint }) },
  });
}

function unsendable(thrown: unknown): BusError {
  let text: string;
  try {
    text = String(thrown).slice(0, 1000);
  } catch {
    text = 'a value that cannot be shown';
  }
  return new BusError('ERR_BUS_INVALID_MESSAGE', `The handler threw what cannot be sent: ${text}`);
}
