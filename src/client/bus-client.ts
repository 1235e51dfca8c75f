/**
 * The bus as one thread has it: every verb of the public interface but those that start threads. The main thread's and
 * a worker's differ in the control plane behind it and in what holds the process.
 */
import { busClock } from '../control/bus-clock.ts';
import type { ClientBoot, ControlPlane, PeerNews } from '../control/plane.ts';
import { BUS_STATE } from '../memory/control-words.ts';
import { hashKey, validateKey } from '../message/key.ts';
import { KIND } from '../message/kinds.ts';
import type { CodecLayer } from '../message/module-codec.ts';
import type {
  EndpointOptions,
  EndpointQuery,
  Logger,
  OnceOptions,
  RequestOptions,
  ResolvedEndpointOptions,
  SendOptions,
  SubscribeOptions,
} from '../options.ts';
import { NO_SEND_OPTIONS, resolveEndpointQuery, resolveSendOptions } from '../options.ts';
import { type BusEvents, EventHub } from './bus-events.ts';
import { ClientCore } from './client-core.ts';
import type { ClientEnvironment } from './clock.ts';
import { answerByCorrelation } from './correlation.ts';
import { DeadLetterDesk, type DeadLetterHome } from './dead-letter-desk.ts';
import { type DeadLetterVerbs, deadLetterVerbs } from './dead-letter-verbs.ts';
import { type DrainedWork, drain, LEFT_BEHIND_GRACE_MS } from './drain.ts';
import type { Handler } from './endpoint.ts';
import type { Endpoint } from './endpoint-handle.ts';
import { checkEnvelope, type MessageEnvelope } from './envelope.ts';
import { EventLoop } from './event-loop.ts';
import { holdsIdle } from './holds-idle.ts';
import type { EventMessage } from './message.ts';
import { Registrations } from './registrations.ts';
import { requestWithReplyTo } from './request-with-reply-to.ts';
import { RouteVerbs } from './route-verbs.ts';
import { Sender, type TryResult } from './sender.ts';
import type { Subscription } from './subscription.ts';
import type { EventHandler } from './subscription-callbacks.ts';
import { Undeliverable } from './undeliverable.ts';

export interface BusClientEnvironment {
  readonly isMain: boolean;
  /** After every turn of this client's loop. */
  readonly onWake?: () => void;
  /** The next thing that this client is told of the others, without waiting. */
  readonly takeNews: () => PeerNews | undefined;
  readonly logger: Logger;
  /** Endpoints and subscriptions alone hold the process too. */
  readonly keepAlive?: boolean;
  /** Unless the bus's codec is `'auto'`. */
  readonly codec: CodecLayer | undefined;
  /** Main's own client keeps what could not be delivered. */
  readonly deadLetters?: DeadLetterHome | undefined;
}

export interface ClientCloseOptions {
  readonly drain: boolean;
  /** Ms. */
  readonly timeout: number;
  readonly graceMs?: number;
}

export class BusClient {
  readonly endpoints: {
    find(query?: EndpointQuery): Promise<unknown>;
  };
  readonly deadLetters: DeadLetterVerbs;
  readonly routes: RouteVerbs;
  readonly deadLetterDesk: DeadLetterDesk | undefined;
  readonly #core: ClientCore;
  readonly #plane: ControlPlane;
  readonly #sender: Sender;
  readonly #loop: EventLoop;
  readonly #events: EventHub;
  readonly #undeliverable: Undeliverable;
  readonly #registrations: Registrations;
  readonly #environment: BusClientEnvironment;
  #busState: number = BUS_STATE.open;
  #refs: boolean | undefined;
  #toldClosed = false;
  #closing: Promise<{ settled: number; abandoned: number }> | undefined;

  constructor(boot: ClientBoot, plane: ControlPlane, environment: BusClientEnvironment) {
    const services = threadServices(boot.originMs, () => this.#loop.hold());
    this.#plane = plane;
    this.#environment = environment;
    this.#refs = !environment.isMain || environment.keepAlive || undefined;
    this.#events = new EventHub(() => environment.logger);
    this.#core = new ClientCore(boot, services, {
      takeNews: environment.takeNews,
      onUnclaimed: (outcome) => this.#undeliverable.note(outcome),
      onRoom: () => this.#sender.serveRoom(),
      codec: environment.codec,
    });
    this.#undeliverable = new Undeliverable(this.#core, this.#events, services.now);
    this.#sender = new Sender(this.#core, services, boot.settings.correlationTimeoutMs);
    this.#loop = new EventLoop(this.#core, {
      onTurn: () => this.#onTurn(),
      mustHold: () => this.#mustHold(),
    });
    this.#registrations = new Registrations({
      core: this.#core,
      plane,
      settings: boot.settings,
      events: this.#events,
      onWaiting: () => this.#loop.hold(),
      refusal: () => this.#sender.refusal(),
    });
    this.endpoints = {
      find: async (query) => {
        this.#sender.checkOpen();
        return plane.findEndpoints(resolveEndpointQuery(query));
      },
    };
    this.deadLetters = deadLetterVerbs(plane, () => this.#sender.checkOpen());
    const { deadLetters } = environment;
    if (deadLetters !== undefined) {
      this.deadLetterDesk = new DeadLetterDesk(this.#core, this.#sender, deadLetters, (letter) =>
        this.#events.emit('deadLetter', letter),
      );
    }
    this.routes = new RouteVerbs(this.#core, plane, () => this.#sender.checkOpen());
    this.#loop.start();
    this.#loop.hold();
  }

  /** What `ctx.bus` gives handlers. */
  set handlerBus(bus: unknown) {
    this.#core.receiverParts.home.bus = bus;
  }

  /** Messages of this client that are not released, and calls that are open. */
  get outstanding(): number {
    return this.#core.outstanding + this.#sender.open;
  }

  /** What closing waits for: messages and calls that are not settled, replies, events that callbacks are to get. */
  get wanted(): number {
    const { counters, leftBehind } = this.#core;
    return this.outstanding - leftBehind + counters.counts.callbacks;
  }

  /** For tests and leak checks. */
  get core(): ClientCore {
    return this.#core;
  }

  /** Number of the shard that routes this key. */
  shardOf(key: string): number {
    validateKey(key);
    return (hashKey(key) >>> 0) % this.#core.links.length;
  }

  async request(key: string, payload?: unknown, options?: RequestOptions): Promise<unknown> {
    const resolved = resolveSendOptions(options, 'request');
    const done = await this.#sender.send(KIND.request, key, payload, resolved).promise;
    if (done.failed) throw done.toError();
    return done.value;
  }

  async notify(
    key: string,
    payload?: unknown,
    options?: SendOptions,
  ): Promise<{ delivered: number }> {
    const resolved = resolveSendOptions(options, 'notify');
    const done = await this.#sender.send(KIND.notification, key, payload, resolved).promise;
    if (done.failed) throw done.toError();
    return done.value as { delivered: number };
  }

  async publish(key: string, payload?: unknown, options?: SendOptions): Promise<number> {
    const resolved = resolveSendOptions(options, 'publish');
    const done = await this.#sender.send(KIND.event, key, payload, resolved).promise;
    if (done.failed) throw done.toError();
    return done.value as number;
  }

  tryPublish(key: string, payload?: unknown, options?: SendOptions): TryResult {
    const resolved =
      options === undefined ? NO_SEND_OPTIONS : resolveSendOptions(options, 'tryPublish');
    return this.#sender.trySend(KIND.event, key, payload, resolved);
  }

  tryNotify(key: string, payload?: unknown, options?: SendOptions): TryResult {
    const resolved =
      options === undefined ? NO_SEND_OPTIONS : resolveSendOptions(options, 'tryNotify');
    return this.#sender.trySend(KIND.notification, key, payload, resolved);
  }

  async writable(): Promise<void> {
    await this.#sender.writable();
  }

  async flush(): Promise<void> {
    this.#core.flushAll();
    await this.#core.batches.flush();
  }

  async routeMessage(envelope: MessageEnvelope): Promise<unknown> {
    this.#sender.checkOpen();
    const checked = checkEnvelope(envelope);
    const { routingKey, payload, options } = checked;
    switch (checked.kind) {
      case 'request': {
        const { replyTo } = checked;
        if (replyTo === undefined) return this.request(routingKey, payload, options);
        return requestWithReplyTo(this.#core.peers, this.#sender, { ...checked, replyTo });
      }
      case 'notification':
        return this.notify(routingKey, payload, options);
      case 'event':
        return this.publish(routingKey, payload, options);
      case 'response':
        return answerByCorrelation(this.#core, checked.correlationId, payload);
    }
  }

  async registerEndpoint(
    id: string,
    handler: Handler,
    options?: EndpointOptions,
  ): Promise<Endpoint> {
    this.#sender.checkOpen();
    return this.#registrations.addEndpoint(id, handler, options);
  }

  /** See `Registrations.joinPool`. */
  joinPool(pool: string, handler: Handler, options: ResolvedEndpointOptions): Promise<Endpoint> {
    return this.#registrations.joinPool(pool, handler, options);
  }

  async subscribe(
    pattern: string | RegExp,
    handler?: EventHandler | SubscribeOptions,
    options?: SubscribeOptions,
  ): Promise<Subscription> {
    this.#sender.checkOpen();
    return this.#registrations.addSubscription(pattern, handler, options);
  }

  /** The next event of the pattern; rejects when the signal aborts. */
  async once(pattern: string | RegExp, options?: OnceOptions): Promise<EventMessage> {
    this.#sender.checkOpen();
    return this.#registrations.once(pattern, options);
  }

  on<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): this {
    this.#events.on(name, listener);
    return this;
  }

  off<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): this {
    this.#events.off(name, listener);
    return this;
  }

  /** Holds the process while something is registered (a connected thread, where it is the default: always). */
  ref(): void {
    this.#refs = true;
    this.#loop.hold();
  }

  unref(): void {
    this.#refs = false;
    this.#loop.hold();
  }

  async metrics(): Promise<unknown> {
    this.#core.publishCounters();
    return this.#plane.metrics();
  }

  async health(): Promise<unknown> {
    return this.#plane.health();
  }

  /**
   * Ends this client: no new calls, a bounded wait for what is under way, then everything open is failed. Handlers that
   * nobody waits for are given `graceMs` of the time.
   */
  close(options: ClientCloseOptions): Promise<{ settled: number; abandoned: number }> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  /** No new calls; what is under way goes on, and handlers still run. */
  refuseCalls(): void {
    if (this.#busState === BUS_STATE.open) this.#sender.stop(BUS_STATE.closing);
  }

  /** The bus has ended with `error`: nothing will settle any more. */
  fail(error: Error): void {
    if (this.#busState === BUS_STATE.fatal) return;
    this.#busState = BUS_STATE.fatal;
    this.#sender.stop(BUS_STATE.fatal, error);
    this.#sender.failAll(error);
    this.#registrations.closeAll();
    this.#tellClosed('fatal');
    this.#loop.hold();
  }

  async #close({ drain: drains, timeout, graceMs }: ClientCloseOptions): Promise<{
    settled: number;
    abandoned: number;
  }> {
    const { counts } = this.#core.counters;
    const before = counts.settled;
    if (!this.#environment.isMain && this.#busState === BUS_STATE.open) this.#sender.leave();
    this.#sender.stop(BUS_STATE.closing);
    if (drains) {
      this.#core.flushAll();
      await drain(this.#work(), timeout, graceMs ?? LEFT_BEHIND_GRACE_MS);
    }
    // What callbacks will not get was settled when it was routed, and is lost all the same.
    const abandoned = counts.accepted - counts.settled + counts.callbacks;
    const settled = counts.settled - before;
    this.#sender.endWith('closed');
    this.#registrations.closeAll();
    this.deadLetterDesk?.close();
    this.#core.poll();
    this.#core.publishCounters();
    this.#loop.stop();
    this.#loop.hold();
    this.#tellClosed('closed');
    this.#events.clear();
    return { settled, abandoned };
  }

  #work(): DrainedWork {
    return {
      wanted: () => this.wanted + this.#core.wantedLoans,
      leftBehind: () => this.outstanding + this.#registrations.held,
      isOver: () => this.#busState >= BUS_STATE.closed,
    };
  }

  /** Tells the listeners on this thread. */
  emit<Name extends keyof BusEvents>(name: Name, event: BusEvents[Name]): void {
    this.#events.emit(name, event);
  }

  /** Once: a bus that failed is closed later all the same. */
  #tellClosed(reason: string): void {
    if (this.#toldClosed) return;
    this.#toldClosed = true;
    this.#events.emit('close', { reason });
  }

  #onTurn(): void {
    this.#environment.onWake?.();
    const state = this.#core.busState;
    if (state !== this.#busState && state > this.#busState) this.#noteBusState(state);
  }

  /** Main changed the state of the bus: connected threads follow. */
  #noteBusState(state: number): void {
    if (this.#environment.isMain) return;
    this.#busState = state;
    this.#sender.stop(state);
    if (state >= BUS_STATE.closed) {
      this.#sender.endWith(state === BUS_STATE.fatal ? 'fatal' : 'closed');
      this.#registrations.closeAll();
      this.#tellClosed(state === BUS_STATE.fatal ? 'fatal' : 'closed');
    }
    if (state >= BUS_STATE.closed) this.#refs = false;
    this.#loop.hold();
  }

  #mustHold(): boolean {
    // Of a bus that has ended nothing is settled or released any more, not even a reply that comes now.
    if (this.#busState >= BUS_STATE.closed) return false;
    return (
      holdsIdle(this.#refs, this.#environment.isMain, this.#registrations) ||
      this.outstanding > 0 ||
      this.#registrations.waiting > 0
    );
  }
}

function threadServices(originMs: number, onFlushed: () => void): ClientEnvironment {
  return {
    now: busClock(originMs),
    enqueueMicrotask: (task) =>
      queueMicrotask(() => {
        task();
        onFlushed();
      }),
    setTimer: (task, delayMs) => setTimeout(task, delayMs).unref(),
    clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}
