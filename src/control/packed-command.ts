/**
 * Commands as they travel to a shard. Long lists of routes go as columns: copying a hundred thousand objects from thread
 * to thread would take the shard longer than making them anew does.
 */
import {
  BALANCES,
  type Balance,
  type Matching,
  type NumberedCommand,
  type RouteSpec,
  type ShardCommand,
} from './commands.ts';

/** Routes in columns. */
interface RouteColumns {
  readonly patterns: readonly string[];
  /** {@link WIDTH} words a route. */
  readonly words: Int32Array;
  /** What may have more than 32 bits, {@link WIDE_WIDTH} a route. */
  readonly wide: Float64Array;
  /** What few routes have, by place. */
  readonly rest: ReadonlyMap<number, Rest>;
}

type Rest = Pick<RouteSpec, 'hashHeader' | 'timeoutMs' | 'spill' | 'failover' | 'regex'>;

/** Beside a command without its routes. */
interface Packed {
  readonly packed: RouteColumns;
}

export interface PackedCommand {
  readonly seq: number;
  readonly command: ShardCommand | (ShardCommand & Packed);
}

/** Of fewer routes nobody notices the copying. */
const ROUTES_MIN = 64;

export function packCommand(seq: number, command: ShardCommand): PackedCommand {
  if (command.op === 'addRoutes' && command.routes.length >= ROUTES_MIN) {
    return { seq, command: { ...command, routes: [], packed: packRoutes(command.routes) } };
  }
  if (command.op === 'takeOver' && command.state.routes.length >= ROUTES_MIN) {
    const state = { ...command.state, routes: [] };
    return { seq, command: { ...command, state, packed: packRoutes(command.state.routes) } };
  }
  return { seq, command };
}

export function unpackCommand({ seq, command }: PackedCommand): NumberedCommand {
  if (!('packed' in command)) return { seq, command };
  const { packed: columns, ...rest } = command;
  const routes = unpackRoutes(columns);
  if (rest.op === 'addRoutes') return { seq, command: { op: 'addRoutes', routes } };
  if (rest.op !== 'takeOver') return { seq, command: rest };
  return { seq, command: { ...rest, state: { ...rest.state, routes } } };
}

const WIDTH = 5;
const PRIORITY = 0;
const TARGET = 1;
const WEIGHT = 2;
const CURSOR = 3;
/** Place of its kind of match, and 16 times the place of its balance. */
const NAMES = 4;

const WIDE_WIDTH = 2;
const ID = 0;
const ORDER = 1;
const BALANCE_UNIT = 16;

const MATCHES: readonly Matching[] = ['exact', 'glob', 'regex'];

/** By list: the same one may go to each of the shards. */
const packed = new WeakMap<readonly RouteSpec[], RouteColumns>();

function packRoutes(routes: readonly RouteSpec[]): RouteColumns {
  let columns = packed.get(routes);
  if (columns === undefined) {
    columns = columnsOf(routes);
    packed.set(routes, columns);
  }
  return columns;
}

function columnsOf(routes: readonly RouteSpec[]): RouteColumns {
  const words = new Int32Array(routes.length * WIDTH);
  const wide = new Float64Array(routes.length * WIDE_WIDTH);
  const patterns = new Array<string>(routes.length);
  const rest = new Map<number, Rest>();
  for (let i = 0; i < routes.length; i++) {
    const route = routes[i] as RouteSpec;
    const at = i * WIDTH;
    patterns[i] = route.pattern;
    words[at + PRIORITY] = route.priority;
    words[at + TARGET] = route.target;
    words[at + WEIGHT] = route.weight;
    words[at + CURSOR] = route.cursor;
    wide[i * WIDE_WIDTH + ID] = route.id;
    wide[i * WIDE_WIDTH + ORDER] = route.order;
    words[at + NAMES] =
      MATCHES.indexOf(route.match) + BALANCE_UNIT * BALANCES.indexOf(route.balance);
    const own = restOf(route);
    if (own !== undefined) rest.set(i, own);
  }
  return { patterns, words, wide, rest };
}

function unpackRoutes({ patterns, rest, wide, words }: RouteColumns): RouteSpec[] {
  const routes = new Array<RouteSpec>(patterns.length);
  for (let i = 0; i < patterns.length; i++) {
    const at = i * WIDTH;
    const names = words[at + NAMES] as number;
    const route: RouteSpec = {
      id: small(wide[i * WIDE_WIDTH + ID] as number),
      pattern: patterns[i] as string,
      match: MATCHES[names % BALANCE_UNIT] as Matching,
      priority: words[at + PRIORITY] as number,
      target: words[at + TARGET] as number,
      balance: BALANCES[(names / BALANCE_UNIT) | 0] as Balance,
      order: small(wide[i * WIDE_WIDTH + ORDER] as number),
      weight: words[at + WEIGHT] as number,
      cursor: words[at + CURSOR] as number,
    };
    const own = rest.get(i);
    routes[i] = own === undefined ? route : { ...route, ...own };
  }
  return routes;
}

/** The same number, as a small integer if it is one: a double would be an object of its own in each route. */
function small(value: number): number {
  const integer = value | 0;
  return integer === value ? integer : value;
}

function restOf(route: RouteSpec): Rest | undefined {
  const { failover, hashHeader, regex, spill, timeoutMs } = route;
  if (
    hashHeader === undefined &&
    timeoutMs === undefined &&
    spill === undefined &&
    failover === undefined &&
    regex === undefined
  ) {
    return undefined;
  }
  return {
    ...(hashHeader === undefined ? {} : { hashHeader }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(spill === undefined ? {} : { spill }),
    ...(failover === undefined ? {} : { failover }),
    ...(regex === undefined ? {} : { regex }),
  };
}
