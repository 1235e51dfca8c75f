/** Every way a call can end badly, as the error that its caller gets. */
import type { NamedEndpoint } from '../control/plane.ts';
import { REFUSAL, STATUS } from '../memory/entries.ts';
import { targetsOf } from '../memory/outcome-word.ts';
import { messageOf } from '../message/error-codec.ts';
import { droppedOf } from '../message/error-revival.ts';
import { BusError, type BusErrorCode, quietly } from '../message/errors.ts';
import { KIND } from '../message/kinds.ts';
import type { ReceivedError } from './received-error.ts';
import { threadEnd } from './thread-end.ts';

export interface Failure {
  readonly kind: number;
  readonly key: string;
  readonly timeoutMs: number;
  /** Of an abort. */
  readonly reason: unknown;
  readonly delivered: number;
  readonly failed: readonly ReceivedError[];
  /** Whose queue limit refused it, or who has left with it, where one did. */
  readonly because?: NamedEndpoint | undefined;
}

const VERBS: Readonly<Record<number, string>> = {
  [KIND.event]: 'publish',
  [KIND.notification]: 'notify',
  [KIND.request]: 'request',
};

export function statusError(status: number, failure: Failure): BusError {
  const { key } = failure;
  const verb = `${VERBS[failure.kind] ?? 'send'}('${shown(key)}')`;
  const details = { routingKey: key };
  switch (status) {
    case STATUS.noRoute:
      if (failure.because) return lost('ERR_BUS_NO_ROUTE', `${verb}: `, failure.because, details);
      return of(
        'ERR_BUS_NO_ROUTE',
        `${verb}: no route matches the key; register one first.`,
        details,
      );
    case STATUS.unavailable:
      if (failure.because) {
        return lost('ERR_BUS_ENDPOINT_UNAVAILABLE', `${verb}: `, failure.because, details);
      }
      return of(
        'ERR_BUS_ENDPOINT_UNAVAILABLE',
        `${verb}: every endpoint that matches is draining, isolated, broken or gone; try again later.`,
        details,
      );
    case STATUS.timeout:
      return of(
        'ERR_BUS_TIMEOUT',
        `${verb}: no settlement within ${failure.timeoutMs} ms; raise the timeout or look at the endpoint.`,
        { ...details, timeout: failure.timeoutMs },
      );
    case STATUS.aborted:
      return new BusError('ERR_BUS_ABORTED', `${verb}: aborted by its signal.`, {
        cause: failure.reason,
        details,
      });
    case STATUS.expired:
      return of('ERR_BUS_EXPIRED', `${verb}: its ttl passed before it was handled.`, details);
    case STATUS.full:
      if (failure.because) return queueFull(`${verb}: `, failure.because, details);
      return overflowed(verb, failure, details);
    case STATUS.died:
      if (failure.because) return lost('ERR_BUS_WORKER', `${verb}: `, failure.because, details);
      return of('ERR_BUS_WORKER', `${verb}: the threads that handled it died.`, details);
    case STATUS.failed:
      return failedDelivery(verb, failure);
    default:
      return of('ERR_BUS_INTERNAL', `${verb}: ended with the unknown status ${status}.`, details);
  }
}

/**
 * None of the endpoints of a message with a `ttl` started it in time: that is what it ends with, as if it had waited
 * elsewhere.
 */
export function onlyExpired(
  status: number,
  outcome: number,
  failed: readonly ReceivedError[],
): boolean {
  if (status !== STATUS.failed) return false;
  return targetsOf(outcome) === failed.length && failed.every(hasExpired);
}

function hasExpired({ error }: ReceivedError): boolean {
  return BusError.isBusError(error) && error.code === 'ERR_BUS_EXPIRED';
}

/** What an endpoint that did not handle a notification is listed with in `failed`, where no handler has failed. */
export function refusalError(why: number, endpoint: NamedEndpoint): BusError {
  return quietly(() => refusal(why, endpoint));
}

function refusal(why: number, endpoint: NamedEndpoint): BusError {
  const { failure, id } = endpoint;
  const about = `endpoint '${id}'`;
  const details = { endpoint: id };
  if (why === REFUSAL.overLimit) return queueFull('', endpoint, {});
  if (why === REFUSAL.expired) {
    return of('ERR_BUS_EXPIRED', `${about}: its ttl passed before it was handled.`, details);
  }
  if (why === REFUSAL.overflow) {
    const text =
      'the attempt failed, and as many messages of its sender as may wait for their next one (half of its slots).';
    return of('ERR_BUS_FULL', `${about}: ${text}`, { ...details, option: 'slots' });
  }
  if (failure !== undefined)
    return of('ERR_BUS_ENDPOINT_UNAVAILABLE', deserted(id, failure), details);
  if (why === REFUSAL.died) return lost('ERR_BUS_WORKER', '', endpoint, {});
  const state =
    why === REFUSAL.broken
      ? 'let no attempt begin, since its breaker was open;'
      : 'is isolated; restore it or';
  return of('ERR_BUS_ENDPOINT_UNAVAILABLE', `${about} ${state} try again later.`, details);
}

/** What a request rejects with when the handler threw `error`. */
export function handlerError(error: unknown, key: string, attempts: number): BusError {
  const dropped = droppedOf(error);
  return new BusError('ERR_BUS_HANDLER', messageOf(error), {
    cause: error,
    details: { routingKey: key, attempts, ...(dropped.length === 0 ? {} : { dropped }) },
  });
}

/** What a call meets the end of: of the bus, or of this thread's part in it. */
export type Closing = 'the bus' | "this thread's connection";

/** As the first words of a sentence. */
function atStart(closing: Closing): string {
  return `${closing.charAt(0).toUpperCase()}${closing.slice(1)}`;
}

/** A call that came too late: nothing was sent. */
export function closedError(state: string, closing: Closing = 'the bus'): BusError {
  const text = `${atStart(closing)} is ${state}; it takes no calls any more, and this one was refused.`;
  return new BusError('ERR_BUS_CLOSED', text, { details: { state, accepted: false } });
}

/** A call that was pending then. */
export function cutOffError(kind: number, key: string, closing: Closing): BusError {
  const text =
    `${VERBS[kind] ?? 'send'}('${shown(key)}'): ${closing} closed before it was settled. ` +
    'Its message had been accepted: it may have been handled or not.';
  const details = { state: 'closed', accepted: true, routingKey: key };
  return new BusError('ERR_BUS_CLOSED', text, { details });
}

/** A call that waited for room then. */
export function unsentError(closing: Closing): BusError {
  const text = `${atStart(closing)} closed while the call waited for room: nothing was sent.`;
  return new BusError('ERR_BUS_CLOSED', text, { details: { state: 'closed', accepted: false } });
}

/** What calls end with from then on. */
export function endedError(state: 'closed' | 'fatal', closing: Closing = 'the bus'): BusError {
  if (state === 'closed') return closedError(state, closing);
  return new BusError(
    'ERR_BUS_FATAL',
    'A shard could not be kept alive: the bus has ended. Close it and make a new one.',
    { details: { state } },
  );
}

function queueFull(
  about: string,
  { id, queueLimit }: NamedEndpoint,
  details: Record<string, unknown>,
): BusError {
  return of(
    'ERR_BUS_FULL',
    `${about}endpoint '${id}' has as many messages waiting as its queueLimit allows (${queueLimit}); send more ` +
      'slowly, raise the limit, or try again later.',
    { ...details, endpoint: id, limit: queueLimit, option: 'queueLimit' },
  );
}

/** A shard does not say which subscription it was. */
function overflowed(
  verb: string,
  { delivered }: Failure,
  details: Record<string, unknown>,
): BusError {
  return of(
    'ERR_BUS_FULL',
    `${verb}: a subscription that matches, with overflow 'error', holds as many events as its capacity or ` +
      `capacityBytes allows; ${delivered} took it. bus.explain(key) lists those that match.`,
    { ...details, delivered, option: 'overflow' },
  );
}

const LOST: Readonly<Partial<Record<BusErrorCode, string>>> = {
  ERR_BUS_NO_ROUTE: 'no other endpoint matches the key.',
  ERR_BUS_ENDPOINT_UNAVAILABLE: 'no other endpoint that matches could take it; try again later.',
  ERR_BUS_WORKER: 'it has cost as many threads as it may, and is not tried again.',
};

/** The thread of an endpoint has left with the message, and nobody took its place. */
function lost(
  code: BusErrorCode,
  about: string,
  { id, failure, lastEnd, ...endpoint }: NamedEndpoint,
  details: Record<string, unknown>,
): BusError {
  const named = { ...details, endpoint: id };
  if (failure !== undefined) return of(code, `${about}${deserted(id, failure)}`, named);
  const ended = endpoint.ended ?? lastEnd;
  if (ended === undefined) {
    return of(
      code,
      `${about}endpoint '${id}' left the bus before it answered; ${LOST[code]}`,
      named,
    );
  }
  const end = threadEnd(id, ended, details);
  // Of a pool's threads that end at nearly the same time only the last is known, which may have been a neighbour.
  const how =
    endpoint.ended === undefined
      ? `its thread ended before it answered; the last to end: ${end.what};`
      : `the ${end.what} before it answered;`;
  const text = `${about}${how} ${LOST[code]}`;
  return new BusError(code, text, { cause: end.error, details: end.error.details });
}

/** A pool whose threads could not be kept alive. */
function deserted(id: string, failure: string): string {
  return `pool '${id}' has no threads any more, since none could be started: ${failure}`;
}

function failedDelivery(verb: string, failure: Failure): BusError {
  const { delivered, failed } = failure;
  const first = failed[0];
  const why = first ? `: ${first.endpoint}: ${messageOf(first.error)}` : '';
  return new BusError(
    'ERR_BUS_DELIVERY_FAILED',
    `${verb}: not every endpoint acknowledged it (${delivered} did)${why}`,
    {
      ...(first ? { cause: first.error } : {}),
      details: { routingKey: failure.key, delivered, failed },
    },
  );
}

function of(code: BusErrorCode, message: string, details: Record<string, unknown>): BusError {
  return new BusError(code, message, { details });
}

function shown(key: string): string {
  return key.length > 100 ? `${key.slice(0, 100)}…` : key;
}
