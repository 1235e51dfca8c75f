/** The options of `createBus`: types, defaults, validation. */
import { LIMITS } from '../limits.ts';
import { resolveCodecName } from './codec-option.ts';
import { configError, DURATION, OptionReader, PERIOD } from './reader.ts';
import { resolveThreadOptions, type ThreadOptions, urlText } from './thread-options.ts';

/** Any object with pino's four level methods. */
export interface Logger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Options of `createBus`. All are optional; durations are milliseconds. */
export interface BusConfig {
  /** Routing threads, 1 to 64. Default: `min(4, max(1, cores - 1))`. */
  readonly shards?: number | undefined;
  /** Bytes of key, headers and encoded payload. Default 1 MiB, at most an eighth of `heapBytes`. */
  readonly maxMessageSize?: number | undefined;
  /** All attempts of a request together, ms. Default 30 000; `Infinity` is allowed. */
  readonly correlationTimeout?: number | undefined;
  /** How often main looks whether something troubles the bus (event `alert`), ms. Default 5 000. Deaths are noticed at once. */
  readonly healthCheckInterval?: number | undefined;
  /** A shard with work that makes no progress for so long is replaced, ms. Default 2 000; `Infinity` is allowed. */
  readonly stallTimeout?: number | undefined;
  /**
   * Threads that have loaded a shard's code and sleep until a shard dies, 0 or 1. With one, a takeover need not wait for
   * a thread to start. Default 1.
   */
  readonly standby?: number | undefined;
  /** Messages published to a ring at once, 1 to 10 000. Default 100. */
  readonly batchSize?: number | undefined;
  /** Deliveries handed over and not acknowledged, per endpoint, 1 to 1 000 000. Default 1 000. */
  readonly maxConcurrentDeliveries?: number | undefined;
  /** Messages in flight per client, 2 to 65 536. Default 16 384. */
  readonly slots?: number | undefined;
  /**
   * Bytes of messages in flight per client, 1 MiB to 1 GiB, at least eight times `maxMessageSize`.
   * Default 64 MiB, or eight times `maxMessageSize` if that is more.
   */
  readonly heapBytes?: number | undefined;
  /** `'auto'` (default), `'json'`, `'v8'`, or the URL of a codec module. */
  readonly codec?: string | URL | undefined;
  /**
   * Each lease is a copy that is written over with 0xdb when it ends, so that a use after that shows. For tests: it costs
   * what leases save. Default false.
   */
  readonly debugLeases?: boolean | undefined;
  /** Options of the shards' Workers. */
  readonly shardOptions?: ThreadOptions | undefined;
  /** Entry file of the shards, for bundlers. */
  readonly workerUrl?: string | URL | undefined;
  /** Default: pino, from level `warn` up. */
  readonly logger?: Logger | undefined;
  /** Endpoints and subscriptions alone hold the process too. Default false. */
  readonly keepAlive?: boolean | undefined;
  /** Default 1 024, also the most. */
  readonly maxEndpoints?: number | undefined;
  /** Default 4 096, also the most. */
  readonly maxSubscriptions?: number | undefined;
  /** Default 64, also the most. */
  readonly maxClients?: number | undefined;
  /** Default 1 000 000, also the most. */
  readonly maxRoutes?: number | undefined;
  /** Regexes and patterns without a literal run. Default 1 000, also the most. */
  readonly maxRegexRoutes?: number | undefined;
  /** Patterns that share their rarest literal run. Default 1 024, also the most. */
  readonly maxPatternsPerRun?: number | undefined;
  /** Dead letters that are kept, 0 to 1 000 000; 0: none. Default 10 000. */
  readonly maxDeadLetters?: number | undefined;
  /** And bytes of their keys, headers and payloads. Default 64 MiB. */
  readonly maxDeadLetterBytes?: number | undefined;
}

/** What `createBus` runs with: every option present and valid; frozen, and cloneable but for `logger`. */
export interface ResolvedConfig {
  readonly shards: number;
  readonly maxMessageSize: number;
  readonly correlationTimeout: number;
  readonly healthCheckInterval: number;
  readonly stallTimeout: number;
  readonly standby: number;
  readonly batchSize: number;
  readonly maxConcurrentDeliveries: number;
  readonly slots: number;
  readonly heapBytes: number;
  /** `'auto'`, `'json'`, `'v8'` or the href of a module. */
  readonly codec: string;
  readonly debugLeases: boolean;
  readonly shardOptions: ThreadOptions;
  readonly workerUrl: string | undefined;
  readonly logger: Logger | undefined;
  readonly keepAlive: boolean;
  readonly maxEndpoints: number;
  readonly maxSubscriptions: number;
  readonly maxClients: number;
  readonly maxRoutes: number;
  readonly maxRegexRoutes: number;
  readonly maxPatternsPerRun: number;
  readonly maxDeadLetters: number;
  readonly maxDeadLetterBytes: number;
}

const WHERE = 'createBus';

const NAMES: readonly (keyof BusConfig)[] = [
  'shards',
  'maxMessageSize',
  'correlationTimeout',
  'healthCheckInterval',
  'stallTimeout',
  'standby',
  'batchSize',
  'maxConcurrentDeliveries',
  'slots',
  'heapBytes',
  'codec',
  'debugLeases',
  'shardOptions',
  'workerUrl',
  'logger',
  'keepAlive',
  'maxEndpoints',
  'maxSubscriptions',
  'maxClients',
  'maxRoutes',
  'maxRegexRoutes',
  'maxPatternsPerRun',
  'maxDeadLetters',
  'maxDeadLetterBytes',
];

const DEFAULT_SHARDS_MAX = 4;
const LOGGER_METHODS = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Checks all options before anything starts. `cores` is `availableParallelism()`, from outside.
 * Throws `ERR_BUS_CONFIG`.
 */
export function resolveConfig(config: BusConfig | undefined, cores: number): ResolvedConfig {
  const read = new OptionReader(config === undefined ? {} : config, NAMES, WHERE, '', 'config');
  const shards = Math.min(DEFAULT_SHARDS_MAX, Math.max(1, cores - 1));
  return Object.freeze({
    shards: read.integer('shards', shards, { low: 1, high: LIMITS.shards }),
    ...resolveMemory(read),
    correlationTimeout: read.duration('correlationTimeout', 30_000, DURATION),
    healthCheckInterval: read.duration('healthCheckInterval', 5_000, PERIOD),
    stallTimeout: read.duration('stallTimeout', 2_000, DURATION),
    standby: read.integer('standby', 1, { low: 0, high: 1 }),
    batchSize: read.integer('batchSize', 100, { low: 1, high: LIMITS.batchSize }),
    maxConcurrentDeliveries: read.integer('maxConcurrentDeliveries', 1000, {
      low: 1,
      high: LIMITS.concurrentDeliveries,
    }),
    slots: read.integer('slots', LIMITS.slots, { low: LIMITS.slotsLow, high: LIMITS.slotsHigh }),
    codec: resolveCodecName(read) ?? 'auto',
    debugLeases: read.flag('debugLeases', false),
    shardOptions: resolveThreadOptions(read.get('shardOptions'), WHERE, 'shardOptions.'),
    workerUrl: urlText(read, 'workerUrl'),
    logger: resolveLogger(read),
    keepAlive: read.flag('keepAlive', false),
    ...resolveMaxima(read),
  });
}

type MemoryOptions = Pick<ResolvedConfig, 'maxMessageSize' | 'heapBytes'>;

/**
 * An eighth of the heap is kept back for replies, so the largest reply must fit into an eighth: then
 * a message of the largest size always finds room once the messages in flight are settled. Where
 * only one of the two options is given, the other's default follows it.
 */
function resolveMemory(read: OptionReader): MemoryOptions {
  const times = LIMITS.heapPerMessage;
  const heapRange = { low: LIMITS.heapBytesLow, high: LIMITS.heapBytesHigh };
  const givenHeap = read.integer('heapBytes', 0, heapRange);
  const largest = givenHeap === 0 ? LIMITS.maxMessageSize : Math.floor(givenHeap / times);
  const maxMessageSize = read.integer('maxMessageSize', Math.min(LIMITS.maxMessageSize, largest), {
    low: LIMITS.maxMessageSizeLow,
    high: LIMITS.maxMessageSizeHigh,
  });
  const needed = maxMessageSize * times;
  const heapBytes = givenHeap === 0 ? Math.max(LIMITS.heapBytes, needed) : givenHeap;
  if (heapBytes >= needed) return { maxMessageSize, heapBytes };
  const expected = `at least ${times} times maxMessageSize (${needed} bytes)`;
  throw configError(WHERE, 'heapBytes', expected, String(heapBytes));
}

type Maxima = Pick<
  ResolvedConfig,
  | 'maxEndpoints'
  | 'maxSubscriptions'
  | 'maxClients'
  | 'maxRoutes'
  | 'maxRegexRoutes'
  | 'maxPatternsPerRun'
  | 'maxDeadLetters'
  | 'maxDeadLetterBytes'
>;

function resolveMaxima(read: OptionReader): Maxima {
  const upTo = (name: string, high: number): number => read.integer(name, high, { low: 1, high });
  return {
    maxEndpoints: upTo('maxEndpoints', LIMITS.endpoints),
    maxSubscriptions: upTo('maxSubscriptions', LIMITS.subscriptions),
    maxClients: upTo('maxClients', LIMITS.clients),
    maxRoutes: upTo('maxRoutes', LIMITS.routes),
    maxRegexRoutes: upTo('maxRegexRoutes', LIMITS.regexRoutes),
    maxPatternsPerRun: upTo('maxPatternsPerRun', LIMITS.patternsPerRun),
    maxDeadLetters: read.integer('maxDeadLetters', LIMITS.deadLetters, {
      low: 0,
      high: LIMITS.deadLettersHigh,
    }),
    maxDeadLetterBytes: read.integer('maxDeadLetterBytes', LIMITS.deadLetterBytes, {
      low: 0,
      high: LIMITS.heapBytesHigh,
    }),
  };
}

function resolveLogger(read: OptionReader): Logger | undefined {
  const logger = read.get('logger');
  if (logger === undefined) return undefined;
  const methods = Object(logger) as Partial<Record<string, unknown>>;
  const isLogger = read.once('logger', () =>
    LOGGER_METHODS.every((method) => typeof methods[method] === 'function'),
  );
  if (isLogger) return logger as Logger;
  throw read.refuse('logger', 'an object with debug, info, warn and error', logger);
}
