/** What `bus.health()` tells, made of the liveness and control words. */
import { LIVENESS, ROOM_STATE } from '../memory/client-memory.ts';

export interface HealthSources {
  /** Dead letters that find no room. */
  readonly lettersWaiting: number;
  readonly clients: readonly {
    readonly threadId: number;
    /** Its ROOM word. */
    readonly room: number;
  }[];
  readonly isFatal: boolean;
  /** It has ended as it was told to: nothing of that is a trouble. */
  readonly isClosed: boolean;
  /** Endpoints that have gone with their threads. */
  readonly lost: readonly {
    readonly id: string;
    readonly threadId: number;
    readonly exitCode: number | undefined;
  }[];
  readonly endpoints: readonly {
    readonly id: string;
    readonly state: EndpointHealth['state'];
    /** STATE word of its client; undefined: the client is gone. */
    readonly liveness: number | undefined;
    /** Its handlers that run and have not settled, as its thread last said. */
    readonly inFlight: number;
    readonly breaker: Exclude<EndpointHealth['breaker'], 'isolated'>;
    /** Of a pool without threads: why none could be started. */
    readonly failure?: string;
    /** Of a pool: its threads have all ended, and others are being started. */
    readonly isReplaced?: boolean;
  }[];
  readonly shards: readonly {
    readonly id: number;
    readonly threadId: number;
    readonly isRunning: boolean;
    /** Its thread died and a successor is being started. */
    readonly isReplaced: boolean;
  }[];
}

export interface EndpointHealth {
  /** Busy: a handler of its thread has not given the thread back, or one of its own has not settled. */
  readonly liveness: 'idle' | 'busy' | 'dead';
  readonly state: 'active' | 'draining' | 'isolated' | 'closed';
  /** Without a breaker `'closed'`; `'isolated'` while the endpoint is. */
  readonly breaker: 'closed' | 'open' | 'half-open' | 'isolated';
}

export interface BusHealth {
  readonly state: 'ok' | 'degraded' | 'fatal';
  /** Why it is not `'ok'`, in words. */
  readonly reasons: readonly string[];
  readonly endpoints: Readonly<Record<string, EndpointHealth>>;
  readonly shards: readonly {
    readonly id: number;
    readonly threadId: number;
    readonly state: 'running' | 'replacing' | 'ended';
  }[];
}

/** One reason why the bus is not well. */
export interface Trouble {
  readonly name: TroubleName;
  readonly message: string;
}

export type TroubleName = 'shards' | 'slots' | 'heap' | 'deadLetters' | 'pools' | 'endpoints';

export function troublesOf({
  clients,
  endpoints,
  isClosed,
  lettersWaiting,
  lost,
  shards,
}: HealthSources): Trouble[] {
  const troubles: Trouble[] = [];
  if (isClosed) return troubles;
  for (const { id, isReplaced, isRunning } of shards) {
    if (isRunning) continue;
    const message = `shard ${id} ${isReplaced ? 'is being replaced' : 'has ended'}`;
    troubles.push({ name: 'shards', message });
  }
  for (const { room, threadId } of clients) {
    if (room === ROOM_STATE.enough) continue;
    const [name, what] = room === ROOM_STATE.noSlot ? SLOTS : HEAP;
    const message = `senders on thread ${threadId} find no room: ${what}`;
    troubles.push({ name, message });
  }
  for (const { failure, id, isReplaced = false } of endpoints) {
    if (failure === undefined && !isReplaced) continue;
    const message =
      failure === undefined
        ? `all threads of pool '${id}' have ended, and are being replaced`
        : `pool '${id}' has no threads any more: ${failure}`;
    troubles.push({ name: 'pools', message });
  }
  for (const { exitCode, id, threadId } of lost) {
    const how = exitCode === undefined ? '' : ` (exit code ${exitCode})`;
    const message = `endpoint '${id}' has gone with thread ${threadId}${how}: register it anew`;
    troubles.push({ name: 'endpoints', message });
  }
  if (lettersWaiting > 0) {
    const message =
      'the dead letters are full (maxDeadLetters, maxDeadLetterBytes): purge or replay some';
    troubles.push({ name: 'deadLetters', message });
  }
  return troubles;
}

const GONE: EndpointHealth = { liveness: 'dead', state: 'closed', breaker: 'closed' };
const SLOTS = ['slots', 'its slots are in use (option slots)'] as const;
const HEAP = ['heap', 'its heap is in use (option heapBytes)'] as const;

export function busHealth(sources: HealthSources): BusHealth {
  const { isFatal, endpoints, lost, shards } = sources;
  const reasons = troublesOf(sources).map(({ message }) => message);
  return {
    state: isFatal ? 'fatal' : reasons.length > 0 ? 'degraded' : 'ok',
    reasons,
    // Ids are the users': a map without a prototype takes `__proto__` too.
    endpoints: Object.assign(
      Object.create(null),
      Object.fromEntries([
        ...lost.map(({ id }) => [id, GONE] as const),
        ...endpoints.map(({ breaker, id, inFlight, liveness, state }) => {
          const shown = state === 'isolated' ? state : breaker;
          return [
            id,
            { liveness: livenessName(liveness, inFlight), state, breaker: shown },
          ] as const;
        }),
      ]),
    ) as Record<string, EndpointHealth>,
    shards: shards.map(({ id, threadId, isReplaced, isRunning }) => {
      const state = isRunning ? 'running' : isReplaced ? 'replacing' : 'ended';
      return { id, threadId, state };
    }),
  };
}

function livenessName(liveness: number | undefined, inFlight: number): EndpointHealth['liveness'] {
  if (liveness === undefined || liveness === LIVENESS.detached) return 'dead';
  return liveness === LIVENESS.busy || inFlight > 0 ? 'busy' : 'idle';
}
