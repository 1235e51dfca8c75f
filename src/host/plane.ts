/**
 * The control plane on the main thread: a change goes into the registry at once, and the call resolves when all shards
 * concerned have it. Clients on other threads come through the control door, which lets each touch only its own.
 */
import { setTimeout } from 'node:timers/promises';
import { type ExplainQuery, type Matching, mayHold } from '../control/commands.ts';
import type {
  ControlPlane,
  EndpointRecord,
  EndpointSpec,
  Explanation,
  RouteRecord,
  RouteRequest,
  SubscriptionRequest,
} from '../control/plane.ts';
import { resetBreaker } from '../memory/breaker-words.ts';
import {
  BUS_STATE,
  busState,
  type ControlWords,
  foldTallies,
  setHolding,
} from '../memory/control-words.ts';
import type { DeadLetterFilter, DeadLetterKeeper, DeadLetterPage } from '../message/dead-letter.ts';
import type { EndpointQuery } from '../registry/endpoints.ts';
import { expectedGlobs } from '../registry/expected-globs.ts';
import type { Registry } from '../registry/registry.ts';
import { breakerName } from './breaker-news.ts';
import { assertOpen } from './bus-state.ts';
import type { Clients, TellState } from './clients.ts';
import { clientsOf } from './clients-of.ts';
import { DedupeSeeds } from './dedupe-seeds.ts';
import type { DroppedCounts } from './dropped-counts.ts';
import { explanationOf } from './explanation.ts';
import type { Shards } from './shards.ts';

export interface PlaneInit {
  readonly registry: Registry;
  readonly shards: Shards;
  readonly clients: Clients;
  readonly dropped: DroppedCounts;
  readonly control: ControlWords;
  /** Undefined: none are kept. */
  readonly deadLetters: () => DeadLetterKeeper | undefined;
  readonly metrics: () => unknown;
  readonly health: () => unknown;
  /** Epoch ms. */
  readonly now: () => number;
  /** Ms since the bus epoch. */
  readonly busNow: () => number;
  /** An endpoint has another state. */
  readonly tellState: TellState;
}

/** How often main looks whether a draining endpoint has nothing left. */
const DRAIN_LOOK_MS = 2;
/** Client 0 lives as long as the bus. */
const MAIN = 0;

export class Plane implements ControlPlane {
  readonly #init: PlaneInit;
  readonly #seeds = new DedupeSeeds();

  constructor(init: PlaneInit) {
    this.#init = init;
  }

  async allocateTarget(client: number): Promise<number> {
    assertOpen(this.#init.control);
    return this.#init.registry.allocateTarget(client);
  }

  async releaseTarget(target: number): Promise<void> {
    this.#init.registry.releaseTarget(target);
  }

  async registerEndpoint(client: number, target: number, spec: EndpointSpec): Promise<void> {
    const { clients, control, registry, shards, tellState } = this.#init;
    const { dedupeWindow: windowMs } = spec;
    const dedupe =
      windowMs === undefined ? {} : { dedupe: { windowMs, seed: await this.#seeds.of(spec.id) } };
    assertOpen(control);
    const added = { ...registry.addEndpoint(client, target, spec), ...dedupe };
    if (spec.breaker !== undefined) resetBreaker(control, target);
    const entry = registry.endpointAt(target);
    if (entry !== undefined) clients.announce(entry);
    await shards.tellAll({ op: 'addTarget', target: added });
    tellState({ endpoint: spec.id, state: 'active' });
  }

  async joinPool(client: number, target: number, pool: string): Promise<void> {
    const { control, registry, shards } = this.#init;
    assertOpen(control);
    await shards.tellAll({ op: 'addTarget', target: registry.addMember(client, target, pool) });
  }

  async closeEndpoint(target: number): Promise<void> {
    const { clients, control, registry, shards, tellState } = this.#init;
    const pool = registry.poolOf(target);
    if (pool !== undefined) foldTallies(control, target, pool.target);
    if (registry.removeMember(target)) {
      await shards.tellAll({ op: 'removeTarget', target });
      return;
    }
    const endpoint = registry.endpointAt(target)?.spec.id;
    if (registry.removeEndpoint(target) === undefined || endpoint === undefined) return;
    clients.announceClosed(target);
    await shards.tellAll({ op: 'removeTarget', target });
    tellState({ endpoint, state: 'closed' });
  }

  async drainEndpoint(target: number): Promise<void> {
    const { control, registry, shards, tellState } = this.#init;
    assertOpen(control);
    const endpoint = registry.endpointAt(target)?.spec.id;
    if (endpoint === undefined) return;
    registry.setEndpointState(endpoint, 'draining');
    await shards.tellAll({ op: 'isolate', target, isolated: true });
    tellState({ endpoint, state: 'draining' });
    const load = (): number =>
      [target, ...registry.membersOf(target)].reduce((sum, at) => sum + shards.loadOf(at), 0);
    const isThere = (): boolean => registry.endpointAt(target)?.state === 'draining';
    while (isThere() && load() > 0 && busState(control) <= BUS_STATE.closing) {
      await setTimeout(DRAIN_LOOK_MS, undefined, { ref: false });
    }
  }

  async registerRoutes(routes: readonly RouteRequest[]): Promise<readonly RouteRecord[]> {
    const { control, registry, shards, now } = this.#init;
    assertOpen(control);
    let isExpected = false;
    for (const patterns of expectedGlobs(routes)) {
      shards.hint({ op: 'expectGlobs', patterns });
      isExpected = true;
    }
    try {
      const added = registry.addRoutes(routes, now());
      const told = shards.tellPlaced(added, (list) => ({ op: 'addRoutes', routes: list }));
      // While the shards are at it.
      const records = registry.recordsOf(added);
      await told;
      return records;
    } catch (error) {
      // What was expected in vain is forgotten with the next change.
      if (isExpected) shards.hint({ op: 'addRoutes', routes: [] });
      throw error;
    }
  }

  async removeRoute(pattern: string, match: Matching | 'auto', endpoint: string): Promise<boolean> {
    const { registry, shards } = this.#init;
    const spec = registry.removeRoute(pattern, match, endpoint);
    if (spec === undefined) return false;
    await shards.tellPlaced([spec], () => ({ op: 'removeRoutes', routes: [spec.id] }));
    return true;
  }

  async subscribe(client: number, target: number, request: SubscriptionRequest): Promise<void> {
    const { control, dropped, registry, shards } = this.#init;
    assertOpen(control);
    const added = registry.addSubscription(client, target, request);
    dropped.start(target);
    if (mayHold(added.target)) setHolding(control);
    // Commands come into force in order, so the target is there when the subscription is.
    await Promise.all([
      shards.tellAll({ op: 'addTarget', target: added.target }),
      shards.tellPlaced([added.subscription], () => ({
        op: 'addSubscription',
        subscription: added.subscription,
      })),
    ]);
  }

  async unsubscribe(target: number): Promise<void> {
    const { registry, shards } = this.#init;
    const spec = registry.removeSubscription(target);
    if (spec === undefined) return;
    this.#init.dropped.end(target);
    await Promise.all([
      shards.tellPlaced([spec], () => ({ op: 'removeSubscription', subscription: spec.id })),
      shards.tellAll({ op: 'removeTarget', target }),
    ]);
  }

  async findEndpoints(query: EndpointQuery): Promise<readonly EndpointRecord[]> {
    const { busNow, clients, control, registry } = this.#init;
    return registry.findEndpoints(query).map((entry): EndpointRecord => {
      const { spec, state, target } = entry;
      const { id, service, version, tags } = spec;
      const [client] = clientsOf(registry, entry);
      const isThere = client !== undefined && state === 'active';
      return {
        id,
        ...(service === undefined ? {} : { service }),
        ...(version === undefined ? {} : { version }),
        // A copy: on the main thread nothing else stands between a caller and the registry.
        tags: [...tags],
        threadId: (client === undefined ? undefined : clients.get(client)?.threadId) ?? -1,
        state,
        health:
          isThere && breakerName(control, target, busNow()) === 'closed' ? 'healthy' : 'unhealthy',
      };
    });
  }

  async findRoutes(key: string): Promise<readonly RouteRecord[]> {
    return this.#init.registry.findRoutes(key);
  }

  async explain(query: ExplainQuery): Promise<Explanation> {
    const { control, shards } = this.#init;
    assertOpen(control);
    const host = shards.ofHash(query.hash);
    const answer = await host.explain(query);
    return explanationOf(this.#init.registry, { key: query.key, shard: host.id }, answer);
  }

  async isolate(endpoint: string, isolated: boolean): Promise<void> {
    const { control, registry, shards, tellState } = this.#init;
    assertOpen(control);
    const state = isolated ? 'isolated' : 'active';
    const target = registry.setEndpointState(endpoint, state);
    await shards.tellAll({ op: 'isolate', target, isolated });
    tellState({ endpoint, state });
  }

  async listDeadLetters(query: {
    readonly limit: number;
    readonly cursor: string | undefined;
  }): Promise<DeadLetterPage> {
    return this.#init.deadLetters()?.list(query) ?? { items: [], cursor: undefined };
  }

  async replayDeadLetter(id: string): Promise<number> {
    assertOpen(this.#init.control);
    return this.#init.deadLetters()?.replay(id) ?? 0;
  }

  async purgeDeadLetters(filter: DeadLetterFilter): Promise<number> {
    return this.#init.deadLetters()?.purge(filter) ?? 0;
  }

  async metrics(): Promise<unknown> {
    return this.#init.metrics();
  }

  async health(): Promise<unknown> {
    return this.#init.health();
  }

  async detach(client: number): Promise<void> {
    if (client !== MAIN) await this.#init.clients.dismiss(client);
  }
}
