/** Reads the words and counters of all threads for `metrics()` and `health()`. */
import { LIVENESS, ROOM, STATE, TAKING } from '../memory/client-memory.ts';
import {
  BUS_STATE,
  busState,
  type ControlWords,
  TALLY,
  TALLY_COUNTS,
} from '../memory/control-words.ts';
import { readCounters, SHARD_COUNTERS } from '../memory/counters.ts';
import { addLatencies, latencyView } from '../memory/latency-bins.ts';
import { get } from '../memory/seam.ts';
import {
  type BusHealth,
  busHealth,
  type HealthSources,
  type Trouble,
  troublesOf,
} from '../metrics/bus-health.ts';
import { type BusMetrics, busMetrics } from '../metrics/bus-metrics.ts';
import type { EndpointEntry } from '../registry/endpoints.ts';
import type { Registry } from '../registry/registry.ts';
import { breakerName } from './breaker-news.ts';
import type { Clients } from './clients.ts';
import { clientsOf, receiversOf } from './clients-of.ts';
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
    endpoints: registry.findEndpoints({}).map((entry) => {
      const targets = targetsOf(registry, entry);
      const count = (name: keyof typeof TALLY): number => tallyOf(control, targets, name);
      const inFlight = count('inFlight') + kept(observed, entry);
      return {
        id: entry.spec.id,
        delivered: count('delivered'),
        failed: count('failed'),
        inFlight,
        breaker: breakerName(control, entry.target, now()),
        queued: Math.max(0, sum(targets, (target) => shards.loadOf(target)) - inFlight),
        latency: latencyOf(control, targets),
      };
    }),
    subscriptions: [...registry.subscriptions()].map(({ group, name, spec }) => {
      const count = (what: keyof typeof TALLY): number => tallyOf(control, [spec.target], what);
      const known = {
        id: name,
        pattern: spec.pattern,
        dropped: dropped.of(spec.target) + count('dropped'),
        // The tally of a subscription has its queue in this place.
        queued: count('inFlight'),
      };
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
    isClosed: busState(control) === BUS_STATE.closed,
    lost: clients.lost.all(now()),
    endpoints: registry.findEndpoints({}).map((entry) => {
      const { failure, lastEnd, spec, state, target } = entry;
      const words = clientsOf(registry, entry).map((client) => clients.get(client)?.memory.words);
      const states = words.flatMap((of) => (of === undefined ? [] : [get(of, STATE)]));
      const liveness = states.includes(LIVENESS.busy) ? LIVENESS.busy : states[0];
      const inFlight = tallyOf(control, targetsOf(registry, entry), 'inFlight');
      const breaker = breakerName(control, target, now());
      // Only of a pool is a last end known. While it starts nothing has ended.
      const isReplaced = lastEnd !== undefined && words.length === 0 && state === 'active';
      const known = { id: spec.id, state, liveness, inFlight, breaker, isReplaced };
      return failure === undefined ? known : { ...known, failure };
    }),
    shards: shards.hosts.map(({ id, replacing, running, threadId }) => {
      return { id, threadId, isRunning: running, isReplaced: replacing };
    }),
  };
}

/** Handlers of an endpoint that keep their threads: those are in no tally while they do. */
function kept({ clients, registry }: Observed, entry: EndpointEntry): number {
  return receiversOf(registry, entry).filter(({ client, target }) => {
    const words = clients.get(client)?.memory.words;
    if (words === undefined || get(words, STATE) !== LIVENESS.busy) return false;
    return get(words, TAKING) === target;
  }).length;
}

/** Where an endpoint counts: of a pool its own words, for threads that have left, and those of its threads. */
function targetsOf(registry: Registry, entry: EndpointEntry): number[] {
  const targets = receiversOf(registry, entry).map(({ target }) => target);
  return targets.includes(entry.target) ? targets : [entry.target, ...targets];
}

function tallyOf(
  control: ControlWords,
  targets: readonly number[],
  name: keyof typeof TALLY,
): number {
  return sum(targets, (target) => control.tallies[target * TALLY_COUNTS + TALLY[name]] as number);
}

function latencyOf({ latencies }: ControlWords, targets: readonly number[]): Float64Array {
  const [first = 0, ...others] = targets;
  if (others.length === 0) return latencyView(latencies, first);
  const all = latencyView(latencies, first).slice();
  for (const target of others) addLatencies(all, latencyView(latencies, target));
  return all;
}

function sum(targets: readonly number[], of: (target: number) => number): number {
  return targets.reduce((total, target) => total + of(target), 0);
}
