import { describe, expect, it } from 'vitest';
import { CALL_LATENCY, CALL_LATENCY_COUNTS } from '../../../src/memory/client-memory.ts';
import { CLIENT_COUNTERS, SHARD_COUNTERS } from '../../../src/memory/counters.ts';
import { LATENCY_COUNTS, recordLatency } from '../../../src/memory/latency-bins.ts';
import {
  busMetrics,
  type ClientCounts,
  type ShardCounts,
} from '../../../src/metrics/bus-metrics.ts';

const client = (counts: Partial<ClientCounts>): ClientCounts => ({
  ...(Object.fromEntries(CLIENT_COUNTERS.map((name) => [name, 0])) as ClientCounts),
  ...counts,
});
const shard = (counts: Partial<ShardCounts>): ShardCounts => ({
  ...(Object.fromEntries(SHARD_COUNTERS.map((name) => [name, 0])) as ShardCounts),
  ...counts,
});

/** Histograms with `count` latencies of 1 ms at each of `places`. */
const latencies = (length: number, count: number, ...places: number[]): Float64Array => {
  const counts = new Float64Array(length);
  for (const place of places) recordLatency(counts, place * LATENCY_COUNTS, 1000, count);
  return counts;
};
const measured = (count: number): object => {
  const us = count === 0 ? 0 : 1000;
  return { count, mean: us, p50: us, p90: us, p99: us, p999: us, max: us };
};

describe('busMetrics', () => {
  it('adds up all clients, those that have left too, and all shards', () => {
    const metrics = busMetrics({
      uptimeMs: 1234,
      clients: [
        {
          threadId: 0,
          counts: client({ accepted: 5, requests: 2, slotsUsed: 3, dropped: 1 }),
          latencies: latencies(CALL_LATENCY_COUNTS, 2, CALL_LATENCY.request),
        },
        {
          threadId: 4,
          counts: client({ noRoute: 5, accepted: 7, events: 7, heapBytesUsed: 64 }),
          latencies: latencies(CALL_LATENCY_COUNTS, 7, CALL_LATENCY.publish, CALL_LATENCY.request),
        },
      ],
      departedLatencies: latencies(CALL_LATENCY_COUNTS, 9, CALL_LATENCY.notify),
      departed: client({ accepted: 100, settled: 100, notifications: 9, slotsUsed: 50 }),
      shards: [
        {
          id: 0,
          threadId: 2,
          restarts: 4,
          counts: shard({ routed: 60, late: 1, dropped: 2 }),
          ringDepth: 6,
          latency: latencies(LATENCY_COUNTS, 60, 0),
        },
        {
          id: 1,
          threadId: 3,
          restarts: 0,
          counts: shard({ routed: 50 }),
          ringDepth: 0,
          latency: latencies(LATENCY_COUNTS, 50, 0),
        },
      ],
      endpoints: [
        {
          id: '__proto__',
          delivered: 3,
          failed: 2,
          inFlight: 1,
          queued: 4,
          breaker: 'open' as const,
          latency: latencies(LATENCY_COUNTS, 5, 0),
        },
      ],
      subscriptions: [{ id: 's', pattern: 'a*', dropped: 2, queued: 3 }],
    });
    expect(metrics).toEqual({
      uptime: 1234,
      messages: {
        accepted: 112,
        settled: 100,
        delivered: 0,
        failed: 0,
        retried: 0,
        deadLettered: 0,
        timedOut: 0,
        late: 1,
        dropped: { overflow: 3, expired: 0, duplicate: 0, noRoute: 5 },
      },
      byKind: { request: 2, response: 0, notification: 9, event: 7 },
      shards: [
        { id: 0, threadId: 2, routed: 60, restarts: 4, ringDepth: 6, latencyUs: measured(60) },
        { id: 1, threadId: 3, routed: 50, restarts: 0, ringDepth: 0, latencyUs: measured(50) },
      ],
      endpoints: {
        ['__proto__']: {
          delivered: 3,
          failed: 2,
          inFlight: 1,
          queued: 4,
          breaker: 'open',
          latencyUs: measured(5),
        },
      },
      subscriptions: [{ id: 's', pattern: 'a*', dropped: 2, queued: 3 }],
      clients: [
        { threadId: 0, slotsUsed: 3, heapBytesUsed: 0 },
        { threadId: 4, slotsUsed: 0, heapBytesUsed: 64 },
      ],
      latencyUs: {
        routing: measured(110),
        delivery: measured(9),
        request: measured(9),
        publish: measured(7),
      },
    });
  });
});
