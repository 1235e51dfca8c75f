import { describe, expect, it } from 'vitest';
import { CLIENT_COUNTERS, SHARD_COUNTERS } from '../../../src/memory/counters.ts';
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

describe('busMetrics', () => {
  it('adds up all clients, those that have left too, and all shards', () => {
    const metrics = busMetrics({
      uptimeMs: 1234,
      clients: [
        { threadId: 0, counts: client({ accepted: 5, requests: 2, slotsUsed: 3, dropped: 1 }) },
        { threadId: 4, counts: client({ accepted: 7, events: 7, heapBytesUsed: 64 }) },
      ],
      departed: client({ accepted: 100, settled: 100, notifications: 9, slotsUsed: 50 }),
      shards: [
        { id: 0, threadId: 2, restarts: 4, counts: shard({ routed: 60, late: 1, dropped: 2 }) },
        { id: 1, threadId: 3, restarts: 0, counts: shard({ routed: 50 }) },
      ],
      endpoints: [{ id: '__proto__', delivered: 3, failed: 2, inFlight: 1 }],
      subscriptions: [{ id: 's', pattern: 'a*', dropped: 2 }],
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
        dropped: { overflow: 3 },
      },
      byKind: { request: 2, response: 0, notification: 9, event: 7 },
      shards: [
        { id: 0, threadId: 2, routed: 60, restarts: 4 },
        { id: 1, threadId: 3, routed: 50, restarts: 0 },
      ],
      endpoints: { ['__proto__']: { delivered: 3, failed: 2, inFlight: 1 } },
      subscriptions: [{ id: 's', pattern: 'a*', dropped: 2 }],
      clients: [
        { threadId: 0, slotsUsed: 3, heapBytesUsed: 0 },
        { threadId: 4, slotsUsed: 0, heapBytesUsed: 64 },
      ],
    });
  });
});
