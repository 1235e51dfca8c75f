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
  /** {@link WIDTH} numbers a route. */
  readonly numbers: Float64Array;
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
  const { packed, ...rest } = command;
  const routes = unpackRoutes(packed);
  if (rest.op === 'addRoutes') return { seq, command: { op: 'addRoutes', routes } };
  if (rest.op !== 'takeOver') return { seq, command: rest };
  return { seq, command: { ...rest, state: { ...rest.state, routes } } };
}

const WIDTH = 7;
const ID = 0;
const PRIORITY = 1;
const TARGET = 2;
const ORDER = 3;
const WEIGHT = 4;
const CURSOR = 5;
/** Place of its kind of match, and 16 times the place of its balance. */
const NAMES = 6;
const BALANCE_UNIT = 16;

const MATCHES: readonly Matching[] = ['exact', 'glob', 'regex'];

function packRoutes(routes: readonly RouteSpec[]): RouteColumns {
  const numbers = new Float64Array(routes.length * WIDTH);
  const patterns = new Array<string>(routes.length);
  const rest = new Map<number, Rest>();
  for (let i = 0; i < routes.length; i++) {
    const route = routes[i] as RouteSpec;
    const at = i * WIDTH;
    patterns[i] = route.pattern;
    numbers[at + ID] = route.id;
    numbers[at + PRIORITY] = route.priority;
    numbers[at + TARGET] = route.target;
    numbers[at + ORDER] = route.order;
    numbers[at + WEIGHT] = route.weight;
    numbers[at + CURSOR] = route.cursor;
    numbers[at + NAMES] =
      MATCHES.indexOf(route.match) + BALANCE_UNIT * BALANCES.indexOf(route.balance);
    const own = restOf(route);
    if (own !== undefined) rest.set(i, own);
  }
  return { patterns, numbers, rest };
}

function unpackRoutes({ numbers, patterns, rest }: RouteColumns): RouteSpec[] {
  const routes = new Array<RouteSpec>(patterns.length);
  for (let i = 0; i < patterns.length; i++) {
    const at = i * WIDTH;
    const names = numbers[at + NAMES] as number;
    const route: RouteSpec = {
      id: numbers[at + ID] as number,
      pattern: patterns[i] as string,
      match: MATCHES[names % BALANCE_UNIT] as Matching,
      priority: numbers[at + PRIORITY] as number,
      target: numbers[at + TARGET] as number,
      balance: BALANCES[Math.floor(names / BALANCE_UNIT)] as Balance,
      order: numbers[at + ORDER] as number,
      weight: numbers[at + WEIGHT] as number,
      cursor: numbers[at + CURSOR] as number,
    };
    const own = rest.get(i);
    routes[i] = own === undefined ? route : { ...route, ...own };
  }
  return routes;
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
