/** Reads the words and counters of all threads for `metrics()` and `health()`. */
import { STATE } from '../memory/client-memory.ts';
import {
  BUS_STATE,
  busState,
  type ControlWords,
  TALLY,
  TALLY_COUNTS,
} from '../memory/control-words.ts';
import { readCounters, SHARD_COUNTERS } from '../memory/counters.ts';
import { get } from '../memory/seam.ts';
import { type BusHealth, busHealth } from '../metrics/bus-health.ts';
import { type BusMetrics, busMetrics } from '../metrics/bus-metrics.ts';
import type { Registry } from '../registry/registry.ts';
import type { Clients } from './clients.ts';
import type { DroppedCounts } from './dropped-counts.ts';
import type { Shards } from './shards.ts';

export interface Observed {
  readonly registry: Registry;
  readonly shards: Shards;
  readonly clients: Clients;
  readonly dropped: DroppedCounts;
  readonly control: ControlWords;
}

export function observeMetrics(observed: Observed, uptimeMs: number): BusMetrics {
  const { clients, control, dropped, registry, shards } = observed;
  return busMetrics({
    uptimeMs,
    clients: [...clients.present()].map((client) => {
      return { threadId: client.threadId, counts: client.counts() };
    }),
    departed: clients.departedCounts,
    shards: shards.hosts.map(({ id, memory, restarts, threadId }) => {
      return { id, threadId, restarts, counts: readCounters(SHARD_COUNTERS, memory.counters) };
    }),
    endpoints: registry.findEndpoints({}).map(({ spec, target }) => {
      const count = (name: keyof typeof TALLY): number =>
        control.tallies[target * TALLY_COUNTS + TALLY[name]] as number;
      return {
        id: spec.id,
        delivered: count('delivered'),
        failed: count('failed'),
        inFlight: count('inFlight'),
      };
    }),
    subscriptions: [...registry.subscriptions()].map(({ group, name, spec }) => {
      const known = { id: name, pattern: spec.pattern, dropped: dropped.of(spec.target) };
      return group === undefined ? known : { ...known, group };
    }),
  });
}

export function observeHealth(observed: Observed, lettersWaiting: number): BusHealth {
  const { clients, control, registry, shards } = observed;
  return busHealth({
    lettersWaiting,
    isFatal: busState(control) === BUS_STATE.fatal,
    endpoints: registry.findEndpoints({}).map(({ client, spec, state, target }) => {
      const words = clients.get(client)?.memory.words;
      const liveness = words === undefined ? undefined : get(words, STATE);
      const inFlight = control.tallies[target * TALLY_COUNTS + TALLY.inFlight] as number;
      return { id: spec.id, state, liveness, inFlight };
    }),
    shards: shards.hosts.map(({ id, replacing, running, threadId }) => {
      return { id, threadId, isRunning: running, isReplaced: replacing };
    }),
  });
}
