/** A route in its owner's hands. */
import { types } from 'node:util';
import type { Balance } from '../control/commands.ts';
import type { ControlPlane, RouteRecord, RouteRequest } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import { kindOf } from '../message/text.ts';
import type { RouteEntry, RouteOptions } from '../options.ts';
import { configError, readOnce, resolveRouteEntry, resolveRouteOptions } from '../options.ts';

export interface Route {
  readonly pattern: string;
  readonly match: 'exact' | 'glob' | 'regex';
  readonly endpoint: string;
  readonly priority: number;
  readonly balance: Balance;
  readonly weight: number;
  /** Epoch ms. */
  readonly createdAt: number;
  /** False when it was gone already. */
  remove(): Promise<boolean>;
}

export function routeHandle(record: RouteRecord, plane: ControlPlane): Route {
  const { pattern, match, endpoint, priority, balance, weight, createdAt } = record;
  return Object.freeze({
    pattern,
    match,
    endpoint,
    priority,
    balance,
    weight,
    createdAt,
    remove: () => plane.removeRoute(pattern, match, endpoint),
  });
}

/** What main is asked for. */
export function routeRequest(
  pattern: string | RegExp,
  endpoint: string,
  options: RouteOptions | undefined,
  where = 'registerRoute',
): RouteRequest {
  return checkedRequest({ pattern, endpoint }, resolveRouteOptions(options), where);
}

/** The same of the entries of `registerRoutes`, read once. What is no object is refused with its place. */
export function routeRequests(entries: unknown): RouteRequest[] {
  return readOnce('registerRoutes', 'entries', () => readEntries(entries).map(entryRequest));
}

function readEntries(entries: unknown): RouteEntry[] {
  const isIterable = typeof (entries as Partial<Iterable<unknown>> | null)?.[Symbol.iterator];
  if (isIterable !== 'function' || typeof entries === 'string') {
    throw configError('registerRoutes', 'entries', 'an iterable of routes', kindOf(entries));
  }
  const list = [...(entries as Iterable<RouteEntry>)];
  list.forEach((entry: unknown, index) => {
    if (typeof entry === 'object' && entry !== null) return;
    throw configError('registerRoutes', `[${index}]`, 'a route', kindOf(entry));
  });
  return list;
}

function entryRequest(entry: RouteEntry, index: number): RouteRequest {
  const options = resolveRouteEntry(entry, index);
  return checkedRequest(entry, options, 'registerRoutes', `[${index}].`);
}

/**
 * The pattern as text, and how it matches. A RegExp becomes its source, with its flags, if it has any, before
 * it: `(?i)^order`. Main checks the syntax.
 */
export function patternText(
  pattern: string | RegExp,
  match: RouteRequest['match'],
): { pattern: string; match: RouteRequest['match'] } {
  if (!types.isRegExp(pattern)) {
    // Checked here: what is no text could not even be carried to main from another thread.
    if (typeof pattern !== 'string') refuseForm(ANY, kindOf(pattern));
    return { pattern, match };
  }
  if (match !== 'auto' && match !== 'regex') {
    refuseForm(`a string with match '${match}'`, 'a RegExp');
  }
  const { flags, source } = readRegExp(pattern);
  if (/[^imsu]/.test(flags)) {
    refuseForm('a RegExp without flags other than i, m, s and u', `one with '${flags}'`);
  }
  return { pattern: flags === '' ? source : `(?${flags})${source}`, match: 'regex' };
}

const ANY = 'a non-empty string or a RegExp';

/** A RegExp may have properties of its own that throw, or are no text. */
function readRegExp(pattern: RegExp): { readonly flags: string; readonly source: string } {
  try {
    const { flags, source } = pattern;
    if (typeof flags === 'string' && typeof source === 'string') return { flags, source };
  } catch {
    // Refused below.
  }
  refuseForm(ANY, 'a RegExp whose flags and source cannot be read');
}

function refuseForm(expected: string, got: string): never {
  throw new BusError('ERR_BUS_INVALID_PATTERN', `A pattern must be ${expected}; got ${got}.`, {
    details: { expected, got },
  });
}

function checkedRequest(
  { endpoint, pattern }: { readonly endpoint: unknown; readonly pattern: string | RegExp },
  options: ReturnType<typeof resolveRouteOptions>,
  where: string,
  prefix = '',
): RouteRequest {
  if (typeof endpoint !== 'string') {
    throw configError(where, `${prefix}endpoint`, 'the id of an endpoint', kindOf(endpoint));
  }
  const { priority, balance, weight, hashHeader, timeout, spill, failover } = options;
  const { pattern: text, match } = patternText(pattern, options.match);
  const request = { pattern: text, match, endpoint, priority, balance, weight };
  // One of a hundred thousand: what is mostly not there costs nothing.
  if (hashHeader === undefined && timeout === undefined && !spill && failover) return request;
  return {
    ...request,
    ...(hashHeader === undefined ? {} : { hashHeader }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(spill ? { spill } : {}),
    ...(failover ? {} : { failover }),
  };
}
