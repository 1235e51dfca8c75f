/** The options of `subscribe` and `once`. */
import { LIMITS } from '../limits.ts';
import { type ResolvedRetry, type RetryOptions, resolveRetry } from './endpoint-options.ts';
import { DELAY, DURATION, OptionReader } from './reader.ts';
import { type BuiltMatch, type MatchKind, readMatch } from './route-options.ts';

export type Overflow = 'drop-oldest' | 'drop-newest' | 'block' | 'error';

/** Options of `subscribe`. */
export interface SubscribeOptions {
  /** Events in the queue, 1 to 16 777 216. Default 1 000. */
  readonly capacity?: number | undefined;
  /** Bytes in the queue, 1 to 1 GiB. Default 64 MiB. */
  readonly capacityBytes?: number | undefined;
  /** What happens beyond them. Default `'drop-oldest'`. */
  readonly overflow?: Overflow | undefined;
  /**
   * Members of one group, 1 to 256 characters, on any thread and of any patterns, share its events: one that matches gets
   * each, in turn; who has as many as its bound allows is passed over.
   */
  readonly group?: string | undefined;
  /**
   * At least once: each event is acknowledged (by `ack`, when the callback succeeds, or when an iterator is asked for the
   * next) and handed over again when it failed. Default false.
   */
  readonly ack?: boolean | undefined;
  /** Events handed over and not acknowledged, with `ack`, 1 to 65 536. Default 64. No effect without `ack`. */
  readonly prefetch?: number | undefined;
  /** Byte payloads are views of shared memory, valid until the event settles. Default false. */
  readonly lease?: boolean | undefined;
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
  /** Callbacks at once, 1 to 100 000. Default 1: in order. */
  readonly concurrency?: number | undefined;
  /** Default `'auto'`, as for routes; `'extglob'` is not supported yet. */
  readonly match?: MatchKind | undefined;
  /**
   * With `ack`: ms from the moment an event is handed over until it must be settled, 1 to 2 147 483 647. Then the attempt
   * has failed, the context is aborted, and a late result is counted and dropped. Default `Infinity`. No effect without `ack`.
   */
  readonly timeout?: number | undefined;
  /** With `ack`: when a failed event is handed over again. Five runs by default. */
  readonly retry?: RetryOptions | undefined;
}

/** Options of `once`. */
export interface OnceOptions {
  /** Ends the wait: `ERR_BUS_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `event.nack`. */
export interface NackOptions {
  /** ms before the event is handed over again. Default: as `retry` says. */
  readonly delay?: number | undefined;
  /** False: never again; it is dead-lettered as `'rejected'`. Default true. */
  readonly requeue?: boolean | undefined;
}

export interface ResolvedNack {
  /** Undefined: as `retry` says. */
  readonly delay: number | undefined;
  readonly requeue: boolean;
}

export interface ResolvedSubscribeOptions {
  readonly capacity: number;
  readonly capacityBytes: number;
  readonly overflow: Overflow;
  readonly group: string | undefined;
  readonly ack: boolean;
  readonly prefetch: number;
  readonly lease: boolean;
  readonly signal: AbortSignal | undefined;
  readonly concurrency: number;
  readonly match: BuiltMatch;
  readonly timeout: number;
  readonly retry: ResolvedRetry;
}

const NAMES: readonly (keyof SubscribeOptions)[] = [
  'capacity',
  'capacityBytes',
  'overflow',
  'group',
  'ack',
  'prefetch',
  'lease',
  'signal',
  'concurrency',
  'match',
  'timeout',
  'retry',
];

const WHERE = 'subscribe';
const CAPACITY = 1000;
export const CAPACITY_BYTES = 67_108_864;
const PREFETCH = 64;

/** Throws `ERR_BUS_CONFIG`. */
export function resolveSubscribeOptions(
  options: SubscribeOptions | undefined,
): ResolvedSubscribeOptions {
  return options === undefined ? DEFAULTS : readSubscribeOptions(options);
}

/** The signal of `once`, its only option. Throws `ERR_BUS_CONFIG`. */
export function resolveOnceSignal(options: OnceOptions | undefined): AbortSignal | undefined {
  return options === undefined
    ? undefined
    : new OptionReader(options, ['signal'], 'once').signal('signal');
}

/** Throws `ERR_BUS_CONFIG`. */
export function resolveNackOptions(options: NackOptions | undefined): ResolvedNack {
  if (options === undefined) return NACK;
  const read = new OptionReader(options, ['delay', 'requeue'], 'nack');
  const delay = read.get('delay') === undefined ? undefined : read.duration('delay', 0, DELAY);
  return { delay, requeue: read.flag('requeue', true) };
}

const NACK: ResolvedNack = Object.freeze({ delay: undefined, requeue: true });

function readSubscribeOptions(options: SubscribeOptions): ResolvedSubscribeOptions {
  const read = new OptionReader(options, NAMES, WHERE);
  return Object.freeze({
    capacity: read.integer('capacity', CAPACITY, { low: 1, high: LIMITS.capacity }),
    capacityBytes: read.integer('capacityBytes', CAPACITY_BYTES, {
      low: 1,
      high: LIMITS.capacityBytes,
    }),
    overflow: read.choice('overflow', 'drop-oldest', [
      'drop-oldest',
      'drop-newest',
      'block',
      'error',
    ]),
    group: read.text('group', LIMITS.nameLength),
    ack: read.flag('ack', false),
    prefetch: read.integer('prefetch', PREFETCH, { low: 1, high: LIMITS.prefetch }),
    lease: read.flag('lease', false),
    signal: read.signal('signal'),
    concurrency: read.integer('concurrency', 1, { low: 1, high: LIMITS.concurrency }),
    match: readMatch(read),
    timeout: read.duration('timeout', Number.POSITIVE_INFINITY, DURATION),
    retry: resolveRetry(read.get('retry'), WHERE),
  });
}

const DEFAULTS: ResolvedSubscribeOptions = readSubscribeOptions({});
