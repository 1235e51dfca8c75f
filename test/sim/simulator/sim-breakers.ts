/**
 * The breakers of a run. An endpoint with one passes requests on, and may give up a notification that it never let
 * through; trials are never more than it allows.
 */
import type { BreakerSpec } from '../../../src/control/commands.ts';
import type { CoreWorld } from '../../unit/client/core-world.ts';
import { trialsOf } from '../../unit/client/trials.ts';
import { Broken } from './journal.ts';
import type { Random } from './random.ts';

export class SimBreakers {
  /** By target. */
  readonly #breakers = new Map<number, BreakerSpec>();

  draw(random: Random): BreakerSpec {
    const times = { openForMs: random.pick([1, 3, 50]), probes: random.between(1, 2) };
    if (random.oneIn(2)) return { consecutiveFailures: random.between(1, 2), ...times };
    return { failureRate: 0.5, minimumVolume: random.between(1, 4), windowMs: 200, ...times };
  }

  add(target: number, breaker: BreakerSpec): void {
    this.#breakers.set(target, breaker);
  }

  check(world: CoreWorld): void {
    for (const [target, { probes }] of this.#breakers) {
      const trials = trialsOf(world, target);
      if (trials > probes) throw new Broken(`${trials} trials of target ${target} at once`);
    }
  }
}
