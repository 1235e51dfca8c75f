/**
 * The control plane as one client on another thread may use it: the client number is put in here, whatever the thread
 * says, and a target that another client holds cannot be touched.
 */
import type { ControlPlane } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';

export type PlaneMethod = keyof ControlPlane;

/** Everything that can be called through the control door once a client is attached. */
export const PLANE_METHODS: readonly PlaneMethod[] = [
  'allocateTarget',
  'releaseTarget',
  'registerEndpoint',
  'joinPool',
  'closeEndpoint',
  'drainEndpoint',
  'registerRoutes',
  'removeRoute',
  'subscribe',
  'unsubscribe',
  'findEndpoints',
  'findRoutes',
  'explain',
  'isolate',
  'listDeadLetters',
  'replayDeadLetter',
  'purgeDeadLetters',
  'metrics',
  'health',
  'detach',
];

/** The plane narrowed to one client. `ownerOf` tells who holds a target. */
export function planeOfClient(
  plane: ControlPlane,
  client: number,
  ownerOf: (target: number) => number | undefined,
): ControlPlane {
  const own = (target: number): number => {
    const owner = ownerOf(target);
    if (owner === undefined || owner === client) return target;
    throw new BusError(
      'ERR_BUS_INTERNAL',
      `Client ${client} names target ${target}, which client ${owner} holds.`,
      { details: { client, target, owner } },
    );
  };
  return {
    allocateTarget: () => plane.allocateTarget(client),
    releaseTarget: async (target) => plane.releaseTarget(own(target)),
    registerEndpoint: (_, target, spec) => plane.registerEndpoint(client, target, spec),
    joinPool: async (_, target, pool) => plane.joinPool(client, own(target), pool),
    closeEndpoint: async (target) => plane.closeEndpoint(own(target)),
    drainEndpoint: async (target) => plane.drainEndpoint(own(target)),
    registerRoutes: (routes) => plane.registerRoutes(routes),
    removeRoute: (pattern, match, endpoint) => plane.removeRoute(pattern, match, endpoint),
    subscribe: (_, target, request) => plane.subscribe(client, target, request),
    unsubscribe: async (target) => plane.unsubscribe(own(target)),
    findEndpoints: (query) => plane.findEndpoints(query),
    findRoutes: (key) => plane.findRoutes(key),
    explain: (query) => plane.explain({ ...query, client }),
    isolate: (endpoint, isolated) => plane.isolate(endpoint, isolated),
    listDeadLetters: (query) => plane.listDeadLetters(query),
    replayDeadLetter: (id) => plane.replayDeadLetter(id),
    purgeDeadLetters: (filter) => plane.purgeDeadLetters(filter),
    metrics: () => plane.metrics(),
    health: () => plane.health(),
    detach: () => plane.detach(client),
  };
}

export function isPlaneMethod(name: unknown): name is PlaneMethod {
  return PLANE_METHODS.includes(name as PlaneMethod);
}
