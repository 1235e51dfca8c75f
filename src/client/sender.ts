/**
 * The sending verbs of a client: builds the message, finds room or waits for it in turn, and ties signal and status to
 * the call. What waits has been encoded already, so the caller may change its payload.
 */
import { BUS_STATE } from '../memory/control-words.ts';
import { STATUS } from '../memory/entries.ts';
import { FLAG_EARLY, FLAG_NO_TIMEOUT, NO_DEADLINE } from '../memory/slot-header.ts';
import { timeAfter } from '../memory/time-word.ts';
import { BusError } from '../message/errors.ts';
import { KIND } from '../message/kinds.ts';
import { NO_SEND_OPTIONS, type ResolvedSendOptions } from '../options.ts';
import { AbortListeners } from './abort-listeners.ts';
import { countCall } from './call-latencies.ts';
import type { ClientCore } from './client-core.ts';
import type { ClientLink } from './client-link.ts';
import type { ClientEnvironment, TimerHandle } from './clock.ts';
import { isHeldBack } from './held-back.ts';
import type { Draft } from './outbox.ts';
import {
  type Closing,
  closedError,
  cutOffError,
  endedError,
  statusError,
  unsentError,
} from './outcome-errors.ts';
import { PendingSend, type SendHome } from './pending-send.ts';
import { RoomQueue } from './room-queue.ts';
import { NO_SLOT } from './slot-table.ts';

/** While events are held back: ms until it is looked again whether they still are, more each time. */
const LOOK_AGAIN_MS = 1;
const LOOK_AGAIN_MAX_MS = 64;

/** What `tryPublish` and `tryNotify` return. */
export type TryResult = 'accepted' | 'full' | 'closed';

const STATE_NAMES = ['open', 'closing', 'closed', 'fatal'] as const;

export class Sender implements SendHome {
  readonly #core: ClientCore;
  readonly #environment: ClientEnvironment;
  readonly #correlationTimeoutMs: number;
  readonly #signals = new AbortListeners();
  #open = 0;
  readonly #draft: Draft;
  readonly #room: RoomQueue;
  /** BUS_STATE as this client knows it. */
  #state: number = BUS_STATE.open;
  #endedWith: Error | undefined;
  #closing: Closing = 'the bus';
  #looking: TimerHandle;

  constructor(core: ClientCore, environment: ClientEnvironment, correlationTimeoutMs: number) {
    this.#core = core;
    this.#environment = environment;
    this.#correlationTimeoutMs = correlationTimeoutMs;
    this.#room = new RoomQueue(core.slots.count, () => isHeldBack(core));
    this.#draft = {
      kind: 0,
      flags: 0,
      key: undefined,
      link: core.links[0] as ClientLink,
      payload: undefined,
      id: undefined,
      headers: undefined,
      deadline: NO_DEADLINE,
      expires: NO_DEADLINE,
      corr: 0,
      isReply: false,
      encoded: undefined,
      holder: undefined,
    };
  }

  get peers(): SendHome['peers'] {
    return this.#core.peers;
  }

  get reader(): SendHome['reader'] {
    return this.#core.reader;
  }

  /** Calls that have not settled. */
  get open(): number {
    return this.#open;
  }

  /** Throws ERR_BUS_CLOSED, or what the bus ended with. */
  checkOpen(): void {
    if (this.#isOver) throw this.refusal();
  }

  /** Of calls, once there is an end. */
  refusal(): Error {
    const state = Math.max(this.#state, this.#core.busState);
    if (state === BUS_STATE.fatal) return this.#endedWith ?? endedError('fatal');
    return this.#endedWith ?? closedError(STATE_NAMES[state] ?? 'closed', this.#closing);
  }

  /** The event loop of a thread that was blocked has not heard yet what main says of the bus. */
  get #isOver(): boolean {
    return this.#state !== BUS_STATE.open || this.#core.busState !== BUS_STATE.open;
  }

  /** `'accepted'`, or why not. Throws for misuse only. */
  trySend(kind: number, key: string, payload: unknown, options: ResolvedSendOptions): TryResult {
    if (this.#isOver) return 'closed';
    if (this.#submit(kind, 0, key, payload, options) !== NO_SLOT) return 'accepted';
    this.#core.reap();
    if (this.#submit(kind, 0, key, payload, options) !== NO_SLOT) return 'accepted';
    this.#core.shortage.noteNoRoom();
    return 'full';
  }

  /** A call that waits for its status; its promise never rejects. Throws for what cannot be sent. */
  send(kind: number, key: string, payload: unknown, options: ResolvedSendOptions): PendingSend {
    this.checkOpen();
    const timeoutMs = this.#timeoutOf(kind, options);
    const send = new PendingSend(kind, key, options, timeoutMs, this);
    const { signal } = options;
    this.#open += 1;
    if (signal?.aborted) {
      send.abort(signal.reason);
      return send;
    }
    try {
      if (!this.#place(send, payload)) this.#wait(send, payload);
    } catch (error) {
      this.#open -= 1;
      throw error;
    }
    if (signal) {
      send.onAbort = () => this.#abort(send, signal.reason);
      this.#signals.add(signal, send.onAbort);
      // A getter of the payload has aborted it, before anybody listened.
      if (signal.aborted) this.#abort(send, signal.reason);
    }
    return send;
  }

  /** Resolves when a message of moderate size would find room, in turn with the calls that wait for it. */
  writable(): Promise<void> {
    this.checkOpen();
    const core = this.#core;
    const attempt = (): boolean => core.slots.hasRoom(false) && !isHeldBack(core);
    if (this.#room.length === 0) {
      if (attempt()) return Promise.resolve();
      core.reap();
      if (attempt()) return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const entry = { attempt, done: resolve, fail: reject, isEvent: true };
      if (this.#room.push(entry)) this.#lookAgain();
      else reject(tooManyWaiters(core.slots.count));
    });
  }

  /** Room may have appeared: those that wait for it try again, first come first served. */
  serveRoom(): void {
    if (!this.#room.isHeldBack) this.#room.serve();
    if (this.#room.length === 0) this.#core.shortage.noteRoom();
  }

  now(): number {
    return this.#environment.now();
  }

  release(send: PendingSend): void {
    this.#open -= 1;
    countCall(this.#core.memory.latencies, send.kind, this.now() - send.startedMs);
    if (send.onAbort && send.options.signal)
      this.#signals.remove(send.options.signal, send.onAbort);
    if (send.timer !== undefined) this.#environment.clearTimer(send.timer);
  }

  /** This thread closes its connection; the bus goes on. */
  leave(): void {
    this.#closing = "this thread's connection";
  }

  /** No new calls. */
  stop(state: number, error?: Error): void {
    this.#state = state;
    this.#endedWith = error;
  }

  /** Ends every open call with `error`. */
  failAll(error: Error): void {
    this.#endWaiting(error);
    for (const send of this.#core.slots.pending) send?.fail(error);
    this.#core.batches.abandon();
  }

  /** Ends every open call, and says to each whether its message had been accepted. */
  #cutOff(): void {
    const core = this.#core;
    const { keys, pending } = core.slots;
    this.#endWaiting(unsentError(this.#closing));
    for (const [slot, send] of pending.entries()) {
      send?.fail(cutOffError(core.kindOf(slot), keys[slot]?.text ?? '', this.#closing));
    }
    core.batches.abandon();
  }

  /** The bus is over: no new calls, and the open ones end with that. */
  endWith(state: 'closed' | 'fatal'): void {
    this.#state = state === 'fatal' ? BUS_STATE.fatal : BUS_STATE.closed;
    this.#endedWith ??= endedError(state, this.#closing);
    if (state === 'fatal') this.failAll(this.#endedWith);
    else this.#cutOff();
  }

  #timeoutOf(kind: number, options: ResolvedSendOptions): number {
    if (options.timeout !== undefined) return options.timeout;
    return kind === KIND.request ? this.#correlationTimeoutMs : Number.POSITIVE_INFINITY;
  }

  #place(send: PendingSend, payload: unknown): boolean {
    const { kind, key, options } = send;
    const flags = flagsOf(kind, options);
    let slot = this.#submit(kind, flags, key, payload, options, send);
    if (slot === NO_SLOT && send.link === undefined) {
      this.#core.reap();
      slot = this.#submit(kind, flags, key, payload, options, send);
    }
    return slot !== NO_SLOT;
  }

  #submit(
    kind: number,
    flags: number,
    text: string,
    payload: unknown,
    options: ResolvedSendOptions,
    send?: PendingSend,
  ): number {
    const core = this.#core;
    if (!this.#hasTurn(kind, text)) return NO_SLOT;
    const key = core.interner.intern(text);
    if (key === undefined) return NO_SLOT;
    // A getter of the payload that is being sent may send too.
    const draft = core.outbox.isEncoding ? { ...this.#draft } : this.#draft;
    const link = core.links[key.shard] as ClientLink;
    draft.kind = kind;
    draft.flags = flags;
    draft.key = key;
    draft.link = link;
    draft.payload = payload;
    draft.encoded = send?.encoded;
    draft.id = options.id;
    draft.headers = options.headers;
    draft.corr = options.to === undefined ? 0 : options.to + 1;
    if (send?.encoded === undefined) this.#date(draft, send?.timeoutMs ?? options.timeout, options);
    else {
      draft.deadline = send.deadline;
      draft.expires = send.expires;
    }
    const slot = core.outbox.submit(draft);
    draft.payload = undefined;
    if (slot === NO_SLOT) return NO_SLOT;
    this.#accepted(kind, slot, link, send);
    core.outbox.published(link);
    return slot;
  }

  /** Nobody who waits goes first, and it is no event while those are held back. */
  #hasTurn(kind: number, key: string): boolean {
    const room = this.#room;
    const isEvent = kind === KIND.event;
    const isFirst = room.length === 0 || room.isServing || (!isEvent && room.mayPass(key));
    return isFirst && !(isEvent && isHeldBack(this.#core));
  }

  /** The clock stands still between turns of this thread: it is read for options with times, and once a batch. */
  #date(draft: Draft, timeoutMs: number | undefined, options: ResolvedSendOptions): void {
    if (draft.link.submit.pending === 0 || options !== NO_SEND_OPTIONS) this.#core.tick();
    draft.deadline =
      timeoutMs === undefined || draft.kind === KIND.event
        ? NO_DEADLINE
        : this.#deadline(timeoutMs);
    draft.expires = this.#deadline(options.ttl);
  }

  #accepted(kind: number, slot: number, link: ClientLink, send: PendingSend | undefined): void {
    const { slots, batches, counters } = this.#core;
    const batch = batches.current;
    slots.batches[slot] = batch;
    batch.addOne();
    if (send !== undefined) {
      slots.pending[slot] = send;
      send.slot = slot;
      send.link = link;
      send.encoded = undefined;
    }
    const { counts } = counters;
    counts.accepted += 1;
    if (kind === KIND.request) counts.requests += 1;
    else if (kind === KIND.notification) counts.notifications += 1;
    else {
      counts.events += 1;
      link.noteEvent();
    }
  }

  /** Absolute time of a duration from now; none for `Infinity`. */
  #deadline(durationMs: number): number {
    if (durationMs === Number.POSITIVE_INFINITY) return NO_DEADLINE;
    return timeAfter(this.#core.outbox.nowMs, durationMs) || 1;
  }

  #wait(send: PendingSend, payload: unknown): void {
    send.encoded = this.#core.outbox.encode(payload);
    // From the call on, not from when it finds room.
    this.#core.tick();
    if (send.kind !== KIND.event) send.deadline = this.#deadline(send.timeoutMs);
    send.expires = this.#deadline(send.options.ttl);
    const entry = {
      attempt: () => !send.isOpen || this.#place(send, undefined),
      done: () => this.#clearTimer(send),
      fail: (error: Error) => send.fail(error),
      isEvent: send.kind === KIND.event,
      isOver: () => !send.isOpen,
      key: send.key,
    };
    if (!this.#room.push(entry)) throw tooManyWaiters(this.#core.slots.count);
    this.#lookAgain();
    this.#core.counters.counts.full += 1;
    this.#core.shortage.noteNoRoom();
    const { ttl } = send.options;
    const limitMs = Math.min(send.timeoutMs, ttl);
    if (limitMs === Number.POSITIVE_INFINITY) return;
    send.timer = this.#environment.setTimer(() => {
      send.fail(ttl < send.timeoutMs ? expired(send) : noRoom(send));
      this.#room.serve();
    }, limitMs);
  }

  /** Events that are routed and stay where they are end the wait of those that are held back, and nothing comes of it. */
  #lookAgain(delayMs = LOOK_AGAIN_MS): void {
    if (this.#looking !== undefined || !isHeldBack(this.#core)) return;
    this.#looking = this.#environment.setTimer(() => {
      this.#looking = undefined;
      this.#room.serve();
      if (this.#room.length > 0) this.#lookAgain(Math.min(delayMs * 2, LOOK_AGAIN_MAX_MS));
    }, delayMs);
  }

  #endWaiting(error: Error): void {
    if (this.#looking !== undefined) this.#environment.clearTimer(this.#looking);
    this.#looking = undefined;
    this.#room.failAll(error);
  }

  #clearTimer(send: PendingSend): void {
    if (send.timer !== undefined) this.#environment.clearTimer(send.timer);
    send.timer = undefined;
  }

  #abort(send: PendingSend, reason: unknown): void {
    if (!send.isOpen) return;
    const { link, slot } = send;
    send.abort(reason);
    // Who waits for room leaves the queue: what stands behind it may be smaller.
    if (link === undefined) this.#room.serve();
    else if (this.#core.slots.pending[slot] === send) this.#core.cancel(link, slot);
  }
}

function flagsOf(kind: number, options: ResolvedSendOptions): number {
  if (kind === KIND.event) return options.to === undefined ? FLAG_EARLY : 0;
  return kind === KIND.request && options.timeout === undefined ? FLAG_NO_TIMEOUT : 0;
}

function expired({ kind, key }: PendingSend): BusError {
  const nothing = { timeoutMs: 0, reason: undefined, delivered: 0, failed: [] };
  return statusError(STATUS.expired, { kind, key, ...nothing });
}

function noRoom(send: PendingSend): BusError {
  return new BusError(
    'ERR_BUS_FULL',
    `No room for the message to '${send.key}' within ${send.timeoutMs} ms; nothing was sent. ` +
      'Send more slowly, or raise the options slots or heapBytes.',
    { details: { routingKey: send.key, timeout: send.timeoutMs } },
  );
}

function tooManyWaiters(limit: number): BusError {
  return new BusError(
    'ERR_BUS_FULL',
    `More than ${limit} calls wait for room (as many as there are slots); nothing was sent. ` +
      'Await earlier calls, or raise the option slots.',
    { details: { limit, option: 'slots' } },
  );
}
