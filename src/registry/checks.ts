/**
 * Checks of what a client asks for. The verbs check the same on their own thread; the registry repeats it because a
 * bad value from one thread would be a crash of the shards of all.
 */
import { BALANCES, type FullPolicy, type Matching } from '../control/commands.ts';
import type { EndpointSpec, RouteRequest, SubscriptionRequest } from '../control/plane.ts';
import { LIMITS } from '../limits.ts';
import { kindOf } from '../message/text.ts';
import { configError, DELAY, DURATION, isDuration, isName, rangeText } from '../options/reader.ts';
import { settleMatch, validatePattern } from '../routing/pattern.ts';
import type { RegexProgram } from '../routing/regex-program.ts';

const MATCHES: readonly (Matching | 'auto')[] = ['auto', 'exact', 'glob', 'regex'];
const FULL_POLICIES: readonly FullPolicy[] = ['park', 'drop-oldest', 'drop-newest', 'error'];

/** A subscription whose kind of match is settled. */
export type SettledSubscription = SubscriptionRequest & {
  readonly match: Matching;
  readonly regex?: RegexProgram | undefined;
};

/** Throws `ERR_BUS_CONFIG`. */
export function checkEndpoint(spec: EndpointSpec): void {
  const where = spec.threadConcurrency === undefined ? 'registerEndpoint' : 'registerPool';
  checkName(where, 'id', spec.id);
  if (spec.service !== undefined) checkName(where, 'service', spec.service);
  if (spec.version !== undefined) checkName(where, 'version', spec.version);
  if (!Array.isArray(spec.tags) || spec.tags.length > LIMITS.tags) {
    const expected = `an array of at most ${LIMITS.tags} names`;
    throw configError(where, 'tags', expected, kindOf(spec.tags));
  }
  for (const tag of spec.tags) checkName(where, 'tags', tag);
  const { concurrency, dedupeWindow, queueLimit } = spec;
  if (concurrency !== undefined) {
    checkInteger(where, 'concurrency', concurrency, 1, LIMITS.concurrentDeliveries);
  }
  if (queueLimit !== undefined && queueLimit !== Number.POSITIVE_INFINITY) {
    checkInteger(where, 'queueLimit', queueLimit, 0, Number.MAX_SAFE_INTEGER);
  }
  if (dedupeWindow !== undefined && !isDuration(dedupeWindow, DELAY)) {
    throw configError(
      where,
      'dedupeWindow',
      `milliseconds ${rangeText(DELAY)}`,
      kindOf(dedupeWindow),
    );
  }
  checkInteger(where, 'maxConcurrentDeliveries', spec.window, 1, LIMITS.concurrentDeliveries);
}

/**
 * The kind of match that is asked for. Throws `ERR_BUS_INVALID_PATTERN` or `ERR_BUS_CONFIG`, but not for the syntax of a
 * glob or regex: whoever adds it finds that out.
 */
export function checkRoute(request: RouteRequest): Matching {
  const where = 'registerRoute';
  checkChoice(where, 'match', request.match, MATCHES);
  const match = settleMatch(request.pattern, request.match);
  checkName(where, 'endpoint', request.endpoint);
  checkInteger(where, 'priority', request.priority, 0, LIMITS.priority);
  checkChoice(where, 'balance', request.balance, BALANCES);
  checkInteger(where, 'weight', request.weight, 1, LIMITS.weight);
  const { hashHeader, timeout } = request;
  if (hashHeader !== undefined) checkName(where, 'hashHeader', hashHeader);
  if (timeout !== undefined && !isDuration(timeout, DURATION)) {
    throw configError(where, 'timeout', `milliseconds ${rangeText(DURATION)}`, kindOf(timeout));
  }
  return match;
}

/** Settles `'auto'`. Throws `ERR_BUS_INVALID_PATTERN` or `ERR_BUS_CONFIG`. */
export function checkSubscription(request: SubscriptionRequest): SettledSubscription {
  const where = 'subscribe';
  checkChoice(where, 'match', request.match, MATCHES);
  const { match, regex } = validatePattern(request.pattern, request.match);
  checkName(where, 'id', request.id);
  checkInteger(where, 'capacity', request.window, 1, LIMITS.capacity);
  if (request.waiting !== undefined) {
    checkInteger(where, 'capacity', request.waiting, 1, LIMITS.capacity);
  }
  checkChoice(where, 'overflow', request.whenFull, FULL_POLICIES);
  const { bound, group } = request;
  if (group !== undefined) checkName(where, 'group', group);
  if (bound !== undefined) {
    checkInteger(where, 'capacity', bound.events, 1, LIMITS.capacity);
    checkInteger(where, 'capacityBytes', bound.bytes, 1, LIMITS.capacityBytes);
  }
  return { ...request, match, regex };
}

function checkName(where: string, option: string, value: unknown): void {
  if (isName(value, LIMITS.nameLength)) return;
  const expected = `a non-empty string of at most ${LIMITS.nameLength} characters`;
  throw configError(where, option, expected, kindOf(value));
}

function checkInteger(
  where: string,
  option: string,
  value: unknown,
  low: number,
  high: number,
): void {
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return;
  throw configError(where, option, `an integer from ${low} to ${high}`, kindOf(value));
}

function checkChoice(
  where: string,
  option: string,
  value: unknown,
  choices: readonly string[],
): void {
  if (choices.includes(value as string)) return;
  const names = choices.map((choice) => `'${choice}'`).join(', ');
  throw configError(where, option, `one of ${names}`, kindOf(value));
}
