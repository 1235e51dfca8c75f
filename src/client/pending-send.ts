/**
 * One call of request, notify or publish that waits for its status. It is what the call's promise resolves with: the
 * verb then returns `value` or throws `toError()`, so that the error's stack shows who called.
 */
import { refClient, refSlot, STATUS } from '../memory/entries.ts';
import { failuresOf, reasonOf, targetsOf } from '../memory/outcome-word.ts';
import { get } from '../memory/seam.ts';
import { EXPIRES, FLAG_ERROR, KIND, NO_DEADLINE, SLOT_WORDS } from '../memory/slot-header.ts';
import { BusError } from '../message/errors.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import type { ResolvedSendOptions } from '../options.ts';
import type { ClientLink } from './client-link.ts';
import { FLAG_VERDICT } from './held-reply.ts';
import type { EncodedPayload } from './outbox.ts';
import { handlerError, onlyExpired, statusError } from './outcome-errors.ts';
import type { Peers } from './peers.ts';
import type { Pending } from './pending.ts';
import { type Reader, readPayload } from './read-message.ts';
import type { ReceivedError } from './received-error.ts';

/** What a call needs of its client. */
export interface SendHome {
  readonly peers: Peers;
  readonly reader: Reader;
  /** The call is over: its signal and timer are let go. */
  release(send: PendingSend): void;
  /** Ms since the bus epoch. */
  now(): number;
}

const OPEN = -1;
/** Beside STATUS: the bus ended first. */
const ENDED = -2;

export class PendingSend implements Pending {
  readonly kind: number;
  readonly key: string;
  readonly options: ResolvedSendOptions;
  /** Ms; the whole call. */
  readonly timeoutMs: number;
  /** Of the call, ms since the bus epoch. */
  readonly startedMs: number;
  /** Ms since the bus epoch: of the whole call, and of its `ttl`. */
  deadline: number = NO_DEADLINE;
  expires: number = NO_DEADLINE;
  value: unknown;
  /** Where it was submitted; undefined while it waits for room. */
  link: ClientLink | undefined;
  slot = 0;
  /** What it waits for room with. */
  encoded: EncodedPayload | undefined;
  timer: unknown;
  onAbort: (() => void) | undefined;
  readonly promise: Promise<PendingSend>;
  readonly #home: SendHome;
  readonly #errors: ReceivedError[] = [];
  #resolve!: (send: PendingSend) => void;
  #status = OPEN;
  #detail = 0;
  #isError = false;
  #isVerdict = false;
  /** Runs of the handler that a reply is the outcome of. */
  #attempts = 1;

  constructor(
    kind: number,
    key: string,
    options: ResolvedSendOptions,
    timeoutMs: number,
    home: SendHome,
  ) {
    this.kind = kind;
    this.key = key;
    this.options = options;
    this.timeoutMs = timeoutMs;
    this.#home = home;
    this.startedMs = home.now();
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isOpen(): boolean {
    return this.#status === OPEN;
  }

  get failed(): boolean {
    return this.#isError;
  }

  settle(status: number, detail: number): void {
    if (this.#status !== OPEN) return;
    this.#detail = detail;
    if (status === STATUS.reply) this.#readReply(detail);
    else if (status === STATUS.ok) this.value = this.#count(detail);
    else this.#isError = true;
    this.#end(status);
  }

  report(error: ReceivedError): void {
    this.#errors.push(error);
  }

  fail(error: Error): void {
    if (this.#status !== OPEN) return;
    this.value = error;
    this.#isError = true;
    this.#end(ENDED);
  }

  /** The signal aborted: the call is over now; its message is withdrawn, its slot comes back by itself. */
  abort(reason: unknown): void {
    if (this.#status !== OPEN) return;
    this.value = reason;
    this.#isError = true;
    this.#end(STATUS.aborted);
  }

  toError(): Error {
    if (this.#status === ENDED) return this.value as Error;
    if (this.#status === STATUS.reply) return this.#replyError();
    const isTooLate = this.#hasTtl && onlyExpired(this.#status, this.#detail, this.#errors);
    const status = isTooLate ? STATUS.expired : this.#status;
    const isRequest = this.kind === MESSAGE_KIND.request;
    const why = isRequest || status === STATUS.noRoute ? reasonOf(this.#detail) : 0;
    const timedOut = status === STATUS.timeout && why > 0;
    return statusError(status, {
      kind: this.kind,
      key: this.key,
      timeoutMs: timedOut ? why : this.timeoutMs,
      because: timedOut || why === 0 ? undefined : this.#home.peers.endpoint(why - 1),
      reason: this.value,
      delivered: targetsOf(this.#detail) - failuresOf(this.#detail),
      failed: this.#errors,
    });
  }

  get #hasTtl(): boolean {
    return this.options.ttl !== Number.POSITIVE_INFINITY;
  }

  #replyError(): Error {
    const error = this.value;
    return this.#isVerdict && BusError.isBusError(error)
      ? error
      : handlerError(error, this.key, this.#attempts);
  }

  #readReply(ref: number): void {
    const peer = this.#home.peers.get(refClient(ref));
    const slot = refSlot(ref);
    const kindWord = get(peer.headers, slot * SLOT_WORDS + KIND);
    this.#isError = (kindWord & FLAG_ERROR) !== 0;
    this.#isVerdict = (kindWord & FLAG_VERDICT) !== 0;
    this.#attempts = get(peer.headers, slot * SLOT_WORDS + EXPIRES);
    try {
      this.value = readPayload(peer, slot, this.#home.reader.codec);
    } catch (error) {
      // Not the handler's failure: the reply cannot be read here.
      this.value = error;
      this.#isError = true;
      this.#isVerdict = true;
    }
  }

  #count(detail: number): unknown {
    const delivered = targetsOf(detail) - failuresOf(detail);
    return this.kind === MESSAGE_KIND.event ? delivered : { delivered };
  }

  #end(status: number): void {
    this.#status = status;
    this.#home.release(this);
    this.#resolve(this);
  }
}
