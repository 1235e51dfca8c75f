/** The options of the main job: from arguments to numbers in their bounds, or to what is wrong. */
import { parseArgs } from 'node:util';
import { argumentProblem } from '../options/argument-problem.ts';

export interface DemoOptions {
  readonly seconds: number;
  readonly shards: number;
  readonly workers: number;
  readonly json: boolean;
}

export type ParsedOptions =
  | { readonly options: DemoOptions }
  | { readonly problem: string }
  | { readonly help: true };

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

/** Every receipt is remembered until the end: ten minutes are some hundreds of megabytes. */
const SECONDS: Bounds = { low: 0.1, high: 600, whole: false };
/** What the bus takes. */
const SHARDS: Bounds = { low: 1, high: 64, whole: true };
/** More threads than receivers would have nothing to do. */
const WORKERS: Bounds = { low: 1, high: 16, whole: true };

const OPTIONS = {
  seconds: { type: 'string' },
  shards: { type: 'string' },
  workers: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const DEFAULTS: DemoOptions = { seconds: 10, shards: 2, workers: 2, json: false };

export const DEMO_USAGE: string = `usage: symphony-bus demo [options]

Replays 329 real GitHub webhook deliveries through the bus and checks every message at its receiver.

  --seconds <n>   how long to send, ${SECONDS.low} to ${SECONDS.high} (default ${DEFAULTS.seconds}); whole replays are finished
  --shards <n>    routing threads, ${SHARDS.low} to ${SHARDS.high} (default ${DEFAULTS.shards})
  --workers <n>   threads of endpoints and subscriptions, ${WORKERS.low} to ${WORKERS.high} (default ${DEFAULTS.workers})
  --json          the summary as one JSON object; progress goes to standard error
  --help          this text

exit code: 0 every message arrived as it should, 1 one did not, 2 a wrong option
`;

/** Throws for nothing: what is wrong is a value, for the caller to print. */
export function parseDemoOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: OPTIONS,
    });
    if (values.help) return { help: true };
    return {
      options: {
        seconds: readNumber('--seconds', values.seconds, DEFAULTS.seconds, SECONDS),
        shards: readNumber('--shards', values.shards, DEFAULTS.shards, SHARDS),
        workers: readNumber('--workers', values.workers, DEFAULTS.workers, WORKERS),
        json: values.json ?? DEFAULTS.json,
      },
    };
  } catch (error) {
    return { problem: argumentProblem(error, Object.keys(OPTIONS)) };
  }
}

function readNumber(
  option: string,
  text: string | undefined,
  fallback: number,
  bounds: Bounds,
): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isRightKind = bounds.whole ? Number.isInteger(value) : Number.isFinite(value);
  if (isRightKind && value >= bounds.low && value <= bounds.high) return value;
  const kind = bounds.whole ? 'a whole number' : 'a number';
  throw new RangeError(
    `${option} takes ${kind} from ${bounds.low} to ${bounds.high}, got '${text}'`,
  );
}
