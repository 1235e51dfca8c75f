/** What the members of each balance set agree on, and the cursor that they share. */
import type { Balance, Matching } from '../control/commands.ts';
import type { RouteRequest } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import type { Settled } from './checks.ts';
import { Cursors } from './cursors.ts';

/** Besides `balance`; absent where it is the default. */
export interface Choices {
  readonly hashHeader?: string;
  readonly spill?: boolean;
  readonly failover?: boolean;
}

export interface BalanceSet {
  readonly priority: number;
  readonly balance: Balance;
  readonly choices: Choices;
  readonly cursor: number;
  members: number;
  /** Of the same pattern and match, with another priority. */
  next: BalanceSet | undefined;
}

export class BalanceSets {
  readonly #cursors: Cursors;
  /** By pattern; a text made of pattern, match and priority would be made and hashed for each route. */
  readonly #sets: Readonly<Record<Matching, Map<string, BalanceSet>>> = {
    exact: new Map(),
    glob: new Map(),
    regex: new Map(),
  };

  constructor(cursorWords: number) {
    this.#cursors = new Cursors(cursorWords);
  }

  /** The route's set, made when it is the first member. Throws `ERR_BUS_CONFIG` where it does not agree. */
  join(request: Settled<RouteRequest>): BalanceSet {
    const { balance, match, pattern, priority } = request;
    const sets = this.#sets[match];
    const first = sets.get(pattern);
    const known = ofPriority(first, priority);
    if (known !== undefined) {
      assertAgrees(request, known);
      known.members++;
      return known;
    }
    const choices = choicesOf(request);
    const cursor = this.#cursors.take();
    const made: BalanceSet = { priority, balance, choices, cursor, members: 1, next: undefined };
    if (first === undefined) {
      sets.set(pattern, made);
    } else {
      made.next = first.next;
      first.next = made;
    }
    return made;
  }

  /** Undoes one `join`. */
  leave(pattern: string, match: Matching, priority: number): void {
    const sets = this.#sets[match];
    const first = sets.get(pattern);
    const set = ofPriority(first, priority);
    if (first === undefined || set === undefined) return;
    set.members--;
    if (set.members > 0) return;
    this.#cursors.giveBack(set.cursor);
    if (set !== first) before(first, set).next = set.next;
    else if (set.next === undefined) sets.delete(pattern);
    else sets.set(pattern, set.next);
  }
}

/** {@link choicesOf} of a route that leaves all to the defaults. */
export const NO_CHOICES: Choices = Object.freeze({});

export function choicesOf({ hashHeader, spill, failover }: Choices): Choices {
  if (hashHeader === undefined && spill !== true && failover !== false) return NO_CHOICES;
  return {
    ...(hashHeader === undefined ? {} : { hashHeader }),
    ...(spill === true ? { spill } : {}),
    ...(failover === false ? { failover } : {}),
  };
}

function ofPriority(first: BalanceSet | undefined, priority: number): BalanceSet | undefined {
  let set = first;
  while (set !== undefined && set.priority !== priority) set = set.next;
  return set;
}

function before(first: BalanceSet, wanted: BalanceSet): BalanceSet {
  let set = first;
  while (set.next !== undefined && set.next !== wanted) set = set.next;
  return set;
}

/** One message meets the set before it meets a member: what is said of the set must be said once. */
function assertAgrees(request: RouteRequest, set: BalanceSet): void {
  const { choices } = set;
  const own = choicesOf(request);
  refuseUnless(request, 'balance', set.balance, request.balance);
  refuseUnless(request, 'hashHeader', choices.hashHeader, own.hashHeader);
  refuseUnless(request, 'spill', choices.spill ?? false, own.spill ?? false);
  refuseUnless(request, 'failover', choices.failover ?? true, own.failover ?? true);
}

function refuseUnless(
  { pattern, match, priority }: RouteRequest,
  option: string,
  expected: unknown,
  got: unknown,
): void {
  if (got === expected) return;
  throw new BusError(
    'ERR_BUS_CONFIG',
    `Routes with the same pattern, match and priority agree on ${option}: '${pattern}' (${match}, priority ${priority}) ` +
      `expects ${shown(expected)}, got ${shown(got)}.`,
    { details: { option, expected, got, pattern, match, priority } },
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
