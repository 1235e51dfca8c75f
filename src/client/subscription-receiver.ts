/**
 * A subscription on its own thread. A plain one copies each event into its queue and gives the loan back at once, so
 * that a slow consumer never holds its publishers; the overflow policy acts on the queue. One that blocks keeps the
 * loan until the consumer is done with the event. The consumer is a callback, one event at a time and in order, or
 * whoever asks for the next.
 */
import { ACK_STATUS } from '../memory/entries.ts';
import { PAY_LEN } from '../memory/slot-header.ts';
import type { ResolvedSubscribeOptions } from '../options.ts';
import { isThenable, type ReceiverParts } from './endpoint.ts';
import { EventQueue, type QueuedEvent } from './event-queue.ts';
import { LoanContext } from './handler-context.ts';
import type { Loan } from './loan.ts';
import type { ReceivedMessage } from './message.ts';
import { readMessage } from './read-message.ts';
import type { Receiver } from './receiver.ts';

export type EventHandler = (event: ReceivedMessage, context: LoanContext) => unknown;

export interface SubscriptionCallbacks {
  readonly handler: EventHandler | undefined;
  /** A callback threw or rejected, or the payload could not be read; the subscription goes on. */
  readonly onError: (error: unknown, event: Pick<ReceivedMessage, 'routingKey'>) => void;
  /** Events that shards dropped for it, since it was made. */
  readonly droppedByShards: () => number;
}

export class SubscriptionReceiver implements Receiver {
  readonly #options: ResolvedSubscribeOptions;
  readonly #parts: ReceiverParts;
  readonly #callbacks: SubscriptionCallbacks;
  readonly #queue = new EventQueue();
  readonly #keepsLoan: boolean;
  /** Consumers that wait for the next event. */
  readonly #takers: ((event: QueuedEvent | undefined) => void)[] = [];
  /** Events on loan that a consumer has asked for and is not done with. */
  readonly #handedOut = new Set<QueuedEvent>();
  #held = 0;
  #running = 0;
  #paused = false;
  #closed = false;
  #dropped = 0;
  #droppedSeen = 0;
  /** What main was told of `callbacksDue`. */
  #toldDue = 0;

  constructor(
    options: ResolvedSubscribeOptions,
    parts: ReceiverParts,
    callbacks: SubscriptionCallbacks,
  ) {
    this.#options = options;
    this.#parts = parts;
    this.#callbacks = callbacks;
    this.#keepsLoan = options.overflow === 'block' || options.overflow === 'error' || options.lease;
  }

  get held(): number {
    return this.#held;
  }

  /** Events dropped by the bound since the start: here, and in shards while this thread could not take them. */
  get missed(): number {
    return this.#dropped + this.#callbacks.droppedByShards();
  }

  take(loan: Loan): void {
    // Told before the loan is given back: an event must never be nowhere, or a drain would end without it.
    this.#tellDue(1);
    this.#take(loan);
    this.#tellDue(0);
  }

  #take(loan: Loan): void {
    const { answers, reader } = this.#parts;
    if (this.#closed) {
      answers.acknowledge(loan);
      return;
    }
    const bytes = loan.header(PAY_LEN);
    if (this.#keepsLoan) {
      const message = this.#read(loan, reader);
      if (message === undefined) return;
      this.#held += 1;
      loan.link.loans[loan.cell] = loan;
      this.#offer({ message, bytes, loan });
      return;
    }
    if (this.#mustDrop(bytes)) {
      answers.acknowledge(loan);
      return;
    }
    const message = this.#read(loan, reader);
    if (message === undefined) return;
    answers.acknowledge(loan);
    this.#offer({ message, bytes, loan: undefined });
  }

  /** The next event; undefined when the subscription has ended. */
  next(): Promise<QueuedEvent | undefined> {
    const event = this.#paused ? undefined : this.#queue.shift();
    if (event !== undefined) return Promise.resolve(this.#handOver(event));
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** Consumers that wait; they hold the process. */
  get waiting(): number {
    return this.#takers.length;
  }

  /** The consumer is done with an event. */
  done(event: QueuedEvent): void {
    if (event.loan === undefined || event.loan.settled) return;
    this.#held -= 1;
    this.#handedOut.delete(event);
    this.#parts.answers.acknowledge(event.loan);
  }

  pause(): void {
    this.#paused = true;
    this.#tellDue(0);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#serve();
    this.#tellDue(0);
  }

  /** Ends it: consumers that wait get the end, what is queued is given up. */
  close(): void {
    this.#closed = true;
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) this.done(event);
    // Nobody may ever ask for another one. What is leased is still being read: that consumer must say that it is done.
    if (!this.#options.lease) for (const event of this.#handedOut) this.done(event);
    for (const taker of this.#takers.splice(0)) taker(undefined);
    this.#tellDue(0);
  }

  /** Events that callbacks hold or will get without anybody's doing; `coming` are about to be queued. */
  #tellDue(coming: number): void {
    if (this.#callbacks.handler === undefined) return;
    const due = this.#running + (this.#paused ? 0 : this.#queue.length) + coming;
    if (due === this.#toldDue) return;
    this.#parts.addCallbacks(due - this.#toldDue);
    this.#toldDue = due;
  }

  /** A payload that cannot be read is reported and skipped. */
  #read(loan: Loan, reader: ReceiverParts['reader']): ReceivedMessage | undefined {
    try {
      return readMessage(loan, reader, this.#options.lease);
    } catch (error) {
      const routingKey = loan.peer.keyOf(loan.slot);
      this.#parts.count('handlerFailed');
      this.#parts.answers.acknowledge(loan, ACK_STATUS.failed);
      this.#callbacks.onError(error, { routingKey });
      return undefined;
    }
  }

  /** Applies the overflow policy; true when the new event is the one to go. */
  #mustDrop(bytes: number): boolean {
    const { capacity, capacityBytes, overflow } = this.#options;
    const queue = this.#queue;
    if (queue.length < capacity && queue.bytes + bytes <= capacityBytes) return false;
    if (overflow === 'drop-newest' || (queue.length === 0 && bytes > capacityBytes)) {
      this.#noteDropped();
      return true;
    }
    while (queue.length >= capacity || (queue.length > 0 && queue.bytes + bytes > capacityBytes)) {
      queue.shift();
      this.#noteDropped();
    }
    return false;
  }

  #noteDropped(): void {
    this.#dropped += 1;
    this.#parts.count('dropped');
  }

  #offer(event: QueuedEvent): void {
    this.#queue.push(event);
    this.#serve();
  }

  #serve(): void {
    const { handler } = this.#callbacks;
    while (!this.#paused && this.#queue.length > 0) {
      if (handler === undefined) {
        const taker = this.#takers.shift();
        if (taker === undefined) return;
        taker(this.#handOver(this.#queue.shift() as QueuedEvent));
      } else {
        if (this.#running >= this.#options.concurrency) return;
        this.#run(handler, this.#handOver(this.#queue.shift() as QueuedEvent));
      }
    }
  }

  /** Says on the event how many were dropped just before it. */
  #handOver(event: QueuedEvent): QueuedEvent {
    const { missed } = this;
    event.message.missed = missed - this.#droppedSeen;
    this.#droppedSeen = missed;
    if (event.loan !== undefined && this.#callbacks.handler === undefined)
      this.#handedOut.add(event);
    return event;
  }

  #run(handler: EventHandler, event: QueuedEvent): void {
    this.#running += 1;
    let result: unknown;
    try {
      if (event.loan !== undefined) event.loan.link.mark(event.loan.cell, event.loan.number);
      result = handler(event.message, new LoanContext(event.loan, this.#parts.home));
    } catch (error) {
      this.#failed(event, error);
      return;
    }
    if (!isThenable(result)) {
      this.#succeeded(event);
      return;
    }
    result.then(
      () => {
        this.#succeeded(event);
        this.#serve();
        this.#tellDue(0);
      },
      (error: unknown) => {
        this.#failed(event, error);
        this.#serve();
        this.#tellDue(0);
      },
    );
  }

  #succeeded(event: QueuedEvent): void {
    this.#running -= 1;
    this.#parts.count('delivered');
    this.done(event);
  }

  #failed(event: QueuedEvent, error: unknown): void {
    this.#running -= 1;
    this.#parts.count('handlerFailed');
    this.done(event);
    this.#callbacks.onError(error, event.message);
  }
}
