/** How long a bench takes: the one place where a full run and a quick one differ. */

import { fullRoutingPlan, type RoutingPlan } from '../routing.ts';
import type { CachedPlan } from '../routing-cached.ts';
import type { DistinctPlan } from '../routing-distinct.ts';
import type { HostilePlan } from '../routing-hostile.ts';
import type { RegistrationPlan } from '../routing-registration.ts';
import type { TakeoverPlan } from '../takeover.ts';

export interface Plan {
  readonly rounds: number;
  /** What a contestant's part of a round should take. */
  readonly roundMs: number;
  /**
   * How long a contestant runs before it is measured, and how many messages it carries at least: code is compiled for
   * having run often, so on a busy machine time alone would leave it cold, and short rounds would never warm it.
   */
  readonly warmUpMs: number;
  readonly warmUpMessages: number;
  /** How long the idle bus is watched. */
  readonly idleMs: number;
  readonly routing: RoutingPlan;
  readonly fanOut: FanOutPace;
  readonly takeover: TakeoverPlan;
  readonly cached: CachedPlan;
  readonly hostile: HostilePlan;
  readonly registration: RegistrationPlan;
  readonly distinct: DistinctPlan;
}

/** There are many fan-out rows, so each is short; a warm-up carries messages, or bytes, whichever are there first. */
export interface FanOutPace {
  readonly rounds: number;
  readonly roundMs: number;
  readonly warmUpMs: number;
  readonly warmUpMessages: number;
  readonly warmUpBytes: number;
}

export const fullPlan: Plan = {
  rounds: 9,
  roundMs: 500,
  warmUpMs: 1_500,
  warmUpMessages: 20_000,
  idleMs: 10_000,
  routing: fullRoutingPlan,
  fanOut: {
    rounds: 7,
    roundMs: 150,
    warmUpMs: 400,
    warmUpMessages: 10_000,
    warmUpBytes: 200_000_000,
  },
  takeover: { kills: 20, lanes: 1_000 },
  cached: { keys: 4_096, rounds: 21 },
  hostile: { patternsMax: Number.POSITIVE_INFINITY, lookUps: 9 },
  registration: { globs: 100_000, removals: 500 },
  distinct: { keys: 1_000_000 },
};

/** Proves that every row still runs and checks itself; its figures mean nothing. */
export const quickPlan: Plan = {
  rounds: 2,
  roundMs: 10,
  warmUpMs: 10,
  warmUpMessages: 64,
  idleMs: 200,
  routing: { globs: 2_000, lookUpsPerKind: 100 },
  fanOut: { rounds: 2, roundMs: 5, warmUpMs: 5, warmUpMessages: 64, warmUpBytes: 64_000 },
  takeover: { kills: 2, lanes: 20 },
  cached: { keys: 64, rounds: 3 },
  hostile: { patternsMax: 20, lookUps: 2 },
  registration: { globs: 2_000, removals: 10 },
  distinct: { keys: 1_000 },
};
