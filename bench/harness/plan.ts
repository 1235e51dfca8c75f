/** How long a bench takes: the one place where a full run and a quick one differ. */

import { fullRoutingPlan, type RoutingPlan } from '../routing.ts';

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
}

export const fullPlan: Plan = {
  rounds: 9,
  roundMs: 500,
  warmUpMs: 1_500,
  warmUpMessages: 20_000,
  idleMs: 10_000,
  routing: fullRoutingPlan,
};

/** Proves that every row still runs and checks itself; its figures mean nothing. */
export const quickPlan: Plan = {
  rounds: 2,
  roundMs: 10,
  warmUpMs: 10,
  warmUpMessages: 64,
  idleMs: 200,
  routing: { globs: 2_000, lookUpsPerKind: 100 },
};
