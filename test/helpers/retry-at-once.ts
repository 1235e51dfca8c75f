import type { RetrySpec } from '../../src/control/commands.ts';

/** A policy of notifications and events that repeats without waiting; requests run once. */
export function retryAtOnce(attempts: number): RetrySpec {
  return { attempts, requestAttempts: 1, initial: 0, factor: 1, max: 0, jitter: 'none' };
}
