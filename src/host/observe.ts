/** Reads the words and counters of all threads for `metrics()` and `health()`. */
import { ROOM, STATE } from '../memory/client-memory.ts';
import {
  BUS_STATE,
  busState,
  type ControlWords,
  TALLY,
  TALLY_COUNTS,
} from '../memory/control-words.ts';
import { readCounters, SHARD_COUNTERS } from '../memory/counters.ts';
import { latencyView } from '../memory/latency-bins.ts';
import { get } from '../memory/seam.ts';
import {
  type BusHealth,
  busHealth,
  type HealthSources,
  type Trouble,
  troublesOf,
} from '../metrics/bus-health.ts';
import { type BusMetrics, busMetrics } from '../metrics/bus-metrics.ts';
import type { Registry } from '../registry/registry.ts';
import { breakerName } from './breaker-news.ts';
import type { Clients } from './clients.ts';
import type { DroppedCounts } from './dropped-counts.ts';
import type { Shards } from './shards.ts';

export interface Observed {
  readonly registry: Registry;
  readonly shards: Shards;
  readonly clients: Clients;
  readonly dropped: DroppedCounts;
  readonly control: ControlWords;
  /** Ms since the bus epoch. */
  readonly now: () => number;
}

export function observeMetrics(observed: Observed): BusMetrics {
  const { clients, control, dropped, now, registry, shards } = observed;
  return busMetrics({
    uptimeMs: now(),
    clients: [...clients.present()].map((client) => {
      const { memory, threadId } = client;
      return { threadId, counts: client.counts(), latencies: memory.latencies };
    }),
    departed: clients.departedCounts,
    departedLatencies: clients.departedLatencies,
    shards: shards.hosts.map(({ id, memory, restarts, threadId }) => {
      return {
        id,
        threadId,
        restarts,
        counts: readCounters(SHARD_COUNTERS, memory.counters),
        ringDepth: clients.unreadBy(id),
        latency: memory.latency,
      };
    }),
    endpoints: registry.findEndpoints({}).map(({ spec, target }) => {
      const count = (name: keyof typeof TALLY): number =>
        control.tallies[target * TALLY_COUNTS + TALLY[name]] as number;
      return {
        id: spec.id,
        delivered: count('delivered'),
        failed: count('failed'),
        inFlight: count('inFlight'),
        breaker: breakerName(control, target, now()),
        queued: Math.max(0, shards.loadOf(target) - count('inFlight')),
        latency: latencyView(control.latencies, target),
      };
    }),
    subscriptions: [...registry.subscriptions()].map(({ group, name, spec }) => {
      const known = { id: name, pattern: spec.pattern, dropped: dropped.of(spec.target) };
      return group === undefined ? known : { ...known, group };
    }),
  });
}

export function observeHealth(observed: Observed, lettersWaiting: number): BusHealth {
  return busHealth(healthSources(observed, lettersWaiting));
}

/** Why it is not well, if so. */
export function observeTroubles(observed: Observed, lettersWaiting: number): Trouble[] {
  return troublesOf(healthSources(observed, lettersWaiting));
}

function healthSources(observed: Observed, lettersWaiting: number): HealthSources {
  const { clients, control, now, registry, shards } = observed;
  return {
    lettersWaiting,
    clients: [...clients.present()].map(({ memory, threadId }) => {
      return { threadId, room: get(memory.words, ROOM) };
    }),
    isFatal: busState(control) === BUS_STATE.fatal,
    endpoints: registry.findEndpoints({}).map(({ client, spec, state, target }) => {
      const words = clients.get(client)?.memory.words;
      const liveness = words === undefined ? undefined : get(words, STATE);
      const inFlight = control.tallies[target * TALLY_COUNTS + TALLY.inFlight] as number;
      const breaker = breakerName(control, target, now());
      return { id: spec.id, state, liveness, inFlight, breaker };
    }),
    shards: shards.hosts.map(({ id, replacing, running, threadId }) => {
      return { id, threadId, isRunning: running, isReplaced: replacing };
    }),
  };
}
