/**
 * How long the random tests run. `SYMPHONY_RUNS_SCALE` multiplies fast-check's 100 runs a property
 * (`npm run ci:long` sets it); `SYMPHONY_SEED` replays the seed that a failing property printed.
 * A property that needs another number of runs writes `{ numRuns: scaledRuns(1000) }`, so that the
 * long tier reaches it too.
 */

import fc from 'fast-check';

const DEFAULT_RUNS = 100;
/** A hundred million runs of anything would outlast every schedule: more is a slip of the finger. */
const SCALE_MAX = 1_000_000;

export const runsScale: number = integerFromEnv('SYMPHONY_RUNS_SCALE', 1, SCALE_MAX) ?? 1;

/** How often a property runs that takes `numRuns` runs in the short tier. */
export function scaledRuns(numRuns: number): number {
  return numRuns * runsScale;
}

const seed = integerFromEnv('SYMPHONY_SEED', -(2 ** 31), 2 ** 31 - 1);

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  numRuns: scaledRuns(DEFAULT_RUNS),
  ...(seed === undefined ? {} : { seed }),
});

function integerFromEnv(name: string, min: number, max: number): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be an integer from ${min} to ${max}, got "${text}"`);
}
