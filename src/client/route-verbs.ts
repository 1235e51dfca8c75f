/** The verbs about routes, and whether endpoints take part: control calls to main, none of which touches a message. */
import type { ControlPlane, Explanation } from '../control/plane.ts';
import { hashKey, validateKey } from '../message/key.ts';
import { kindOf } from '../message/text.ts';
import type { RouteEntry, RouteOptions } from '../options.ts';
import { configError, resolveMatch } from '../options.ts';
import type { ClientCore } from './client-core.ts';
import { type Route, routeHandle, routeRequest, routeRequests } from './route-handle.ts';

export class RouteVerbs {
  readonly #core: ClientCore;
  readonly #plane: ControlPlane;
  readonly #checkOpen: () => void;

  /** `checkOpen` throws when the bus takes no calls. */
  constructor(core: ClientCore, plane: ControlPlane, checkOpen: () => void) {
    this.#core = core;
    this.#plane = plane;
    this.#checkOpen = checkOpen;
  }

  async registerRoute(
    pattern: string | RegExp,
    endpoint: string,
    options?: RouteOptions,
  ): Promise<Route> {
    this.#checkOpen();
    const [record] = await this.#plane.registerRoutes([routeRequest(pattern, endpoint, options)]);
    return routeHandle(record as NonNullable<typeof record>, this.#plane);
  }

  /** All or nothing, as one change of the table. */
  async registerRoutes(entries: Iterable<RouteEntry>): Promise<Route[]> {
    this.#checkOpen();
    const records = await this.#plane.registerRoutes(routeRequests(entries));
    return records.map((record) => routeHandle(record, this.#plane));
  }

  /** False when there is no such route. */
  async removeRoute(
    pattern: string | RegExp,
    endpoint: string,
    options?: Pick<RouteOptions, 'match'>,
  ): Promise<boolean> {
    this.#checkOpen();
    const match = resolveMatch(options as { match?: NonNullable<RouteOptions['match']> });
    const request = routeRequest(pattern, endpoint, { match }, 'removeRoute');
    return this.#plane.removeRoute(request.pattern, request.match, request.endpoint);
  }

  async findRoute(key: string): Promise<Route | undefined> {
    return (await this.findAllRoutes(key))[0];
  }

  async findAllRoutes(key: string): Promise<Route[]> {
    this.#checkOpen();
    validateKey(key);
    const records = await this.#plane.findRoutes(key);
    return records.map((record) => routeHandle(record, this.#plane));
  }

  /** The endpoint takes no new messages until `restore`. */
  async isolate(endpoint: string): Promise<void> {
    this.#checkOpen();
    await this.#plane.isolate(checkEndpointId(endpoint, 'isolate'), true);
  }

  async restore(endpoint: string): Promise<void> {
    this.#checkOpen();
    await this.#plane.isolate(checkEndpointId(endpoint, 'restore'), false);
  }

  async explain(key: string): Promise<Explanation> {
    this.#checkOpen();
    validateKey(key);
    const { id: client, interner } = this.#core;
    const known = interner.peek(key);
    const interned = known && { id: known.id, epoch: known.epoch };
    return this.#plane.explain({ client, key, hash: hashKey(key), interned });
  }
}

function checkEndpointId(id: unknown, verb: string): string {
  if (typeof id === 'string') return id;
  throw configError(verb, 'endpoint', 'the id of an endpoint', kindOf(id));
}
