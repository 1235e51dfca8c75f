/**
 * The options of one message. They are read on the hot path: a loop over what was given, one
 * object, no reader; the refusals are elsewhere. The result is private, so that nothing the caller
 * does afterwards reaches it; it is not frozen, which would cost more than all the checks.
 */
import { LIMITS } from '../limits.ts';
import { copyHeaders, type Headers } from '../message/headers.ts';
import { kindOf } from '../message/text.ts';
import {
  configError,
  DURATION,
  isAbortSignal,
  isDuration,
  isName,
  rangeText,
  readOnce,
  unknownOption,
} from './reader.ts';

/** Options of `notify`, `publish` and their `try…` forms. */
export interface SendOptions {
  /** Bounds the wait for room and, for `notify`, all attempts; ms. Default `Infinity`. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** String to string, at most 64 and 16 KiB. */
  readonly headers?: Headers | undefined;
  /** At most 256 bytes of UTF-8. Default: one made by the bus. */
  readonly id?: string | undefined;
  /** ms after which the message is not handled any more. Default `Infinity`. */
  readonly ttl?: number | undefined;
}

/** Options of `request`; its `timeout` defaults to the route's, then the bus's. */
export type RequestOptions = SendOptions;

export interface ResolvedSendOptions {
  /** `undefined` when not given: for `request` the route's or the bus's, otherwise none. */
  readonly timeout: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** A private copy; `undefined` when there are none. */
  readonly headers: Headers | undefined;
  readonly id: string | undefined;
  /** `Infinity` when not given. */
  readonly ttl: number;
  /** Not a user's: the target that it goes to, whatever its key leads to; of a request, who gets the reply. */
  readonly to?: number;
}

const NAMES: readonly (keyof SendOptions)[] = ['timeout', 'signal', 'headers', 'id', 'ttl'];

/** What a message without options has; shared and frozen. */
export const NO_SEND_OPTIONS: ResolvedSendOptions = Object.freeze({
  timeout: undefined,
  signal: undefined,
  headers: undefined,
  id: undefined,
  ttl: Number.POSITIVE_INFINITY,
});

/**
 * `where` is the verb, for the error. Throws `ERR_BUS_CONFIG`, for headers
 * `ERR_BUS_INVALID_MESSAGE`.
 */
export function resolveSendOptions(
  options: SendOptions | undefined,
  where: string,
): ResolvedSendOptions {
  if (options === undefined) return NO_SEND_OPTIONS;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw configError(where, 'options', 'an object', kindOf(options));
  }
  return readOnce(where, 'options', () => readOptions(options, where));
}

function readOptions(options: SendOptions, where: string): ResolvedSendOptions {
  for (const name in options) {
    if (!isKnown(name)) throw unknownOption(where, '', name, NAMES);
  }
  const { timeout, signal, headers, id, ttl } = options;
  if (timeout !== undefined) checkDuration(timeout, 'timeout', where);
  if (ttl !== undefined) checkDuration(ttl, 'ttl', where);
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw configError(where, 'signal', 'an AbortSignal', kindOf(signal));
  }
  if (id !== undefined) checkId(id, where);
  return {
    timeout,
    signal,
    headers: headers === undefined ? undefined : copyHeaders(headers),
    id,
    ttl: ttl ?? Number.POSITIVE_INFINITY,
  };
}

/** Throws `ERR_BUS_CONFIG` unless `id` is a non-empty string of at most 256 bytes of UTF-8. */
function checkId(id: unknown, where: string): asserts id is string {
  if (isName(id, LIMITS.idBytes) && Buffer.byteLength(id) <= LIMITS.idBytes) return;
  const expected = `a non-empty string of at most ${LIMITS.idBytes} bytes of UTF-8`;
  throw configError(where, 'id', expected, kindOf(id));
}

function isKnown(name: string): boolean {
  switch (name) {
    case 'timeout':
    case 'signal':
    case 'headers':
    case 'id':
    case 'ttl':
      return true;
    default:
      return false;
  }
}

function checkDuration(value: unknown, name: string, where: string): void {
  if (isDuration(value, DURATION)) return;
  throw configError(where, name, `milliseconds ${rangeText(DURATION)}`, kindOf(value));
}
