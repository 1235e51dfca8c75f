/** The options of `registerEndpoint`: types, defaults, validation. */
import { LIMITS } from '../limits.ts';
import { type BreakerOptions, type ResolvedBreaker, resolveBreaker } from './breaker-options.ts';
import { DELAY, DURATION, OptionReader } from './reader.ts';

/** The `retry` option of endpoints and acknowledged subscriptions. */
export interface RetryOptions {
  /** All runs, the first included, 1 to 255. Default 5 for notifications and `ack`, 1 for requests. */
  readonly attempts?: number | undefined;
  /** Delay before the second run, ms. Default 50. */
  readonly initial?: number | undefined;
  /** Each further delay is this many times the one before. Default 2. */
  readonly factor?: number | undefined;
  /** Longest delay, ms. Default 5 000. */
  readonly max?: number | undefined;
  /** `'full'` (default): each delay is drawn between 0 and its value. */
  readonly jitter?: 'full' | 'none' | undefined;
}

/** Options of `registerEndpoint`. What is marked as not supported yet is refused, but for its default. */
export interface EndpointOptions {
  /** For `endpoints.find`, 1 to 256 characters; so is `version`. */
  readonly service?: string | undefined;
  readonly version?: string | undefined;
  /** For `endpoints.find`: at most 64, of 1 to 256 characters. */
  readonly tags?: readonly string[] | undefined;
  /** Handlers at once on one thread, 1 to 100 000. Default 100. */
  readonly concurrency?: number | undefined;
  /** Messages accepted and not started, beyond concurrency × threads. Default `Infinity`. */
  readonly queueLimit?: number | undefined;
  /** One attempt, ms, above 0. Default `Infinity`. A handler that takes longer is aborted, its late result dropped. */
  readonly timeout?: number | undefined;
  /** Whether a failed attempt is repeated, and when. An error with `retryable: false` is final. */
  readonly retry?: RetryOptions | undefined;
  /** Passes the endpoint over while most attempts fail. Default off; `true` takes the defaults. */
  readonly breaker?: boolean | BreakerOptions | undefined;
  /** Deaths of the handling thread that one message may cause, 1 to 15. Default 3. */
  readonly maxDeaths?: number | undefined;
  /** Deliver again what a handler had begun when its thread died. Default true; false: it is given up (`died`). */
  readonly redeliver?: boolean | undefined;
  /** `'key'`: the next message of a key waits until the one before is settled, retries included. Default false. */
  readonly ordered?: false | 'key' | undefined;
  /**
   * For so many ms after it was handled, a notification with the same key and the same `id` of its sender's is settled
   * without being handled again. Default 0: each is handled.
   */
  readonly dedupeWindow?: number | undefined;
  /** Byte payloads are views of shared memory, valid until the handler settles. Default false. */
  readonly lease?: boolean | undefined;
  /** This endpoint alone holds the process too. Default false. */
  readonly keepAlive?: boolean | undefined;
}

export interface ResolvedRetry {
  readonly attempts: number;
  /** `attempts` where the caller gave it, otherwise 1: a thrown error is a reply. */
  readonly requestAttempts: number;
  readonly initial: number;
  readonly factor: number;
  readonly max: number;
  readonly jitter: 'full' | 'none';
}

export interface ResolvedEndpointOptions {
  readonly service: string | undefined;
  readonly version: string | undefined;
  readonly tags: readonly string[];
  readonly concurrency: number;
  readonly queueLimit: number;
  readonly timeout: number;
  readonly retry: ResolvedRetry;
  readonly breaker: ResolvedBreaker | undefined;
  readonly maxDeaths: number;
  readonly redeliver: boolean;
  readonly ordered: false | 'key';
  readonly dedupeWindow: number;
  readonly lease: boolean;
  readonly keepAlive: boolean;
}

export const ENDPOINT_NAMES: readonly (keyof EndpointOptions)[] = [
  'service',
  'version',
  'tags',
  'concurrency',
  'queueLimit',
  'timeout',
  'retry',
  'breaker',
  'maxDeaths',
  'redeliver',
  'ordered',
  'dedupeWindow',
  'lease',
  'keepAlive',
];

const RETRY_NAMES: readonly (keyof RetryOptions)[] = [
  'attempts',
  'initial',
  'factor',
  'max',
  'jitter',
];

const DEFAULT_CONCURRENCY = 100;
const DEFAULT_ATTEMPTS = 5;
const DEFAULT_DEATHS = 3;
const RETRY_FACTOR_MAX = 100;
const NO_TAGS: readonly string[] = Object.freeze([]);

const DEFAULT_RETRY: ResolvedRetry = Object.freeze({
  attempts: DEFAULT_ATTEMPTS,
  requestAttempts: 1,
  initial: 50,
  factor: 2,
  max: 5_000,
  jitter: 'full',
});

const WHERE = 'registerEndpoint';

/** Throws `ERR_BUS_CONFIG`. */
export function resolveEndpointOptions(
  options: EndpointOptions | undefined,
): ResolvedEndpointOptions {
  if (options === undefined) return DEFAULTS;
  const read = new OptionReader(options, ENDPOINT_NAMES, WHERE);
  return Object.freeze(readEndpointOptions(read, WHERE, DEFAULT_CONCURRENCY));
}

/** The same of a reader that knows further names. */
export function readEndpointOptions(
  read: OptionReader,
  where: string,
  concurrency: number,
  breaker: ResolvedBreaker | undefined = resolveBreaker(read.get('breaker'), where),
): ResolvedEndpointOptions {
  const queue = { low: 0, high: Number.MAX_SAFE_INTEGER, orInfinity: true };
  return {
    service: read.text('service', LIMITS.nameLength),
    version: read.text('version', LIMITS.nameLength),
    tags: resolveTags(read),
    concurrency: read.integer('concurrency', concurrency, { low: 1, high: LIMITS.concurrency }),
    queueLimit: read.integer('queueLimit', Number.POSITIVE_INFINITY, queue),
    timeout: read.duration('timeout', Number.POSITIVE_INFINITY, DURATION),
    retry: resolveRetry(read.get('retry'), where),
    breaker,
    maxDeaths: read.integer('maxDeaths', DEFAULT_DEATHS, { low: 1, high: LIMITS.deaths }),
    redeliver: read.flag('redeliver', true),
    ordered: resolveOrdered(read),
    dedupeWindow: read.duration('dedupeWindow', 0, DELAY),
    lease: read.flag('lease', false),
    keepAlive: read.flag('keepAlive', false),
  };
}

export function resolveRetry(retry: unknown, where: string): ResolvedRetry {
  if (retry === undefined) return DEFAULT_RETRY;
  const read = new OptionReader(retry, RETRY_NAMES, where, 'retry.');
  const runs = { low: 1, high: LIMITS.attempts };
  const attempts = read.integer('attempts', DEFAULT_ATTEMPTS, runs);
  const initial = read.duration('initial', DEFAULT_RETRY.initial, DELAY);
  // A first delay beyond the default cap raises the cap: the caller asked for that delay.
  const max = read.duration('max', Math.max(DEFAULT_RETRY.max, initial), DELAY);
  if (max < initial) throw read.refuse('max', `at least retry.initial (${initial})`, max);
  return Object.freeze({
    attempts,
    requestAttempts: read.integer('attempts', 1, runs),
    initial,
    factor: read.number('factor', DEFAULT_RETRY.factor, { low: 1, high: RETRY_FACTOR_MAX }),
    max,
    jitter: read.choice('jitter', 'full', ['full', 'none']),
  });
}

function resolveTags(read: OptionReader): readonly string[] {
  const tags = read.texts('tags', LIMITS.tags) ?? NO_TAGS;
  for (const tag of tags) {
    if (tag === '' || tag.length > LIMITS.nameLength) {
      throw read.refuse(
        'tags',
        `non-empty strings of at most ${LIMITS.nameLength} characters`,
        tag,
      );
    }
  }
  return tags;
}

function resolveOrdered(read: OptionReader): false | 'key' {
  const ordered = read.get('ordered');
  if (ordered === undefined || ordered === false) return false;
  if (ordered === 'key') return ordered;
  throw read.refuse('ordered', "false or 'key'", ordered);
}

const DEFAULTS: ResolvedEndpointOptions = Object.freeze(
  readEndpointOptions(new OptionReader({}, ENDPOINT_NAMES, WHERE), WHERE, DEFAULT_CONCURRENCY),
);
