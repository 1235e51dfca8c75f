import { describe, expect, it } from 'vitest';
import { LIVENESS, ROOM_STATE } from '../../../src/memory/client-memory.ts';
import { busHealth } from '../../../src/metrics/bus-health.ts';

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

describe('busHealth', () => {
  it('names the liveness of each endpoint, by its thread', () => {
    const { endpoints, state, reasons } = busHealth({
      lettersWaiting: 0,
      clients: [],
      isFatal: false,
      endpoints: [
        endpoint('idle', LIVENESS.idle),
        endpoint('busy', LIVENESS.busy),
        endpoint('pending', LIVENESS.idle, 1),
        endpoint('left', LIVENESS.detached),
        endpoint('gone', undefined),
      ],
      shards: [shard(0, true)],
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

  it('says which shard has ended', () => {
    const sources = { endpoints: [], shards: [shard(0, true), shard(1, false)] };
    const expected = { reasons: ['shard 1 has ended'] };
    expect(busHealth({ ...sources, clients: [], lettersWaiting: 0, isFatal: false })).toMatchObject(
      {
        ...expected,
        state: 'degraded',
      },
    );
    expect(busHealth({ ...sources, clients: [], lettersWaiting: 0, isFatal: true })).toMatchObject({
      ...expected,
      state: 'fatal',
    });
  });

  it('says which shard is being replaced, and that the bus goes on', () => {
    const sources = {
      endpoints: [],
      shards: [shard(0, false, true)],
      lettersWaiting: 0,
      clients: [],
      isFatal: false,
    };
    expect(busHealth(sources)).toMatchObject({
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
    const sources = { endpoints: [], shards: [shard(0, true)], clients, lettersWaiting: 0 };
    const { state, reasons } = busHealth({ ...sources, isFatal: false });
    expect(state).toBe('degraded');
    expect(reasons).toEqual([
      'senders on thread 5 find no room: its slots are in use (option slots)',
      'senders on thread 7 find no room: its heap is in use (option heapBytes)',
    ]);
  });

  it('takes any endpoint id', () => {
    const sources = { endpoints: [endpoint('__proto__', LIVENESS.idle)], shards: [] };
    expect(
      Object.keys(
        busHealth({ ...sources, clients: [], lettersWaiting: 0, isFatal: false }).endpoints,
      ),
    ).toEqual(['__proto__']);
  });
});
