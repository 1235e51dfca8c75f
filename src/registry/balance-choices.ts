/** What the members of each balance set agree on. */
import type { RouteRequest } from '../control/plane.ts';
import { BusError } from '../message/errors.ts';
import type { BalanceSet } from '../routing/router.ts';

/** Besides `balance`; absent where it is the default. */
export interface Choices {
  readonly hashHeader?: string;
  readonly spill?: boolean;
  readonly failover?: boolean;
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

/** One message meets the set before it meets a member: what is said of the set must be said once. */
export function assertAgrees(request: RouteRequest, set: BalanceSet): void {
  const own = choicesOf(request);
  refuseUnless(set, 'balance', set.balance, request.balance);
  refuseUnless(set, 'hashHeader', set.hashHeader, own.hashHeader);
  refuseUnless(set, 'spill', set.spill, own.spill ?? false);
  refuseUnless(set, 'failover', set.failover, own.failover ?? true);
}

function refuseUnless(
  { pattern, match, priority }: BalanceSet,
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
