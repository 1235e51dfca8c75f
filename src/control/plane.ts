/**
 * What a client asks of main: a plain async interface. On the main thread it is called directly; client workers call
 * it through the control door. Arguments and results survive structured clone. Every call resolves only when all
 * shards concerned have applied it, and rejects with a BusError.
 */
import type { ClientHandle } from '../memory/client-memory.ts';
import type { ControlHandle } from '../memory/control-words.ts';
import type { LinkHandle } from '../memory/link-memory.ts';
import type { ShardHandle } from '../memory/shard-memory.ts';
import type { DeadLetterFilter, DeadLetterPage } from '../message/dead-letter.ts';
import type { ClockOrigin } from './bus-clock.ts';
import type {
  Balance,
  BreakerSpec,
  ExplainQuery,
  FullPolicy,
  Ineligible,
  Matching,
  RetrySpec,
} from './commands.ts';

export interface EndpointSpec {
  readonly id: string;
  readonly service?: string;
  readonly version?: string;
  readonly tags: readonly string[];
  /** Deliveries that may be handed over and not acknowledged, whole bus. */
  readonly window: number;
  /** Handlers at once in the whole bus. Absent: `window`. */
  readonly concurrency?: number;
  /** Messages accepted beyond `concurrency` and not started. Absent: no limit. */
  readonly queueLimit?: number;
  /** Absent: a failure is final. */
  readonly retry?: RetrySpec;
  /** Deaths of the handling thread after which a message is given up. Absent: 3. */
  readonly maxDeaths?: number;
  /** See `TargetSpec`. */
  readonly ordered?: boolean;
  readonly redeliver?: boolean;
  /** Absent: none. */
  readonly breaker?: BreakerSpec;
  /** Ms for which the id of a handled notification is known, above 0. Absent: not at all. */
  readonly dedupeWindow?: number;
  /** Of a pool: handlers at once on each of its threads; `concurrency` is that of all of them. */
  readonly threadConcurrency?: number;
}

export interface SubscriptionRequest {
  readonly id: string;
  readonly pattern: string;
  /** `'auto'`: exact unless the pattern has one of `* ? [`. */
  readonly match: Matching | 'auto';
  readonly window: number;
  readonly whenFull: FullPolicy;
  /** See `TargetSpec.waiting`. */
  readonly waiting?: number;
  /** See `TargetSpec.bound`. */
  readonly bound?: { readonly events: number; readonly bytes: number };
  /** Name of the group that it is a member of. */
  readonly group?: string;
  /** Of one with `ack`. */
  readonly retry?: RetrySpec;
}

export interface RouteRequest {
  readonly pattern: string;
  readonly match: Matching | 'auto';
  readonly endpoint: string;
  readonly priority: number;
  readonly balance: Balance;
  readonly weight: number;
  readonly hashHeader?: string;
  /** Ms, of requests through it that bring none of their own. Absent: the bus's. */
  readonly timeout?: number;
  /** Absent: false. */
  readonly spill?: boolean;
  /** Absent: true. */
  readonly failover?: boolean;
}

/** A route in force. */
export interface RouteRecord extends RouteRequest {
  readonly match: Matching;
  readonly id: number;
  /** Epoch ms. */
  readonly createdAt: number;
}

export interface EndpointRecord {
  readonly id: string;
  readonly service?: string;
  readonly version?: string;
  readonly tags: readonly string[];
  readonly threadId: number;
  readonly state: 'active' | 'draining' | 'isolated' | 'closed';
  readonly health: 'healthy' | 'unhealthy';
}

/** What a key leads to right now; nothing of it is held, and no turn of a balance set is taken. */
export interface Explanation {
  readonly key: string;
  /** Number of the shard that routes the key. */
  readonly shard: number;
  /** Of that shard's route table: another number after each change of it. */
  readonly generation: number;
  /** The shard has this thread's key and what it leads to at hand: no pattern is matched for the next message. */
  readonly cached: boolean;
  /** All routes that match, in the order of choice. */
  readonly routes: readonly ExplainedRoute[];
  /** The endpoint that a request would be handed to now; null: it would wait or be refused. */
  readonly request: string | null;
  /** Endpoints that a notification would go to. */
  readonly notification: readonly string[];
  readonly subscriptions: readonly {
    readonly id: string;
    readonly pattern: string;
    readonly group?: string;
  }[];
}

export interface ExplainedRoute {
  readonly pattern: string;
  readonly match: Matching;
  readonly priority: number;
  readonly endpoint: string;
  /** Number of the registration in the whole bus: at equal priority and kind of match the lower one wins. */
  readonly order: number;
  readonly state: EndpointRecord['state'];
  /** It could be handed a message now. */
  readonly eligible: boolean;
  /** Why it is not eligible. */
  readonly reason?: Ineligible;
}

export interface ControlPlane {
  /** Reserves a target id for `client`, so that the client can install the receiver before anything is sent to it. */
  allocateTarget(client: number): Promise<number>;
  releaseTarget(target: number): Promise<void>;
  registerEndpoint(client: number, target: number, spec: EndpointSpec): Promise<void>;
  /** A thread of the pool: what waits for the pool is handed to it too. Rejects `ERR_BUS_ENDPOINT_NOT_FOUND`. */
  joinPool(client: number, target: number, pool: string): Promise<void>;
  /** Removes its routes and the endpoint; what waited is routed again. Unknown: resolves (already gone). */
  closeEndpoint(target: number): Promise<void>;
  /** It takes no more; resolves when what it was given is settled. Unknown: resolves. */
  drainEndpoint(target: number): Promise<void>;
  registerRoutes(routes: readonly RouteRequest[]): Promise<readonly RouteRecord[]>;
  /** False when no such route exists. */
  removeRoute(pattern: string, match: Matching | 'auto', endpoint: string): Promise<boolean>;
  subscribe(client: number, target: number, request: SubscriptionRequest): Promise<void>;
  unsubscribe(target: number): Promise<void>;
  findEndpoints(query: {
    service?: string;
    version?: string;
    tag?: string;
  }): Promise<readonly EndpointRecord[]>;
  /** Routes that match the key, in the order of choice, whatever the state of their endpoints. */
  findRoutes(key: string): Promise<readonly RouteRecord[]>;
  explain(query: ExplainQuery): Promise<Explanation>;
  /** It takes no new messages, or takes them again. Rejects `ERR_BUS_ENDPOINT_NOT_FOUND`. */
  isolate(endpoint: string, isolated: boolean): Promise<void>;
  listDeadLetters(query: {
    readonly limit: number;
    readonly cursor: string | undefined;
  }): Promise<DeadLetterPage>;
  replayDeadLetter(id: string): Promise<number>;
  purgeDeadLetters(filter: DeadLetterFilter): Promise<number>;
  metrics(): Promise<unknown>;
  health(): Promise<unknown>;
  /** The client leaves in good order: it has nothing outstanding and holds no loan. */
  detach(client: number): Promise<void>;
}

/** An endpoint as errors name it. */
export interface NamedEndpoint {
  readonly target: number;
  readonly id: string;
  readonly queueLimit: number;
  /** Its thread has ended, or has left the bus without closing it. */
  readonly ended?: ThreadEnd;
  /** Of a pool, which goes on: the thread that ended last. */
  readonly lastEnd?: ThreadEnd;
  /** Of a pool that has no threads any more: why the last one could not be started. */
  readonly failure?: string;
}

/** How a thread came to its end. */
export interface ThreadEnd {
  readonly threadId: number;
  /** Undefined where nobody tells main: of a Worker that the bus did not start. */
  readonly exitCode: number | undefined;
  /** What ended it, as bytes of `packThrown`. Absent: it ended of itself, or nobody knows. */
  readonly thrown?: Uint8Array;
}

/**
 * What a client is told of the others: one has come, nothing of one that left is in use any more, or an endpoint has
 * been registered, before any shard can refuse a message in its name, or has gone with its thread, before any shard ends
 * a message for that; or it was closed.
 */
export type PeerNews =
  | { readonly came: ClientHandle }
  /** `told`: the number of this departure, counted in the whole bus. */
  | { readonly left: number; readonly told: number }
  | { readonly named: NamedEndpoint }
  | { readonly closed: number };

/** Everything a thread needs to be a client. Crosses threads by structured clone. */
export interface ClientBoot extends ClockOrigin {
  readonly memory: ClientHandle;
  /** By shard id. */
  readonly links: readonly LinkHandle[];
  readonly shards: readonly ShardHandle[];
  readonly control: ControlHandle;
  /** Clients that existed at this moment, this one included; later ones arrive through the peers source. */
  readonly peers: readonly ClientHandle[];
  /** Endpoints that existed at this moment. */
  readonly endpoints: readonly NamedEndpoint[];
  /** Target id of this client's sink for failure reports. */
  readonly reports: number;
  readonly settings: ClientSettings;
}

/** The options that a client thread works with (bytes, ms, counts as in BusConfig). */
export interface ClientSettings {
  readonly maxMessageBytes: number;
  readonly correlationTimeoutMs: number;
  readonly batchSize: number;
  readonly maxConcurrentDeliveries: number;
  readonly codec: string;
  readonly debugLeases?: boolean;
}
