/**
 * A subscription on its own thread. A plain one copies each event into its queue and gives the loan back at once, so
 * that a slow consumer never holds its publishers; one that blocks, refuses or leases keeps the loan until the consumer
 * is done with the event. The consumer is a callback, in order, or whoever asks for the next.
 *
 * Policies that drop act here, on everything that has come: after this thread was blocked nothing is handed out until
 * what waited in rings and shards was read, so that exactly the bound is left, as if the queue had been filled meanwhile.
 */
import { ACK_STATUS } from '../memory/entries.ts';
import { LETTER_REASON } from '../memory/letter-word.ts';
import { EXPIRES, NO_DEADLINE, PAY_LEN } from '../memory/slot-header.ts';
import type { ResolvedNack, ResolvedSubscribeOptions } from '../options.ts';
import { CatchUp } from './catch-up.ts';
import { DropAccount } from './drop-account.ts';
import { isFinal, type ReceiverParts } from './endpoint.ts';
import { EventQueue, type QueuedEvent } from './event-queue.ts';
import { LoanContext } from './handler-context.ts';
import { HeldEvents } from './held-events.ts';
import type { Loan } from './loan.ts';
import { bindSettle, type ReceivedMessage } from './message.ts';
import { promiseOf } from './promise-of.ts';
import { readMessage } from './read-message.ts';
import type { Receiver } from './receiver.ts';
import { ShardBacklog } from './shard-backlog.ts';
import type { EventHandler, SubscriptionCallbacks } from './subscription-callbacks.ts';
import { Tally } from './tally.ts';

/** Events handed to callbacks before the clock is looked at, and how long they may go on in one go. */
const EVENTS_PER_LOOK = 32;
const SERVE_MS = 1;

export class SubscriptionReceiver implements Receiver {
  readonly #options: ResolvedSubscribeOptions;
  readonly #parts: ReceiverParts;
  readonly #callbacks: SubscriptionCallbacks;
  readonly #queue = new EventQueue();
  readonly tally: Tally = new Tally(this.#queue);
  readonly #drop: DropAccount;
  /** Drops what is too much. */
  readonly #drops: boolean;
  /** Keeps the loans until the consumer is done: what it drops or gives up, another may have. */
  readonly #keeps: boolean;
  /** Looks at what is on its way before anything is dropped or handed out: all of it comes, since loans end at once. */
  readonly #catchUp: CatchUp | undefined;
  /** Consumers that wait for the next event. */
  readonly #takers: ((event: QueuedEvent | undefined) => void)[] = [];
  readonly #held: HeldEvents;
  #running = 0;
  #paused = false;
  #closed = false;
  /** What main was told of `callbacksDue`. */
  #toldDue = 0;
  #isDeferred = false;

  constructor(
    options: ResolvedSubscribeOptions,
    parts: ReceiverParts,
    callbacks: SubscriptionCallbacks,
  ) {
    const { overflow } = options;
    this.#options = options;
    this.#parts = parts;
    this.#callbacks = callbacks;
    this.#drop = new DropAccount(callbacks.droppedByShards);
    this.#held = new HeldEvents(options, parts, this.#drop);
    this.#drops = !options.lease && (overflow === 'drop-oldest' || overflow === 'drop-newest');
    this.#keeps = options.ack || options.group !== undefined || !this.#drops;
    if (!this.#drops || this.#keeps) return;
    const backlog = new ShardBacklog(parts.intake.links, callbacks.keptBy);
    this.#catchUp = new CatchUp(options, parts, backlog, { queue: this.#queue, drop: this.#drop });
  }

  get held(): number {
    return this.#held.count;
  }

  /** Events dropped by the bound since the start: here, and in shards while this thread could not take them. */
  get missed(): number {
    return this.#drop.missed;
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
      answers.acknowledge(loan, this.#givenUp);
      return;
    }
    const bytes = loan.header(PAY_LEN);
    this.#catchUp?.noteReceived(loan);
    const isTooOld = this.#catchUp?.isTooOld(loan.link.shard) === true;
    if (isTooOld || (this.#drops && this.#isTooMuch(bytes))) {
      this.#held.refuse(loan);
      this.#countDrop();
      if (isTooOld) this.#drop.noteOlder();
      else this.#drop.note(0);
      this.#offer(undefined);
      return;
    }
    const expires = loan.header(EXPIRES);
    const message = this.#read(loan, reader);
    if (message === undefined) return;
    if (this.#keeps) this.#held.keep(loan);
    else answers.acknowledge(loan);
    const kept = this.#keeps ? loan : undefined;
    this.#offer({ message, bytes, expires, loan: kept, source: loan });
  }

  /** The next event; undefined when the subscription has ended. */
  next(): Promise<QueuedEvent | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#serveWhenDue();
    });
  }

  /** Consumers that wait; they hold the process. */
  get waiting(): number {
    return this.#takers.length;
  }

  /** The consumer is done with an event. */
  done(event: QueuedEvent): void {
    this.#held.letGo(event, ACK_STATUS.ok);
  }

  /** With `ack`: the consumer says what came of the event. False: it was settled already. */
  #settle(event: QueuedEvent, nack: ResolvedNack | undefined): boolean {
    if (!this.#held.settle(event, nack)) return false;
    // Not at once: the consumer is in the middle of something.
    this.#parts.environment.enqueueMicrotask(() => this.#serveWhenDue());
    return true;
  }

  pause(): void {
    this.#paused = true;
    this.#tellDue(0);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#serveWhenDue();
    this.#tellDue(0);
  }

  /** Everything that had come was read, or there was too much of it. */
  afterTurn(isDrained: boolean): void {
    this.#isDeferred = false;
    if (this.#closed) return;
    if (this.#catchUp?.mustWait(isDrained)) {
      this.#defer();
      return;
    }
    this.#serve();
    this.#tellDue(0);
  }

  /** Ends it: consumers that wait get the end, what is queued is given up. */
  close(): void {
    this.#closed = true;
    const status = this.#givenUp;
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      this.#held.letGo(event, status);
    }
    // Nobody may ever ask for another one. What is leased is still being read: that consumer must say that it is done.
    if (!this.#options.lease) for (const event of this.#held.handedOut) this.done(event);
    for (const taker of this.#takers.splice(0)) taker(undefined);
    this.#tellDue(0);
  }

  /** What was not handed out is for another member of the group. */
  get #givenUp(): number {
    return this.#options.group === undefined ? ACK_STATUS.ok : ACK_STATUS.requeue;
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
      this.#parts.answers.acknowledge(loan, ACK_STATUS.reject);
      this.#callbacks.onError(error, { routingKey });
      return undefined;
    }
  }

  /** Before it is read: whether the event is one that goes, whatever else comes. */
  #isTooMuch(bytes: number): boolean {
    const { capacity, capacityBytes, overflow } = this.#options;
    if (bytes > capacityBytes) return true;
    if (overflow === 'drop-oldest' || this.#catchUp?.isMixed) return false;
    return this.#queue.length >= capacity || this.#queue.bytes + bytes > capacityBytes;
  }

  /** Undefined: one was dropped instead. */
  #offer(event: QueuedEvent | undefined): void {
    if (event !== undefined) this.#enqueue(event);
    if (this.#drop.takeAlarm()) this.#callbacks.onSlow(this.#queue.length, this.missed);
    if (this.#catchUp?.isBehind || this.#catchUp?.drainsFirst) this.#defer();
    else this.#serve();
  }

  #enqueue(event: QueuedEvent): void {
    const queue = this.#queue;
    // While older ones are still to come, what was dropped as too new lies behind all of them.
    if (this.#keeps) event.message.missed = 0;
    else if (!this.#catchUp?.isBehind || this.#options.overflow === 'drop-oldest') {
      event.message.missed = this.#drop.takeUntold();
    }
    if (this.#catchUp?.isMixed) queue.insert(event);
    else queue.push(event);
    if (this.#drops) {
      while (this.#queue.isOver(this.#options)) this.#dropOne();
    } else if (this.#held.count >= this.#options.capacity && queue.length > 1)
      this.#drop.noteSlow();
  }

  /** The next event in the queue tells of the one that went, and of those that it should have told of. */
  #countDrop(): void {
    this.#parts.count('dropped');
    this.tally.dropped += 1;
  }

  #dropOne(): void {
    const queue = this.#queue;
    const isOldest = this.#options.overflow === 'drop-oldest';
    const event = (isOldest ? queue.shift() : queue.pop()) as QueuedEvent;
    const { first } = queue;
    this.#countDrop();
    this.#held.giveUp(event, LETTER_REASON.overflow);
    if (this.#keeps || !isOldest || first === undefined) this.#drop.note(event.message.missed);
    else {
      this.#drop.noteToldElsewhere();
      first.message.missed += event.message.missed + 1;
    }
  }

  #defer(): void {
    if (this.#isDeferred) return;
    this.#isDeferred = true;
    this.#parts.intake.defer(this);
  }

  /** A consumer is ready: it gets the next event, unless newer ones have come that the bound is to act on first. */
  #serveWhenDue(): void {
    if (this.#queue.length === 0 || this.#isDeferred || this.#paused) return;
    if (this.#catchUp !== undefined) {
      this.#catchUp.look();
      if (this.#catchUp.isBehind || this.#parts.intake.unread() > 0) {
        this.#defer();
        return;
      }
    }
    this.#serve();
  }

  #serve(): void {
    const { handler } = this.#callbacks;
    const { environment } = this.#parts;
    let stopMs = 0;
    for (let served = 1; this.#mayHandOut; served++) {
      if (this.#dropExpired()) continue;
      if (handler === undefined) {
        const taker = this.#takers.shift();
        if (taker === undefined) return;
        taker(this.#handOver(this.#queue.shift() as QueuedEvent));
      } else {
        if (this.#running >= this.#options.concurrency) return;
        this.#run(handler, this.#handOver(this.#queue.shift() as QueuedEvent));
      }
      if (served % EVENTS_PER_LOOK !== 0) continue;
      const nowMs = environment.now();
      if (stopMs === 0) stopMs = nowMs + SERVE_MS;
      else if (nowMs > stopMs) {
        this.#defer();
        return;
      }
    }
  }

  /** The first in the queue goes if its ttl has passed. */
  #dropExpired(): boolean {
    const { expires } = this.#queue.first as QueuedEvent;
    if (expires === NO_DEADLINE) return false;
    if (((expires - Math.floor(this.#parts.environment.now())) | 0) > 0) return false;
    const event = this.#queue.shift() as QueuedEvent;
    const next = this.#queue.first?.message;
    if (next === undefined) this.#drop.passOn(event.message.missed);
    else next.missed += event.message.missed;
    this.#parts.count('expired');
    this.#held.giveUp(event, LETTER_REASON.expired);
    return true;
  }

  get #mayHandOut(): boolean {
    const { ack, prefetch } = this.#options;
    if (this.#paused || this.#queue.length === 0) return false;
    return !ack || this.#held.count - this.#queue.length < prefetch;
  }

  #handOver(event: QueuedEvent): QueuedEvent {
    const isCaughtUp = this.#drops && this.#drop.isSlow && this.#queue.isHalfEmpty(this.#options);
    if (isCaughtUp) this.#drop.noteCaughtUp();
    if (event.loan === undefined) return event;
    // What a shard dropped of loans that are kept is known only as a number.
    this.#drop.countShards(false);
    event.message.missed = this.#drop.takeUntold();
    this.#held.handOut(event, event.loan, this.#callbacks.handler === undefined);
    if (this.#options.ack) {
      bindSettle(event.message, (nack) => this.#settle(event, nack));
      this.#held.watch(event, event.loan, (error) => this.#timedOut(event, error));
    }
    return event;
  }

  /** The callback still runs, and is not counted any more: the next one starts. */
  #timedOut(event: QueuedEvent, error: Error): void {
    if (this.#callbacks.handler !== undefined) {
      this.#running -= 1;
      this.#parts.count('handlerFailed');
      this.#callbacks.onError(error, event.message);
    }
    this.#serveWhenDue();
    this.#tellDue(0);
  }

  #run(handler: EventHandler, event: QueuedEvent): void {
    this.#running += 1;
    let result: unknown;
    try {
      result = handler(event.message, new LoanContext(event.loan, this.#parts.home));
    } catch (error) {
      this.#failed(event, error);
      return;
    }
    const pending = promiseOf(result);
    if (pending === undefined) {
      this.#succeeded(event);
      return;
    }
    const settled = pending.then(
      () => this.#ended(event, () => this.#succeeded(event)),
      (error: unknown) => this.#ended(event, () => this.#failed(event, error)),
    );
    void settled.then(() => {
      this.#serveWhenDue();
      this.#tellDue(0);
    });
  }

  #ended(event: QueuedEvent, settle: () => void): void {
    if (event.loan?.timedOut === true) this.#parts.count('lateResults');
    else settle();
  }

  #succeeded(event: QueuedEvent): void {
    this.#running -= 1;
    this.#parts.count('delivered');
    this.done(event);
  }

  #failed(event: QueuedEvent, error: unknown): void {
    this.#running -= 1;
    this.#parts.count('handlerFailed');
    if (this.#options.ack) this.#settle(event, { delay: undefined, requeue: !isFinal(error) });
    this.done(event);
    this.#callbacks.onError(error, event.message);
  }
}
