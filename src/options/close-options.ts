/** The options of `bus.close`. */

import { TIMER_MAX_MS } from '../limits.ts';
import { OptionReader } from './reader.ts';

export interface CloseOptions {
  /** Settle what was accepted before the threads end. Default true. */
  readonly drain?: boolean | undefined;
  /** Longest wait for that, ms; 0 does not wait. Default 5 000. */
  readonly timeout?: number | undefined;
}

export interface ResolvedCloseOptions {
  readonly drain: boolean;
  readonly timeout: number;
}

const DEFAULTS: ResolvedCloseOptions = Object.freeze({ drain: true, timeout: 5_000 });

/** Throws `ERR_BUS_CONFIG`. */
export function resolveCloseOptions(options: CloseOptions | undefined): ResolvedCloseOptions {
  if (options === undefined) return DEFAULTS;
  const read = new OptionReader(options, ['drain', 'timeout'], 'close');
  const range = { low: 0, high: TIMER_MAX_MS, orInfinity: true };
  return Object.freeze({
    drain: read.flag('drain', DEFAULTS.drain),
    timeout: read.duration('timeout', DEFAULTS.timeout, range),
  });
}
