/**
 * What exists in the bus: endpoints, routes, subscriptions, and the targets that they are to the shards. Pure state:
 * it checks a change, makes it and returns what the shards must be told. Telling them is the host's business.
 *
 * It keeps a router of its own, so that what the index of the shards would refuse is refused before they hear of it:
 * an error inside a shard is a crash.
 */
import type { Matching, RouteSpec, SubscriptionSpec, TargetSpec } from '../control/commands.ts';
import type {
  EndpointSpec,
  RouteRecord,
  RouteRequest,
  SubscriptionRequest,
} from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import { hashKey } from '../message/key.ts';
import { validatePattern } from '../routing/pattern.ts';
import type { Router } from '../routing/router.ts';
import { checkEndpoint, checkSubscription } from './checks.ts';
import {
  type EndpointEntry,
  type EndpointQuery,
  type EndpointState,
  Endpoints,
} from './endpoints.ts';
import { PoolMembers } from './pool-members.ts';
import { type RouteEntry, Routes, recordOf } from './routes.ts';
import { type SubscriptionEntry, Subscriptions } from './subscriptions.ts';
import { TargetIds } from './target-ids.ts';

export interface RegistryLimits {
  readonly maxEndpoints: number;
  readonly maxSubscriptions: number;
  readonly maxRoutes: number;
  readonly maxRegexRoutes: number;
  readonly maxPatternsPerRun: number;
  /** Target ids are 0 … targets − 1. */
  readonly targets: number;
  /** Deliveries of one client that one shard keeps at most: no target's window is larger. */
  readonly cells: number;
}

/** What a client leaves behind. */
export interface Estate {
  readonly routes: readonly RouteSpec[];
  readonly subscriptions: readonly SubscriptionSpec[];
  /** All ids it held; still taken, until `releaseTarget`. */
  readonly targets: readonly number[];
}

/** Messages of taken keys or ids that one shard keeps for an endpoint before others wait behind them. */
const LANE_WAITING = 1_000;

export class Registry {
  /** By target; of those that are gone too, until their numbers are used again. */
  readonly #names = new Map<number, string>();
  readonly #cells: number;
  readonly #targets: TargetIds;
  readonly #endpoints: Endpoints;
  readonly #members: PoolMembers = new PoolMembers();
  readonly #routes: Routes;
  readonly #subscriptions: Subscriptions;
  readonly #router: Router;

  constructor(limits: RegistryLimits) {
    this.#cells = limits.cells;
    this.#targets = new TargetIds(limits.targets);
    this.#endpoints = new Endpoints(limits.maxEndpoints);
    this.#routes = new Routes({ ...limits, cursors: limits.targets });
    this.#router = this.#routes.router;
    this.#subscriptions = new Subscriptions(limits.maxSubscriptions);
  }

  /** Throws `ERR_BUS_FULL`. */
  allocateTarget(client: number): number {
    return this.#targets.allocate(client);
  }

  /** Only when nothing is registered on it; false otherwise, and when it was not taken. */
  releaseTarget(target: number): boolean {
    if (this.#endpoints.at(target) !== undefined) return false;
    if (this.#subscriptions.at(target) !== undefined) return false;
    if (this.#members.poolOf(target) !== undefined) return false;
    return this.#targets.release(target);
  }

  ownerOf(target: number): number | undefined {
    return this.#targets.ownerOf(target);
  }

  /** Throws `ERR_BUS_CONFIG`, `ERR_BUS_DUPLICATE` or `ERR_BUS_FULL`, and then has changed nothing. */
  addEndpoint(client: number, target: number, spec: EndpointSpec): TargetSpec {
    checkEndpoint(spec);
    this.#assertFree(client, target);
    this.#endpoints.add(client, target, spec);
    this.#names.set(target, spec.id);
    const added = this.#targetOf(client, target, spec);
    return spec.threadConcurrency === undefined ? added : { ...added, isPool: true };
  }

  /** A thread of a pool. Throws `ERR_BUS_ENDPOINT_NOT_FOUND`, and then has changed nothing. */
  addMember(client: number, target: number, pool: string): TargetSpec {
    const { spec: poolSpec, target: poolTarget } = this.#endpoints.get(pool);
    // Breaker, order and handled ids are the pool's, whichever of its threads has a message.
    const { breaker: _, ordered: __, dedupeWindow: ___, ...spec } = poolSpec;
    const { threadConcurrency: concurrency } = spec;
    if (concurrency === undefined) throw noPoolError(pool);
    this.#assertFree(client, target);
    this.#members.add(target, poolTarget);
    this.#names.set(target, pool);
    const own = { ...spec, concurrency, window: concurrency, queueLimit: Number.POSITIVE_INFINITY };
    return { ...this.#targetOf(client, target, own), pool: poolTarget };
  }

  /** False when there is none. */
  removeMember(target: number): boolean {
    return this.#members.remove(target);
  }

  /** Targets of the threads of a pool that are there. */
  membersOf(pool: number): readonly number[] {
    return this.#members.of(pool);
  }

  poolOf(target: number): EndpointEntry | undefined {
    const pool = this.#members.poolOf(target);
    return pool === undefined ? undefined : this.#endpoints.at(pool);
  }

  /** Notes what became of a pool's threads. */
  noteEnd(
    pool: number,
    news: Pick<EndpointEntry, 'failure'> | Pick<EndpointEntry, 'lastEnd'>,
  ): EndpointEntry | undefined {
    return this.#endpoints.note(pool, news);
  }

  /** The endpoint's target. Throws `ERR_BUS_ENDPOINT_NOT_FOUND`. */
  setEndpointState(id: string, state: EndpointState): number {
    return this.#endpoints.setState(id, state).target;
  }

  /** The routes that went with it; undefined when there is no endpoint there. */
  removeEndpoint(target: number): readonly RouteSpec[] | undefined {
    const entry = this.#endpoints.remove(target);
    if (entry === undefined) return undefined;
    return this.#routes.removeTarget(target);
  }

  /**
   * All or none. Throws `ERR_BUS_INVALID_PATTERN`, `ERR_BUS_CONFIG`, `ERR_BUS_ENDPOINT_NOT_FOUND`,
   * `ERR_BUS_DUPLICATE` or `ERR_BUS_FULL`. `nowMs` is epoch ms.
   */
  addRoutes(requests: Iterable<RouteRequest>, nowMs: number): readonly RouteEntry[] {
    return this.#routes.add(requests, (endpoint) => this.#endpoints.get(endpoint).target, nowMs);
  }

  /** What their owners are told of routes that `addRoutes` has just added. */
  recordsOf(routes: readonly RouteEntry[]): RouteRecord[] {
    return routes.flatMap((route) => {
      const endpoint = this.#endpoints.at(route.target);
      return endpoint === undefined ? [] : recordOf(route, endpoint.spec.id);
    });
  }

  /** Undefined when there is no such route. Throws `ERR_BUS_INVALID_PATTERN`. */
  removeRoute(pattern: string, match: Matching | 'auto', endpoint: string): RouteSpec | undefined {
    // A regex need not be compiled to be forgotten.
    const settled = match === 'regex' ? match : validatePattern(pattern, match).match;
    const target = this.#endpoints.targetOf(endpoint);
    return target === undefined ? undefined : this.#routes.remove(pattern, settled, target);
  }

  /** Throws `ERR_BUS_INVALID_PATTERN`, `ERR_BUS_CONFIG` or `ERR_BUS_FULL`, and then has changed nothing. */
  addSubscription(
    client: number,
    target: number,
    request: SubscriptionRequest,
  ): { readonly target: TargetSpec; readonly subscription: SubscriptionSpec } {
    const settled = checkSubscription(request);
    this.#assertFree(client, target);
    const { name, spec } = this.#subscriptions.add(client, target, settled);
    this.#names.set(target, name);
    try {
      this.#router.addSubscription(spec);
    } catch (error) {
      this.#subscriptions.remove(target);
      throw error;
    }
    const window = Math.min(request.window, this.#cells);
    const { bound, waiting, whenFull } = request;
    return {
      target: {
        id: target,
        kind: 'subscription',
        client,
        window,
        whenFull,
        ...(waiting === undefined ? {} : { waiting: Math.min(waiting, this.#cells) }),
        ...(bound === undefined ? {} : { bound }),
        ...(request.retry === undefined ? {} : { retry: request.retry }),
        ...(spec.group === undefined ? {} : { group: spec.group }),
      },
      subscription: spec,
    };
  }

  removeSubscription(target: number): SubscriptionSpec | undefined {
    const entry = this.#subscriptions.remove(target);
    if (entry !== undefined) this.#router.removeSubscription(entry.spec.id);
    return entry?.spec;
  }

  /** Ids that a client holds, ascending. */
  targetsOf(client: number): readonly number[] {
    return this.#targets.heldBy(client);
  }

  /** Takes out everything of a client that has left or died, but keeps its target ids taken. */
  forget(client: number): Estate {
    const targets = this.#targets.heldBy(client);
    const routes: RouteSpec[] = [];
    const subscriptions: SubscriptionSpec[] = [];
    for (const target of targets) {
      routes.push(...(this.removeEndpoint(target) ?? []));
      this.#members.remove(target);
      const subscription = this.removeSubscription(target);
      if (subscription !== undefined) subscriptions.push(subscription);
    }
    return { routes, subscriptions, targets };
  }

  findEndpoints(query: EndpointQuery): EndpointEntry[] {
    return this.#endpoints.find(query);
  }

  endpointAt(target: number): EndpointEntry | undefined {
    return this.#endpoints.at(target);
  }

  /** Targets of the endpoints that have a breaker. */
  breakerTargets(): number[] {
    return this.#endpoints.find({}).flatMap(({ spec, target }) => (spec.breaker ? [target] : []));
  }

  subscriptionAt(target: number): SubscriptionEntry | undefined {
    return this.#subscriptions.at(target);
  }

  /** In the order of choice: by balance set, and by age within one. */
  findRoutes(key: string): RouteRecord[] {
    return this.recordsOf(this.#routes.find(key));
  }

  /** Id of the endpoint or subscription there, or of the last one that was. */
  nameOf(target: number): string | undefined {
    return this.#names.get(target);
  }

  /** Of an endpoint or subscription by its id. */
  targetOf(name: string): number | undefined {
    const target = this.#endpoints.targetOf(name);
    if (target !== undefined) return target;
    return [...this.#subscriptions.all()].find((entry) => entry.name === name)?.spec.target;
  }

  subscriptions(): Iterable<SubscriptionEntry> {
    return this.#subscriptions.all();
  }

  #targetOf(client: number, id: number, spec: EndpointSpec): TargetSpec {
    const window = Math.min(spec.window, this.#cells);
    const { concurrency = spec.window, queueLimit = Number.POSITIVE_INFINITY } = spec;
    const capacity = concurrency + queueLimit;
    return {
      id,
      kind: 'endpoint',
      client,
      window,
      whenFull: 'park',
      concurrency: Math.min(concurrency, spec.window),
      place: hashKey(spec.id),
      ...(capacity === Number.POSITIVE_INFINITY ? {} : { capacity }),
      ...(spec.retry === undefined ? {} : { retry: spec.retry }),
      ...(spec.maxDeaths === undefined ? {} : { maxDeaths: spec.maxDeaths }),
      ...(spec.breaker === undefined ? {} : { breaker: spec.breaker }),
      ...(spec.ordered === true ? { ordered: true } : {}),
      ...(hasLanes(spec) ? { waiting: LANE_WAITING } : {}),
      ...(spec.redeliver === false ? { redeliver: false } : {}),
    };
  }

  /** A client that names a target of another one, or one in use, has a defect: the shards must not see it. */
  #assertFree(client: number, target: number): void {
    const owner = this.#targets.ownerOf(target);
    const used =
      this.#endpoints.at(target) !== undefined ||
      this.#subscriptions.at(target) !== undefined ||
      this.#members.poolOf(target) !== undefined;
    if (owner === client && !used) return;
    throw new BusError(
      'ERR_BUS_INTERNAL',
      `Client ${client} names target ${target}, which ${used ? 'is in use' : `client ${owner} holds`}.`,
      { details: { client, target, owner, used } },
    );
  }
}

/** A message may have to wait for another of its key or id. */
function hasLanes({ dedupeWindow, ordered }: EndpointSpec): boolean {
  return ordered === true || dedupeWindow !== undefined;
}

function noPoolError(id: string): BusError {
  return new BusError('ERR_BUS_INTERNAL', `A thread joins '${id}', which is no pool.`, {
    details: { endpoint: id },
  });
}
