/** The endpoints and subscriptions of one client: each is installed here before any shard may send to it. */

import type { ClientSettings, ControlPlane, SubscriptionRequest } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import { kindOf } from '../message/text.ts';
import type {
  EndpointOptions,
  OnceOptions,
  ResolvedEndpointOptions,
  ResolvedSubscribeOptions,
  SubscribeOptions,
} from '../options.ts';
import { resolveEndpointOptions, resolveOnceSignal, resolveSubscribeOptions } from '../options.ts';
import type { EventHub } from './bus-events.ts';
import type { ClientCore } from './client-core.ts';
import { checkHandler, EndpointReceiver, type Handler } from './endpoint.ts';
import { ClientEndpoint, type Endpoint } from './endpoint-handle.ts';
import { endpointSpec } from './endpoint-spec.ts';
import type { EventMessage } from './message.ts';
import { patternText } from './route-handle.ts';
import { ClientSubscription, type Subscription } from './subscription.ts';
import type { EventHandler } from './subscription-callbacks.ts';
import { SubscriptionReceiver } from './subscription-receiver.ts';
import { UnheardErrors } from './unheard-errors.ts';

/** Handed over beyond the handlers that run, so that the next one need not be waited for. */
export const AHEAD = 64;
/** Loans of a plain subscription in all shards: they end as soon as the event is copied. */
const PLAIN_WINDOW = 512;

export interface RegistrationParts {
  readonly core: ClientCore;
  readonly plane: ControlPlane;
  readonly settings: ClientSettings;
  readonly events: EventHub;
  /** Who waits for events, or what is registered, has changed. */
  readonly onWaiting: () => void;
  /** What calls are refused with, once there is an end. */
  readonly refusal: () => Error;
}

export class Registrations {
  readonly #parts: RegistrationParts;
  readonly #endpoints = new Set<EndpointReceiver>();
  readonly #keepAlive = new Set<EndpointReceiver>();
  readonly #subscriptions = new Set<SubscriptionReceiver>();
  /** Stops listening to the signal of a subscription. */
  readonly #listening = new Set<() => void>();
  #closed = false;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  get endpointCount(): number {
    return this.#endpoints.size;
  }

  get subscriptionCount(): number {
    return this.#subscriptions.size;
  }

  /** Endpoints that hold the process by themselves. */
  get keepAliveCount(): number {
    return this.#keepAlive.size;
  }

  /** Deliveries that handlers of this thread hold. */
  get held(): number {
    let held = 0;
    for (const endpoint of this.#endpoints) held += endpoint.held;
    for (const subscription of this.#subscriptions) held += subscription.held;
    return held;
  }

  /** Consumers that wait for an event. */
  get waiting(): number {
    let waiting = 0;
    for (const subscription of this.#subscriptions) waiting += subscription.waiting;
    return waiting;
  }

  async addEndpoint(id: string, handler: Handler, options?: EndpointOptions): Promise<Endpoint> {
    checkHandler(handler, 'registerEndpoint');
    const resolved = resolveEndpointOptions(options);
    const { core, onWaiting, plane, settings } = this.#parts;
    const target = await plane.allocateTarget(core.id);
    const receiver = new EndpointReceiver(id, handler, resolved, core.receiverParts);
    core.install(target, receiver);
    this.#endpoints.add(receiver);
    const window = Math.min(settings.maxConcurrentDeliveries, resolved.concurrency + AHEAD);
    const spec = endpointSpec(id, window, resolved);
    await this.#orForget(target, plane.registerEndpoint(core.id, target, spec), () => {
      this.#endpoints.delete(receiver);
    });
    if (resolved.keepAlive && !this.#closed) this.#keepAlive.add(receiver);
    onWaiting();
    const remove = (): Promise<void> => this.#removeEndpoint(target, receiver);
    return new ClientEndpoint(id, remove, () => this.#drainEndpoint(target));
  }

  /** This thread is one of a pool's: it runs what the pool gets with the pool's own options, which are checked. */
  async joinPool(
    pool: string,
    handler: Handler,
    options: ResolvedEndpointOptions,
  ): Promise<Endpoint> {
    const { core, onWaiting, plane } = this.#parts;
    const target = await plane.allocateTarget(core.id);
    const receiver = new EndpointReceiver(pool, handler, options, core.receiverParts);
    core.install(target, receiver);
    this.#endpoints.add(receiver);
    await this.#orForget(target, plane.joinPool(core.id, target, pool), () => {
      this.#endpoints.delete(receiver);
    });
    onWaiting();
    // A thread leaves its pool by ending; the pool as a whole is drained on main.
    const remove = (): Promise<void> => this.#removeEndpoint(target, receiver);
    return new ClientEndpoint(pool, remove, remove);
  }

  async addSubscription(
    pattern: string | RegExp,
    handlerOrOptions?: EventHandler | SubscribeOptions,
    maybeOptions?: SubscribeOptions,
  ): Promise<Subscription> {
    const hasHandler = typeof handlerOrOptions === 'function';
    if (!hasHandler) checkNoHandler(handlerOrOptions, maybeOptions);
    const handler = hasHandler ? handlerOrOptions : undefined;
    const given = hasHandler ? maybeOptions : handlerOrOptions;
    const options = resolveSubscribeOptions(given);
    if (options.signal?.aborted) throw abortedBy(options.signal);
    const { core, plane, onWaiting } = this.#parts;
    const { pattern: text, match } = patternText(pattern, options.match);
    const target = await plane.allocateTarget(core.id);
    const id = `${core.id}:${target}`;
    const receiver = this.#receiver(id, text, target, options, handler);
    core.install(target, receiver);
    this.#subscriptions.add(receiver);
    const request = {
      id,
      pattern: text,
      match,
      ...(options.group === undefined ? {} : { group: options.group }),
      ...(options.ack ? { retry: options.retry } : {}),
      ...windowOf(options, core.slots.count, core.links.length),
    };
    await this.#orForget(target, plane.subscribe(core.id, target, request), () => {
      this.#subscriptions.delete(receiver);
    });
    const subscription = new ClientSubscription({
      id,
      pattern: text,
      receiver,
      hasCallback: hasHandler,
      onWaiting,
      remove: () => this.#removeSubscription(target, receiver, stopListening),
    });
    const onAbort = (): void => void subscription.unsubscribe().catch(() => {});
    const stopListening = (): void => {
      options.signal?.removeEventListener('abort', onAbort);
      this.#listening.delete(stopListening);
    };
    if (options.signal) this.#listening.add(stopListening);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) {
      // While it was being made: the listener came too late for that.
      await subscription.unsubscribe();
      throw abortedBy(options.signal);
    }
    return subscription;
  }

  async once(pattern: string | RegExp, options?: OnceOptions): Promise<EventMessage> {
    const signal = resolveOnceSignal(options);
    const subscription = await this.addSubscription(pattern, {
      capacity: 1,
      overflow: 'drop-newest',
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const next = await subscription[Symbol.asyncIterator]().next();
      if (next.done !== true) return next.value;
      throw signal?.aborted ? abortedBy(signal) : this.#parts.refusal();
    } finally {
      if (!this.#closed) await subscription.unsubscribe();
    }
  }

  /** Ends all subscriptions and endpoints of this thread without asking main: the client is leaving. */
  closeAll(): void {
    this.#closed = true;
    for (const stopListening of this.#listening) stopListening();
    for (const subscription of this.#subscriptions) subscription.close();
    for (const endpoint of this.#endpoints) endpoint.abandon();
    this.#subscriptions.clear();
    this.#endpoints.clear();
    this.#keepAlive.clear();
  }

  #receiver(
    id: string,
    pattern: string,
    target: number,
    options: ResolvedSubscribeOptions,
    handler: EventHandler | undefined,
  ): SubscriptionReceiver {
    const { core, events } = this.#parts;
    const dropped = (): number => {
      let sum = 0;
      for (const link of core.links) sum = (sum + link.droppedFor(target)) | 0;
      return sum;
    };
    const { now } = core.receiverParts.environment;
    const unheard = new UnheardErrors(() => events.logger, now);
    // Target numbers are used again; what was dropped for the one before does not count here.
    const before = dropped();
    return new SubscriptionReceiver(options, core.receiverParts, {
      handler,
      droppedByShards: () => (dropped() - before) | 0,
      keptBy: (shard) => core.links[shard]?.keptFor(target) ?? 0,
      onSlow: (queued, missed) => {
        events.emit('slowSubscriber', { subscription: id, pattern, queued, missed });
      },
      onError: (error, event) => {
        const { routingKey } = event;
        const failure = { subscription: id, pattern, routingKey, error };
        if (events.has('handlerError')) events.emit('handlerError', failure);
        else unheard.note(failure);
      },
    });
  }

  async #orForget(target: number, done: Promise<void>, forget: () => void): Promise<void> {
    const { core, plane } = this.#parts;
    try {
      await done;
    } catch (error) {
      core.uninstall(target);
      forget();
      await plane.releaseTarget(target).catch(() => {});
      throw error;
    }
  }

  async #drainEndpoint(target: number): Promise<void> {
    if (!this.#closed) await this.#parts.plane.drainEndpoint(target);
  }

  async #removeEndpoint(target: number, receiver: EndpointReceiver): Promise<void> {
    const { core, onWaiting, plane } = this.#parts;
    if (!this.#closed) await plane.closeEndpoint(target);
    await receiver.close();
    this.#endpoints.delete(receiver);
    this.#keepAlive.delete(receiver);
    // Nothing wakes the loop for this: it would go on holding the process.
    onWaiting();
    if (this.#closed) return;
    core.pollAll();
    core.uninstall(target);
    await plane.releaseTarget(target);
  }

  async #removeSubscription(
    target: number,
    receiver: SubscriptionReceiver,
    stopListening: () => void,
  ): Promise<void> {
    const { core, onWaiting, plane } = this.#parts;
    stopListening();
    this.#subscriptions.delete(receiver);
    onWaiting();
    if (this.#closed) return;
    await plane.unsubscribe(target);
    core.pollAll();
    core.uninstall(target);
    await plane.releaseTarget(target);
  }
}

type SubscriptionWindow = Pick<SubscriptionRequest, 'window' | 'whenFull' | 'waiting' | 'bound'>;

/**
 * How many loans a shard may have out to it, how many more events may wait there, and what it does beyond. The loans of
 * all shards together stay within the bound, so that a queue that is empty can take what is in the rings.
 */
function windowOf(
  options: ResolvedSubscribeOptions,
  slots: number,
  shards: number,
): SubscriptionWindow {
  const { ack, capacity, capacityBytes, concurrency, group, lease, overflow } = options;
  const bound = { events: capacity, bytes: capacityBytes };
  // What is leased holds at most half of a client's slots.
  const leased = Math.max(1, Math.floor(slots / 2 / shards));
  if (overflow === 'block') return { window: capacity, whenFull: 'park', bound };
  if (overflow === 'error') {
    return { window: lease ? Math.min(capacity, leased) : capacity, whenFull: 'error', bound };
  }
  if ((ack || group !== undefined) && !lease) {
    // More than its queue takes, so that the bound acts there.
    const window = Math.min(capacity + concurrency + AHEAD, leased);
    return { window, waiting: capacity, whenFull: overflow, bound };
  }
  if (lease) {
    // On loan as long as it is in the queue.
    const most = overflow === 'drop-oldest' ? Math.max(1, Math.floor(leased / 2)) : leased;
    const window = Math.min(capacity, most);
    return { window, whenFull: overflow, ...(group === undefined ? {} : { bound }) };
  }
  const copied = Math.max(1, Math.floor(Math.min(capacity, PLAIN_WINDOW) / shards));
  return { window: copied, waiting: capacity, whenFull: overflow };
}

/** Without a handler `given` is the options, and nothing comes after them. */
function checkNoHandler(given: unknown, after: unknown): void {
  if (after !== undefined) checkHandler(given, 'subscribe');
  if (given === undefined || (typeof given === 'object' && given !== null)) return;
  const expected = 'a handler function or an options object';
  const got = kindOf(given);
  throw new BusError(
    'ERR_BUS_CONFIG',
    `subscribe: expected ${expected} after the pattern, got ${got}.`,
    { details: { option: 'handler', expected, got } },
  );
}

function abortedBy(signal: AbortSignal): BusError {
  return new BusError('ERR_BUS_ABORTED', 'The wait was aborted by its signal.', {
    cause: signal.reason,
  });
}
