import { describe, expect, it } from 'vitest';
import { LIVENESS, ROOM_STATE } from '../../../src/memory/client-memory.ts';
import { type BusHealth, busHealth, type HealthSources } from '../../../src/metrics/bus-health.ts';

const shard = (id: number, isRunning: boolean, isReplaced = false) => {
  return { id, threadId: id + 1, isRunning, isReplaced };
};
const endpoint = (id: string, liveness: number | undefined, inFlight = 0) => ({
  id,
  inFlight,
  state: 'active' as const,
  liveness,
  breaker: 'closed' as const,
});

/** Of a bus that is well but for what is given. */
function healthOf(wishes: Partial<HealthSources>): BusHealth {
  return busHealth({
    lettersWaiting: 0,
    clients: [],
    isFatal: false,
    isClosed: false,
    lost: [],
    endpoints: [],
    shards: [shard(0, true)],
    ...wishes,
  });
}

describe('busHealth', () => {
  it('names the liveness of each endpoint, by its thread', () => {
    const { endpoints, state, reasons } = healthOf({
      endpoints: [
        endpoint('idle', LIVENESS.idle),
        endpoint('busy', LIVENESS.busy),
        endpoint('pending', LIVENESS.idle, 1),
        endpoint('left', LIVENESS.detached),
        endpoint('gone', undefined),
      ],
    });
    expect(state).toBe('ok');
    expect(reasons).toEqual([]);
    expect(Object.entries(endpoints).map(([id, { liveness }]) => `${id} ${liveness}`)).toEqual([
      'idle idle',
      'busy busy',
      'pending busy',
      'left dead',
      'gone dead',
    ]);
  });

  it('says which shard has ended, unless that was wanted', () => {
    const shards = [shard(0, true), shard(1, false)];
    const expected = { reasons: ['shard 1 has ended'] };
    expect(healthOf({ shards })).toMatchObject({ ...expected, state: 'degraded' });
    expect(healthOf({ shards, isFatal: true })).toMatchObject({ ...expected, state: 'fatal' });
    expect(healthOf({ shards, isClosed: true })).toMatchObject({
      state: 'ok',
      reasons: [],
      shards: [{ state: 'running' }, { state: 'ended' }],
    });
  });

  it('is degraded while a pool has no thread, whether others come or not', () => {
    const endpoints = [
      { ...endpoint('dark', undefined), isReplaced: true },
      { ...endpoint('lost', undefined), failure: 'no such module' },
      { ...endpoint('well', LIVENESS.idle), isReplaced: false },
    ];
    expect(healthOf({ endpoints })).toMatchObject({
      state: 'degraded',
      reasons: [
        "all threads of pool 'dark' have ended, and are being replaced",
        "pool 'lost' has no threads any more: no such module",
      ],
    });
  });

  it('says which shard is being replaced, and that the bus goes on', () => {
    expect(healthOf({ shards: [shard(0, false, true)] })).toMatchObject({
      state: 'degraded',
      reasons: ['shard 0 is being replaced'],
      shards: [{ id: 0, threadId: 1, state: 'replacing' }],
    });
  });

  it('is degraded while senders find no room, and says which thread and what it lacks', () => {
    const clients = [
      { threadId: 0, room: ROOM_STATE.enough },
      { threadId: 5, room: ROOM_STATE.noSlot },
      { threadId: 7, room: ROOM_STATE.noHeap },
    ];
    const { state, reasons } = healthOf({ clients });
    expect(state).toBe('degraded');
    expect(reasons).toEqual([
      'senders on thread 5 find no room: its slots are in use (option slots)',
      'senders on thread 7 find no room: its heap is in use (option heapBytes)',
    ]);
  });

  it('names endpoints that have gone with their threads', () => {
    const lost = [
      { id: 'known', threadId: 5, exitCode: 7 },
      { id: 'unknown', threadId: 6, exitCode: undefined },
    ];
    const { endpoints, reasons, state } = healthOf({ lost });
    expect([state, reasons]).toEqual([
      'degraded',
      [
        "endpoint 'known' has gone with thread 5 (exit code 7): register it anew",
        "endpoint 'unknown' has gone with thread 6: register it anew",
      ],
    ]);
    const dead = { liveness: 'dead', state: 'closed', breaker: 'closed' };
    expect({ ...endpoints }).toEqual({ known: dead, unknown: dead });
  });

  it('takes any endpoint id', () => {
    const { endpoints } = healthOf({ endpoints: [endpoint('__proto__', LIVENESS.idle)] });
    expect(Object.keys(endpoints)).toEqual(['__proto__']);
  });
});
