/**
 * What `bus.metrics()` tells, made of the counters of all threads. Counts only: a figure that nothing counts is left
 * out rather than shown as 0. Single counters may be a batch old.
 */
import type { ClientCounter, ShardCounter } from '../memory/counters.ts';

export type ClientCounts = Readonly<Record<ClientCounter, number>>;
export type ShardCounts = Readonly<Record<ShardCounter, number>>;

export interface MetricsSources {
  readonly uptimeMs: number;
  readonly clients: readonly { readonly threadId: number; readonly counts: ClientCounts }[];
  /** Sum of the counts of clients that have left. */
  readonly departed: ClientCounts;
  readonly shards: readonly {
    readonly id: number;
    readonly threadId: number;
    /** How often its thread was replaced. */
    readonly restarts: number;
    readonly counts: ShardCounts;
  }[];
  readonly endpoints: readonly ({ readonly id: string } & EndpointCounts)[];
  readonly subscriptions: readonly {
    readonly id: string;
    readonly pattern: string;
    readonly group?: string;
    readonly dropped: number;
  }[];
}

export interface EndpointCounts {
  /** Runs of the handler whose result was sent. */
  readonly delivered: number;
  /** Runs that threw, rejected, took longer than the endpoint's `timeout`, or returned what cannot be sent. */
  readonly failed: number;
  /** Handlers that run now. */
  readonly inFlight: number;
}

export interface BusMetrics {
  /** Ms since the bus was created. */
  readonly uptime: number;
  readonly messages: {
    readonly accepted: number;
    readonly settled: number;
    readonly delivered: number;
    /** Calls whose handler failed, `try…` ones too: a request answered by an error, a notification not acknowledged. */
    readonly failed: number;
    /** Attempts that failed and were, or will be, followed by another. */
    readonly retried: number;
    /** Messages that were given up and kept, those that came back from a replay too. */
    readonly deadLettered: number;
    /** Calls whose time was over, or the only attempt's. */
    readonly timedOut: number;
    /** Replies and results that came when nobody waited any more. */
    readonly late: number;
    /** By cause. */
    readonly dropped: Readonly<Record<string, number>>;
  };
  readonly byKind: {
    readonly request: number;
    readonly response: number;
    readonly notification: number;
    readonly event: number;
  };
  readonly shards: readonly {
    readonly id: number;
    readonly threadId: number;
    readonly routed: number;
    readonly restarts: number;
  }[];
  /** By id, of the endpoints that are registered now, since they were. */
  readonly endpoints: Readonly<Record<string, EndpointCounts>>;
  readonly subscriptions: MetricsSources['subscriptions'];
  readonly clients: readonly {
    readonly threadId: number;
    readonly slotsUsed: number;
    readonly heapBytesUsed: number;
  }[];
}

export function busMetrics(sources: MetricsSources): BusMetrics {
  const { clients, departed, endpoints, shards, subscriptions, uptimeMs } = sources;
  const ofClients = (name: ClientCounter): number =>
    clients.reduce((sum, { counts }) => sum + counts[name], departed[name]);
  const ofShards = (name: ShardCounter): number =>
    shards.reduce((sum, { counts }) => sum + counts[name], 0);
  return {
    uptime: uptimeMs,
    messages: {
      accepted: ofClients('accepted'),
      settled: ofClients('settled'),
      delivered: ofClients('delivered'),
      failed: ofClients('failed'),
      retried: ofShards('retried'),
      deadLettered: ofClients('deadLettered'),
      timedOut: ofClients('timedOut'),
      late: ofClients('lateResults') + ofShards('late'),
      dropped: { overflow: ofClients('dropped') + ofShards('dropped') },
    },
    byKind: {
      request: ofClients('requests'),
      response: ofClients('responses'),
      notification: ofClients('notifications'),
      event: ofClients('events'),
    },
    shards: shards.map(({ id, threadId, restarts, counts }) => {
      return { id, threadId, routed: counts.routed, restarts };
    }),
    // Ids are the users': a map without a prototype takes `__proto__` too.
    endpoints: Object.assign(
      Object.create(null),
      Object.fromEntries(endpoints.map(({ id, ...counts }) => [id, counts])),
    ) as Record<string, EndpointCounts>,
    subscriptions,
    clients: clients.map(({ threadId, counts: { slotsUsed, heapBytesUsed } }) => {
      return { threadId, slotsUsed, heapBytesUsed };
    }),
  };
}
