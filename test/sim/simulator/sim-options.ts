/**
 * Endpoints of a run with options of their own. One with a breaker passes requests on, and may give up a notification
 * that it never let through; trials are never more than it allows. One that is ordered has one delivery of a key at a
 * time.
 */
import type { BreakerSpec, TargetSpec } from '../../../src/control/commands.ts';
import type { CoreWorld } from '../../unit/client/core-world.ts';
import { lentOfKeys, trialsOf } from '../../unit/client/trials.ts';
import { Broken } from './journal.ts';
import type { Random } from './random.ts';

export class SimOptions {
  /** By target. */
  readonly #breakers = new Map<number, BreakerSpec>();
  readonly #ordered = new Set<number>();

  draw(random: Random): Partial<TargetSpec> {
    return {
      ...(random.oneIn(3) ? { breaker: breakerOf(random) } : {}),
      ...(random.oneIn(3) ? { ordered: true } : {}),
    };
  }

  add(target: number, { breaker, ordered }: Partial<TargetSpec>): void {
    if (breaker !== undefined) this.#breakers.set(target, breaker);
    if (ordered === true) this.#ordered.add(target);
  }

  check(world: CoreWorld): void {
    for (const [target, { probes }] of this.#breakers) {
      const trials = trialsOf(world, target);
      if (trials > probes) throw new Broken(`${trials} trials of target ${target} at once`);
    }
    for (const target of this.#ordered) {
      const lent = lentOfKeys(world, target);
      if (new Set(lent).size < lent.length) throw new Broken(`${target} has a key twice at once`);
    }
  }
}

function breakerOf(random: Random): BreakerSpec {
  const times = { openForMs: random.pick([1, 3, 50]), probes: random.between(1, 2) };
  if (random.oneIn(2)) return { consecutiveFailures: random.between(1, 2), ...times };
  return { failureRate: 0.5, minimumVolume: random.between(1, 4), windowMs: 200, ...times };
}
