import type { RetrySpec } from '../../src/control/commands.ts';

/** A policy that repeats after `delayMs` each time; requests run once unless told otherwise. */
export function retryAfter(delayMs: number, attempts: number, requestAttempts = 1): RetrySpec {
  return { attempts, requestAttempts, initial: delayMs, factor: 1, max: delayMs, jitter: 'none' };
}

/** A policy of notifications and events that repeats without waiting. */
export function retryAtOnce(attempts: number): RetrySpec {
  return retryAfter(0, attempts);
}
