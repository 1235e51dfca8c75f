/** The `breaker` option of endpoints and pools. */
import { LIMITS } from '../limits.ts';
import { OptionReader, PERIOD } from './reader.ts';

/** The `breaker` option of endpoints. Failures are errors of handlers, time-outs of attempts and deaths of their threads. */
export interface BreakerOptions {
  /** Opens when at least this share of the window's attempts failed, above 0 to 1. Default 0.5. */
  readonly failureRate?: number | undefined;
  /** Attempts in the window below which the rate says nothing. Default 20. */
  readonly minimumVolume?: number | undefined;
  /** ms. Default 10 000. */
  readonly window?: number | undefined;
  /** Instead of a rate: opens at so many failures in a row, 1 to 1 000 000. */
  readonly consecutiveFailures?: number | undefined;
  /** ms before the first probe. Default 5 000. */
  readonly openFor?: number | undefined;
  /** While half-open: attempts at once, and how many of them must go well for it to close, 1 to 1 000 000. Default 1. */
  readonly probes?: number | undefined;
  /** Which errors count; runs on the endpoint's thread. One that does not counts as a success. Default: all. */
  readonly isFailure?: ((error: unknown) => boolean) | undefined;
}

/** The `breaker` option of pools: no function goes to their threads. */
export interface PoolBreakerOptions extends Omit<BreakerOptions, 'isFailure'> {
  /** The export of the pool's module that says of an error whether it counts. Default: all count. */
  readonly isFailure?: string | undefined;
}

interface ResolvedBreakerBase {
  readonly openFor: number;
  readonly probes: number;
  readonly isFailure: ((error: unknown) => boolean) | undefined;
}

export type ResolvedBreaker =
  | (ResolvedBreakerBase & {
      readonly kind: 'rate';
      readonly failureRate: number;
      readonly minimumVolume: number;
      readonly window: number;
    })
  | (ResolvedBreakerBase & { readonly kind: 'consecutive'; readonly consecutiveFailures: number });

const EXPORT_NAME =
  "the name of an export of the pool's module, since no function goes to another thread";
const RATE_NAMES: readonly (keyof BreakerOptions)[] = ['failureRate', 'minimumVolume', 'window'];
const NAMES: readonly (keyof BreakerOptions)[] = [
  ...RATE_NAMES,
  'consecutiveFailures',
  'openFor',
  'probes',
  'isFailure',
];

/** Counts are kept in Int32 words. */
const COUNT_MAX = 1_000_000_000;
/** A share of one in a million is as good as none. */
const RATE_MIN = 0.000_001;
/** Counts of attempts. */
const COUNT = { low: 1, high: COUNT_MAX };
/** Counts in a row lie in a part of a word. */
const STREAK = { low: 1, high: 1_000_000 };

/** `undefined` when off. */
export function resolveBreaker(breaker: unknown, where: string): ResolvedBreaker | undefined {
  const read = readerOf(breaker, where);
  if (read === undefined) return undefined;
  const isFailure = read.callable('isFailure') as ((error: unknown) => boolean) | undefined;
  return resolveNumbers(read, isFailure);
}

export interface ResolvedPoolBreaker {
  /** Without its `isFailure`, which each thread finds by its name. */
  readonly breaker: ResolvedBreaker | undefined;
  /** The export of the pool's module. */
  readonly isFailure: string | undefined;
}

export function resolvePoolBreaker(breaker: unknown, where: string): ResolvedPoolBreaker {
  const read = readerOf(breaker, where);
  if (read === undefined) return { breaker: undefined, isFailure: undefined };
  const given = read.get('isFailure');
  if (typeof given === 'function') throw read.refuse('isFailure', EXPORT_NAME, given);
  const isFailure = read.text('isFailure', LIMITS.nameLength);
  return { breaker: resolveNumbers(read, undefined), isFailure };
}

function readerOf(breaker: unknown, where: string): OptionReader | undefined {
  if (breaker === undefined || breaker === false) return undefined;
  return new OptionReader(breaker === true ? {} : breaker, NAMES, where, 'breaker.');
}

function resolveNumbers(
  read: OptionReader,
  isFailure: ResolvedBreakerBase['isFailure'],
): ResolvedBreaker {
  const base: ResolvedBreakerBase = {
    openFor: read.duration('openFor', 5_000, PERIOD),
    probes: read.integer('probes', 1, STREAK),
    isFailure,
  };
  if (read.get('consecutiveFailures') === undefined) {
    return Object.freeze({
      kind: 'rate',
      ...base,
      failureRate: read.number('failureRate', 0.5, { low: RATE_MIN, high: 1 }),
      minimumVolume: read.integer('minimumVolume', 20, COUNT),
      window: read.duration('window', 10_000, PERIOD),
    });
  }
  for (const name of RATE_NAMES) {
    const value = read.get(name);
    if (value !== undefined) throw read.refuse(name, 'absent beside consecutiveFailures', value);
  }
  const consecutiveFailures = read.integer('consecutiveFailures', 1, STREAK);
  return Object.freeze({ kind: 'consecutive', ...base, consecutiveFailures });
}
