/** What may be said about a thread that the bus starts: shards, `startWorker`, pools. */
import { LIMITS } from '../limits.ts';
import { OptionReader } from './reader.ts';
import { urlHref } from './url-href.ts';

/** V8's limits of one thread, in MiB. */
export interface ThreadResourceLimits {
  readonly maxOldGenerationSizeMb?: number;
  readonly maxYoungGenerationSizeMb?: number;
  readonly codeRangeSizeMb?: number;
  readonly stackSizeMb?: number;
}

/** The part of Node's `WorkerOptions` that the bus passes on for its own threads. */
export interface ThreadOptions {
  readonly resourceLimits?: ThreadResourceLimits | undefined;
  readonly execArgv?: readonly string[] | undefined;
  /** Variables by name, or Node's `SHARE_ENV`. */
  readonly env?: Readonly<Record<string, string | undefined>> | symbol | undefined;
  readonly name?: string | undefined;
}

export const THREAD_NAMES: readonly (keyof ThreadOptions)[] = [
  'resourceLimits',
  'execArgv',
  'env',
  'name',
];

const RESOURCE_NAMES: readonly (keyof ThreadResourceLimits)[] = [
  'maxOldGenerationSizeMb',
  'maxYoungGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
];

/** Arguments beyond this are a mistake, not a command line. */
const ARGUMENTS_MAX = 1024;
/** MiB: less is below what V8 itself needs. */
const RESOURCE_MIB_MIN = 0.1;
/** MiB: with 0.2 Node's own start of a thread overflows the stack, and that ends the whole process. */
const STACK_MIB_MIN = 0.5;
/** MiB: more than any machine gives one thread. */
const RESOURCE_MIB_MAX = 1_048_576;
/** `worker_threads.SHARE_ENV`, named here so that this file starts no threads' module. */
const SHARE_ENV = Symbol.for('nodejs.worker_threads.SHARE_ENV');

const NO_THREAD_OPTIONS: ThreadOptions = Object.freeze({});

/** Only what was given is present, so that Node's own defaults stay. */
export function resolveThreadOptions(
  options: unknown,
  where: string,
  prefix: string,
): ThreadOptions {
  if (options === undefined) return NO_THREAD_OPTIONS;
  return readThreadOptions(new OptionReader(options, THREAD_NAMES, where, prefix), where, prefix);
}

/** The same of a reader that knows further names. */
export function readThreadOptions(
  read: OptionReader,
  where: string,
  prefix: string,
): ThreadOptions {
  return Object.freeze(
    withoutAbsent({
      resourceLimits: resolveResourceLimits(read.get('resourceLimits'), where, prefix),
      execArgv: read.texts('execArgv', ARGUMENTS_MAX),
      env: resolveEnvironment(read),
      name: read.text('name', LIMITS.nameLength),
    }),
  );
}

/** The href of an option that is a URL or the text of one. */
export function urlText(read: OptionReader, name: string): string | undefined {
  const value = read.get(name);
  if (value === undefined) return undefined;
  const href = urlHref(value) ?? value;
  if (typeof href === 'string' && URL.canParse(href)) return href;
  throw read.refuse(name, 'a URL', value);
}

export function withoutAbsent<T extends object>(options: T): T {
  const present: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) present[name] = value;
  }
  return present as T;
}

function resolveResourceLimits(
  limits: unknown,
  where: string,
  prefix: string,
): ThreadResourceLimits | undefined {
  if (limits === undefined) return undefined;
  const read = new OptionReader(limits, RESOURCE_NAMES, where, `${prefix}resourceLimits.`);
  const resolved: Record<string, number> = {};
  for (const name of RESOURCE_NAMES) {
    const low = name === 'stackSizeMb' ? STACK_MIB_MIN : RESOURCE_MIB_MIN;
    const range = { low, high: RESOURCE_MIB_MAX };
    if (read.get(name) !== undefined) resolved[name] = read.number(name, 0, range);
  }
  return Object.freeze(resolved);
}

function resolveEnvironment(read: OptionReader): ThreadOptions['env'] {
  const env = read.get('env');
  if (env === undefined || env === SHARE_ENV) return env;
  const expected = 'an object from name to string, or SHARE_ENV';
  if (typeof env !== 'object' || env === null) throw read.refuse('env', expected, env);
  const copy = read.once('env', () => ({ ...env }));
  for (const value of Object.values(copy)) {
    if (value !== undefined && typeof value !== 'string') throw read.refuse('env', expected, env);
  }
  return Object.freeze(copy);
}
