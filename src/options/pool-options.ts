/** The options of `registerPool` and `startWorker`. */
import { LIMITS } from '../limits.ts';
import { type PoolBreakerOptions, resolvePoolBreaker } from './breaker-options.ts';
import {
  ENDPOINT_NAMES,
  type EndpointOptions,
  type ResolvedEndpointOptions,
  readEndpointOptions,
} from './endpoint-options.ts';
import { OptionReader } from './reader.ts';
import {
  readThreadOptions,
  THREAD_NAMES,
  type ThreadOptions,
  withoutAbsent,
} from './thread-options.ts';

export interface PoolOptions extends Omit<EndpointOptions, 'breaker'>, ThreadOptions {
  /** Threads of the pool, 1 to 64. Default: `max(1, cores - 1)`. */
  readonly threads?: number | undefined;
  /** The module's export that handles messages. Default `'default'`. */
  readonly handler?: string | undefined;
  /** One for all threads of the pool. Default off; `true` takes the defaults. */
  readonly breaker?: boolean | PoolBreakerOptions | undefined;
}

export interface ResolvedPoolOptions extends ResolvedEndpointOptions {
  readonly threads: number;
  readonly handler: string;
  /** The export that says whether an error counts for the breaker. */
  readonly isFailure: string | undefined;
  readonly threadOptions: ThreadOptions;
}

/** Node's `WorkerOptions`, but for `eval`: a worker of the bus is a module with a URL. */
export interface StartWorkerOptions extends ThreadOptions {
  readonly argv?: readonly unknown[] | undefined;
  readonly workerData?: unknown;
  readonly transferList?: readonly unknown[] | undefined;
  readonly stdin?: boolean | undefined;
  readonly stdout?: boolean | undefined;
  readonly stderr?: boolean | undefined;
  readonly trackUnmanagedFds?: boolean | undefined;
}

const POOL_NAMES: readonly (keyof PoolOptions)[] = [
  ...ENDPOINT_NAMES,
  ...THREAD_NAMES,
  'threads',
  'handler',
];

const WORKER_FLAGS = ['stdin', 'stdout', 'stderr', 'trackUnmanagedFds'] as const;
const WORKER_NAMES: readonly (keyof StartWorkerOptions)[] = [
  ...THREAD_NAMES,
  ...WORKER_FLAGS,
  'argv',
  'workerData',
  'transferList',
];

/** `cores` is `availableParallelism()`, from outside. Throws `ERR_BUS_CONFIG`. */
export function resolvePoolOptions(
  options: PoolOptions | undefined,
  cores: number,
): ResolvedPoolOptions {
  const where = 'registerPool';
  const read = new OptionReader(options === undefined ? {} : options, POOL_NAMES, where);
  const threads = Math.min(LIMITS.poolThreads, Math.max(1, cores - 1));
  const { breaker, isFailure } = resolvePoolBreaker(read.get('breaker'), where);
  return Object.freeze({
    ...readEndpointOptions(read, where, 1, breaker),
    isFailure,
    threads: read.integer('threads', threads, { low: 1, high: LIMITS.poolThreads }),
    handler: read.text('handler', LIMITS.nameLength) ?? 'default',
    threadOptions: readThreadOptions(read, where, ''),
  });
}

/** Only what was given is present, so that Node's own defaults stay. Throws `ERR_BUS_CONFIG`. */
export function resolveStartWorkerOptions(
  options: StartWorkerOptions | undefined,
): StartWorkerOptions {
  const where = 'startWorker';
  const read = new OptionReader(options === undefined ? {} : options, WORKER_NAMES, where);
  const flags: Partial<Record<(typeof WORKER_FLAGS)[number], boolean>> = {};
  for (const name of WORKER_FLAGS) {
    if (read.get(name) !== undefined) flags[name] = read.flag(name, false);
  }
  const lists = { argv: list(read, 'argv'), transferList: list(read, 'transferList') };
  const workerData = read.get('workerData');
  const threadOptions = readThreadOptions(read, where, '');
  return Object.freeze(withoutAbsent({ ...threadOptions, ...flags, ...lists, workerData }));
}

function list(read: OptionReader, name: string): readonly unknown[] | undefined {
  const value = read.get(name);
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  throw read.refuse(name, 'an array', value);
}
