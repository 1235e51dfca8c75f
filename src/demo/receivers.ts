/**
 * Who must get a planned message, and on which thread: all endpoints and subscriptions as one
 * numbered list. Both are decided here from the tables alone, without the bus.
 */
import type { PlannedMessage } from './plan.ts';
import type { RouteRow, SubscriptionRow } from './tables.ts';
import { AUDIT_ROUTE, NEW_KEY_PREFIX, ROUTES, SUBSCRIPTIONS } from './tables.ts';

/** What a worker needs to set one up; it crosses to the thread as plain properties. */
export interface Receiver {
  /** Its number in the logs. */
  readonly id: number;
  readonly role: 'endpoint' | 'subscription';
  readonly pattern: string;
  /** Of its route; 0 for a subscription. */
  readonly priority: number;
  readonly perReplay: number;
  /** Index of the worker thread that it lives on. */
  readonly worker: number;
}

/**
 * Rough costs of one message, in microseconds, to spread the receivers over the threads: a request
 * is verified and parsed, an event only summed up, an audit line is short.
 */
const REQUEST_COST = 60;
const EVENT_COST = 12;
const NOTIFICATION_COST = 4;
/** A tenth of all messages are requests under new keys, which three routes share. */
const NEW_REQUESTS_PER_REPLAY = 41;

/** All receivers in the order of their numbers: routes, the audit route, subscriptions. */
export function placeReceivers(workers: number): Receiver[] {
  const rows = [...ROUTES, AUDIT_ROUTE, ...SUBSCRIPTIONS];
  const costs = rows.map(costOf);
  const byCost = rows.map((_, id) => id).sort((a, b) => (costs[b] ?? 0) - (costs[a] ?? 0));
  const loads = new Array<number>(workers).fill(0);
  const placeOf = new Map<number, number>();
  for (const id of byCost) {
    const lightest = loads.indexOf(Math.min(...loads));
    placeOf.set(id, lightest);
    loads[lightest] = (loads[lightest] ?? 0) + (costs[id] ?? 0);
  }
  return rows.map((row, id) => ({
    id,
    role: isRoute(row) ? 'endpoint' : 'subscription',
    pattern: row.pattern,
    priority: isRoute(row) ? row.priority : 0,
    perReplay: row.perReplay,
    worker: placeOf.get(id) ?? 0,
  }));
}

/** Numbers of the receivers that must get a message, found from the deliveries' keys once. */
export class Audience {
  readonly #requests: readonly (readonly number[])[];
  readonly #events: readonly (readonly number[])[];
  readonly #newRequests: readonly (readonly number[])[];
  readonly #newEvents: readonly number[];
  readonly #notifications: readonly number[];

  constructor(keys: readonly string[]) {
    this.#requests = keys.map(winnerOf);
    this.#events = keys.map(subscribersOf);
    this.#newRequests = Array.from({ length: 10 }, (_, digit) => winnerOf(NEW_KEY_PREFIX + digit));
    // No pattern of a subscription tells one new key from another.
    this.#newEvents = subscribersOf(`${NEW_KEY_PREFIX}0`);
    this.#notifications = [ROUTES.findIndex(({ pattern }) => pattern === '*'), ROUTES.length];
  }

  of({ kind, delivery, isNewKey, routingKey }: PlannedMessage): readonly number[] {
    if (kind === 'notification') return this.#notifications;
    if (kind === 'event') return (isNewKey ? this.#newEvents : this.#events[delivery]) ?? [];
    const digit = Number(routingKey.at(-1));
    return (isNewKey ? this.#newRequests[digit] : this.#requests[delivery]) ?? [];
  }
}

function winnerOf(key: string): number[] {
  let winner: number | undefined;
  for (const [id, route] of ROUTES.entries()) {
    if (!route.matches(key)) continue;
    if (winner === undefined || route.priority > (ROUTES[winner] as RouteRow).priority) winner = id;
  }
  return winner === undefined ? [] : [winner];
}

function subscribersOf(key: string): number[] {
  const firstId = ROUTES.length + 1;
  return SUBSCRIPTIONS.flatMap((row, index) => (row.matches(key) ? [firstId + index] : []));
}

function costOf(row: RouteRow | SubscriptionRow): number {
  if (row === AUDIT_ROUTE) return row.perReplay * NOTIFICATION_COST;
  if (!isRoute(row)) return row.perReplay * EVENT_COST;
  if (row.pattern === '*') {
    return row.perReplay * REQUEST_COST + AUDIT_ROUTE.perReplay * NOTIFICATION_COST;
  }
  const isForNewKeys = row.pattern.startsWith(NEW_KEY_PREFIX);
  return (isForNewKeys ? NEW_REQUESTS_PER_REPLAY : row.perReplay) * REQUEST_COST;
}

function isRoute(row: RouteRow | SubscriptionRow): row is RouteRow {
  return 'priority' in row;
}
