/** How long a bench takes: the one place where a full run and a quick one differ. */

export interface Plan {
  readonly rounds: number;
  /** What a contestant's part of a round should take. */
  readonly roundMs: number;
  /** How long a contestant runs before it is measured, so that its code is compiled. */
  readonly warmUpMs: number;
  /** How long the idle bus is watched. */
  readonly idleMs: number;
}

export const fullPlan: Plan = { rounds: 9, roundMs: 500, warmUpMs: 1_500, idleMs: 10_000 };

/** Proves that every row still runs and checks itself; its figures mean nothing. */
export const quickPlan: Plan = { rounds: 2, roundMs: 10, warmUpMs: 10, idleMs: 200 };
