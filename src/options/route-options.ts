/** The options of `registerRoute`, `registerRoutes` and `removeRoute`. */
import { LIMITS } from '../limits.ts';
import { DURATION, OptionReader } from './reader.ts';

/** How a pattern is read. */
export type MatchKind = 'auto' | 'exact' | 'glob' | 'regex' | 'extglob';
/** The others are refused. */
export type BuiltMatch = Exclude<MatchKind, 'extglob'>;

/** How the routes of one pattern and priority take turns. */
export type Balance = 'round-robin' | 'least-in-flight' | 'random' | 'weighted' | 'consistent-hash';

/** Options of `registerRoute`. What is marked as not supported yet is refused, but for its default. */
export interface RouteOptions {
  /** Higher wins, 0 to 2^31 - 1. Default 0. */
  readonly priority?: number | undefined;
  /** Default `'auto'`: exact unless the pattern has one of `* ? [`. `'extglob'` is not supported yet. */
  readonly match?: MatchKind | undefined;
  /** How the members of a balance set take turns. Default `'round-robin'`. */
  readonly balance?: Balance | undefined;
  /** Share of this member under `'weighted'`, 1 to 65 535. Default 1. */
  readonly weight?: number | undefined;
  /** Header whose value `'consistent-hash'` goes by, instead of the key; 1 to 256 characters. Members of a set agree. */
  readonly hashHeader?: string | undefined;
  /** Of requests through this route, ms. Default: the bus's `correlationTimeout`. */
  readonly timeout?: number | undefined;
  /** A full balance set passes messages on to the next priority. Default false. Members of a set agree. */
  readonly spill?: boolean | undefined;
  /** An unhealthy balance set passes messages on to the next priority. Default true. Members of a set agree. */
  readonly failover?: boolean | undefined;
}

export interface RouteEntry extends RouteOptions {
  readonly pattern: string | RegExp;
  readonly endpoint: string;
}

export interface ResolvedRouteOptions {
  readonly priority: number;
  readonly match: BuiltMatch;
  readonly balance: Balance;
  readonly weight: number;
  readonly hashHeader: string | undefined;
  readonly timeout: number | undefined;
  readonly spill: boolean;
  readonly failover: boolean;
}

const NAMES: readonly (keyof RouteOptions)[] = [
  'priority',
  'match',
  'balance',
  'weight',
  'hashHeader',
  'timeout',
  'spill',
  'failover',
];
const ENTRY_NAMES: readonly (keyof RouteEntry)[] = ['pattern', 'endpoint', ...NAMES];

const MATCHES = ['auto', 'exact', 'glob', 'regex'] as const;
const BALANCES: readonly Balance[] = [
  'round-robin',
  'least-in-flight',
  'random',
  'weighted',
  'consistent-hash',
];

const WHERE = 'registerRoute';

/** Throws `ERR_BUS_CONFIG`. Patterns are checked by routing. */
export function resolveRouteOptions(options: RouteOptions | undefined): ResolvedRouteOptions {
  if (options === undefined) return DEFAULTS;
  return readRouteOptions(new OptionReader(options, NAMES, WHERE));
}

/** The options of one entry of `registerRoutes`; `index` is its place, for the error. */
export function resolveRouteEntry(entry: RouteEntry, index: number): ResolvedRouteOptions {
  // Tables of a hundred thousand entries mostly have none.
  if (!hasOptions(entry)) return DEFAULTS;
  return readRouteOptions(new OptionReader(entry, ENTRY_NAMES, 'registerRoutes', `[${index}].`));
}

/** True for what is no entry, too: its reader says so. */
function hasOptions(entry: RouteEntry): boolean {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return true;
  for (const name in entry) if (name !== 'pattern' && name !== 'endpoint') return true;
  return false;
}

/** The options of `removeRoute`. */
export function resolveMatch(options: { readonly match?: MatchKind } | undefined): BuiltMatch {
  if (options === undefined) return 'auto';
  return readMatch(new OptionReader(options, ['match'], 'removeRoute'));
}

export function readMatch(read: OptionReader): BuiltMatch {
  const given = read.get('match');
  if (given !== 'extglob') return read.choice('match', 'auto', MATCHES);
  const expected = MATCHES.map((match) => `'${match}'`).join(', ');
  throw read.refuse('match', `one of ${expected} ('extglob' is not supported yet)`, given);
}

function readRouteOptions(read: OptionReader): ResolvedRouteOptions {
  const balance = read.choice('balance', 'round-robin', BALANCES);
  const hashHeader = read.text('hashHeader', LIMITS.nameLength);
  if (hashHeader !== undefined && balance !== 'consistent-hash') {
    throw read.refuse('hashHeader', "absent unless balance is 'consistent-hash'", hashHeader);
  }
  const weight = read.integer('weight', 1, { low: 1, high: LIMITS.weight });
  if (weight !== 1 && balance !== 'weighted') {
    throw read.refuse('weight', "1, or absent, unless balance is 'weighted'", weight);
  }
  return Object.freeze({
    priority: read.integer('priority', 0, { low: 0, high: LIMITS.priority }),
    match: readMatch(read),
    balance,
    weight,
    hashHeader,
    timeout: read.duration('timeout', undefined, DURATION),
    spill: read.flag('spill', false),
    failover: read.flag('failover', true),
  });
}

const DEFAULTS: ResolvedRouteOptions = readRouteOptions(new OptionReader({}, NAMES, WHERE));
