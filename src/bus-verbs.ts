/** The verbs that a bus has on every thread, as its users see them. What they do is the client half's business. */
import type { BusClient } from './client/bus-client.ts';
import type { BusEvents } from './client/bus-events.ts';
import type { DeadLetterVerbs } from './client/dead-letter-verbs.ts';
import type { Endpoint } from './client/endpoint-handle.ts';
import type { MessageEnvelope } from './client/envelope.ts';
import type { EventMessage } from './client/message.ts';
import type { Route } from './client/route-handle.ts';
import type { TryResult } from './client/sender.ts';
import type { Subscription } from './client/subscription.ts';
import type { EndpointRecord, Explanation } from './control/plane.ts';
import type { EventHandler, MessageHandler } from './handler.ts';
import type { BusHealth } from './metrics/bus-health.ts';
import type { BusMetrics } from './metrics/bus-metrics.ts';
import type {
  EndpointOptions,
  EndpointQuery,
  OnceOptions,
  RequestOptions,
  RouteEntry,
  RouteOptions,
  SendOptions,
  SubscribeOptions,
} from './options.ts';

/** Every promise verb rejects with a `BusError` and never throws; `try…` verbs throw only for misuse. */
export interface BusVerbs {
  readonly endpoints: {
    /** Endpoints of the whole bus that match all that is given, in order of registration. */
    find(query?: EndpointQuery): Promise<readonly EndpointRecord[]>;
  };
  /** Messages that were given up. Kept on the main thread; every thread can ask. */
  readonly deadLetters: DeadLetterVerbs;
  /** Number of the shard that routes this key, 0 … shards − 1. Throws `ERR_BUS_INVALID_MESSAGE` for a bad key. */
  shardOf(key: string): number;
  /** The best candidate's reply. */
  request<Reply = unknown>(
    key: string,
    payload?: unknown,
    options?: RequestOptions,
  ): Promise<Reply>;
  /** Resolves when every matching endpoint has acknowledged, once each. */
  notify(key: string, payload?: unknown, options?: SendOptions): Promise<{ delivered: number }>;
  /** Resolves when routed: how many subscriptions took it. */
  publish(key: string, payload?: unknown, options?: SendOptions): Promise<number>;
  tryPublish(key: string, payload?: unknown, options?: SendOptions): TryResult;
  tryNotify(key: string, payload?: unknown, options?: SendOptions): TryResult;
  /** Resolves when there is room for a message again. */
  writable(): Promise<void>;
  /** Resolves when all that this client had accepted is settled: of an event that is its routing, not its callbacks. */
  flush(): Promise<void>;
  /** One verb for all kinds; returns what the kind's own verb returns. */
  routeMessage<Result = unknown>(envelope: MessageEnvelope): Promise<Result>;
  registerEndpoint<Payload = unknown, Reply = unknown>(
    id: string,
    handler: MessageHandler<Payload, Reply>,
    options?: EndpointOptions,
  ): Promise<Endpoint>;
  registerRoute(pattern: string | RegExp, endpoint: string, options?: RouteOptions): Promise<Route>;
  /** All or nothing, as one change of the table. */
  registerRoutes(entries: Iterable<RouteEntry>): Promise<Route[]>;
  /** False when there is no such route. */
  removeRoute(
    pattern: string | RegExp,
    endpoint: string,
    options?: Pick<RouteOptions, 'match'>,
  ): Promise<boolean>;
  /** The route that a request for this key would try first, whatever the state of its endpoint. Takes no turn. */
  findRoute(key: string): Promise<Route | undefined>;
  /** All routes that match, in the order of choice: by priority, exact before pattern, the older first. */
  findAllRoutes(key: string): Promise<Route[]>;
  /** What a message with this key would lead to now, and why. Takes no turn. */
  explain(key: string): Promise<Explanation>;
  /**
   * The endpoint takes no new messages: requests go on to the next candidate, or fail `ERR_BUS_ENDPOINT_UNAVAILABLE`;
   * for notifications it is one that failed. What was handed to it goes on. Rejects `ERR_BUS_ENDPOINT_NOT_FOUND`.
   */
  isolate(endpoint: string): Promise<void>;
  /** Ends an `isolate`. */
  restore(endpoint: string): Promise<void>;
  subscribe<Payload = unknown>(
    pattern: string | RegExp,
    options?: SubscribeOptions,
  ): Promise<Subscription<Payload>>;
  subscribe<Payload = unknown>(
    pattern: string | RegExp,
    handler: EventHandler<Payload>,
    options?: SubscribeOptions,
  ): Promise<Subscription<Payload>>;
  /** The next event of the pattern. */
  once<Payload = unknown>(
    pattern: string | RegExp,
    options?: OnceOptions,
  ): Promise<EventMessage<Payload>>;
  on<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): this;
  off<Name extends keyof BusEvents>(name: Name, listener: (event: BusEvents[Name]) => void): this;
  /** Holds the process while endpoints or subscriptions are registered; the default on connected threads. */
  ref(): void;
  /** Only work under way holds the process, whatever `keepAlive` says. */
  unref(): void;
  metrics(): Promise<BusMetrics>;
  health(): Promise<BusHealth>;
}

const VERBS = [
  'shardOf',
  'request',
  'notify',
  'publish',
  'tryPublish',
  'tryNotify',
  'writable',
  'flush',
  'routeMessage',
  'registerEndpoint',
  'subscribe',
  'once',
  'ref',
  'unref',
  'metrics',
  'health',
] as const;

const ROUTE_VERBS = [
  'registerRoute',
  'registerRoutes',
  'removeRoute',
  'findRoute',
  'findAllRoutes',
  'explain',
  'isolate',
  'restore',
] as const;

/** The verbs of a client, as functions that need no `this`. */
export function verbsOf(client: BusClient): BusVerbs {
  const verbs: Record<string, unknown> = {
    endpoints: client.endpoints,
    deadLetters: client.deadLetters,
  };
  for (const name of VERBS) verbs[name] = client[name].bind(client);
  for (const name of ROUTE_VERBS) verbs[name] = client.routes[name].bind(client.routes);
  verbs['on'] = function on(this: unknown, name: keyof BusEvents, listener: () => void) {
    client.on(name, listener);
    return this;
  };
  verbs['off'] = function off(this: unknown, name: keyof BusEvents, listener: () => void) {
    client.off(name, listener);
    return this;
  };
  return verbs as unknown as BusVerbs;
}
