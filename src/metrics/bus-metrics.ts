/**
 * What `bus.metrics()` tells, made of the counters of all threads. Counts only: a figure that nothing counts is left
 * out rather than shown as 0. Single counters may be a batch old.
 */
import { CALL_LATENCY } from '../memory/client-memory.ts';
import type { ClientCounter, ShardCounter } from '../memory/counters.ts';
import { latencyView } from '../memory/latency-bins.ts';
import { type LatencySummary, summariseLatencies } from './latency.ts';

export type ClientCounts = Readonly<Record<ClientCounter, number>>;
export type ShardCounts = Readonly<Record<ShardCounter, number>>;

export interface MetricsSources {
  readonly uptimeMs: number;
  readonly clients: readonly {
    readonly threadId: number;
    readonly counts: ClientCounts;
    /** Its CALL_LATENCY histograms. */
    readonly latencies: Float64Array;
  }[];
  /** Sum of the counts of clients that have left. */
  readonly departed: ClientCounts;
  /** And all of their latencies. */
  readonly departedLatencies: Float64Array;
  readonly shards: readonly {
    readonly id: number;
    readonly threadId: number;
    /** How often its thread was replaced. */
    readonly restarts: number;
    readonly counts: ShardCounts;
    /** Entries in the rings to it that it has not read. */
    readonly ringDepth: number;
    readonly latency: Float64Array;
  }[];
  readonly endpoints: readonly ({
    readonly id: string;
    readonly latency: Float64Array;
  } & EndpointCounts)[];
  readonly subscriptions: readonly {
    readonly id: string;
    readonly pattern: string;
    readonly group?: string;
    /** Events that its bound dropped. */
    readonly dropped: number;
    /** Events in the queue on its thread, as that last said. */
    readonly queued: number;
  }[];
}

export interface EndpointCounts {
  /** Runs of the handler whose result was sent. */
  readonly delivered: number;
  /** Runs that threw, rejected, took longer than the endpoint's `timeout`, or returned what cannot be sent. */
  readonly failed: number;
  /** Handlers that run now. */
  readonly inFlight: number;
  /** Accepted and not started: at its thread, or in the shards. */
  readonly queued: number;
  /** Without one `'closed'`. */
  readonly breaker: 'closed' | 'open' | 'half-open';
}

export interface EndpointMetrics extends EndpointCounts {
  /** How long its handlers ran; of the runs in one turn of the event loop the first, and one in 16. */
  readonly latencyUs: LatencySummary;
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
    /**
     * Deliveries, by cause: events by the bound of a subscription (`overflow`) and by their ttl in its queue (`expired`),
     * notifications by the `dedupeWindow` of an endpoint (`duplicate`), which has them settled as handled; and requests
     * and notifications whose key led to no endpoint (`noRoute`), those of `try…` verbs too.
     */
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
    /** What clients have sent it and it has not read: messages, replies, acknowledgements. */
    readonly ringDepth: number;
    /** From the step that read a message until it is handed over. */
    readonly latencyUs: LatencySummary;
  }[];
  /** By id, of the endpoints that are registered now, since they were. */
  readonly endpoints: Readonly<Record<string, EndpointMetrics>>;
  readonly subscriptions: MetricsSources['subscriptions'];
  readonly clients: readonly {
    readonly threadId: number;
    readonly slotsUsed: number;
    readonly heapBytesUsed: number;
  }[];
  readonly latencyUs: {
    /** Of all shards. */
    readonly routing: LatencySummary;
    /** Awaited calls of `notify`, of `request`, of `publish`: until they settled, however they ended. */
    readonly delivery: LatencySummary;
    readonly request: LatencySummary;
    readonly publish: LatencySummary;
  };
}

export function busMetrics(sources: MetricsSources): BusMetrics {
  const { clients, departed, departedLatencies, endpoints, shards, subscriptions, uptimeMs } =
    sources;
  const ofClients = (name: ClientCounter): number =>
    clients.reduce((sum, { counts }) => sum + counts[name], departed[name]);
  const ofShards = (name: ShardCounter): number =>
    shards.reduce((sum, { counts }) => sum + counts[name], 0);
  const ofCalls = (place: number): LatencySummary => {
    const all = [departedLatencies, ...clients.map(({ latencies }) => latencies)];
    return summariseLatencies(all.map((latencies) => latencyView(latencies, place)));
  };
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
      dropped: {
        overflow: ofClients('dropped') + ofShards('dropped'),
        expired: ofClients('expired') + ofShards('expired'),
        duplicate: ofShards('duplicates'),
        noRoute: ofClients('noRoute'),
      },
    },
    byKind: {
      request: ofClients('requests'),
      response: ofClients('responses'),
      notification: ofClients('notifications'),
      event: ofClients('events'),
    },
    shards: shards.map(({ id, threadId, restarts, counts, latency, ringDepth }) => {
      const latencyUs = summariseLatencies([latency]);
      return { id, threadId, routed: counts.routed, restarts, ringDepth, latencyUs };
    }),
    // Ids are the users': a map without a prototype takes `__proto__` too.
    endpoints: Object.assign(
      Object.create(null),
      Object.fromEntries(
        endpoints.map(({ id, latency, ...counts }) => {
          return [id, { ...counts, latencyUs: summariseLatencies([latency]) }];
        }),
      ),
    ) as Record<string, EndpointMetrics>,
    subscriptions,
    clients: clients.map(({ threadId, counts: { slotsUsed, heapBytesUsed } }) => {
      return { threadId, slotsUsed, heapBytesUsed };
    }),
    latencyUs: {
      routing: summariseLatencies(shards.map(({ latency }) => latency)),
      delivery: ofCalls(CALL_LATENCY.notify),
      request: ofCalls(CALL_LATENCY.request),
      publish: ofCalls(CALL_LATENCY.publish),
    },
  };
}
