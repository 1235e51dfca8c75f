/**
 * Endpoints of a run with options of their own. One with a breaker passes requests on, and may give up a notification
 * that it never let through; trials are never more than it allows. One that is ordered has one delivery of a key at a
 * time; what one with a dedupe window promises, `Repeats` knows.
 */
import type { BreakerSpec, DedupeSpec, TargetSpec } from '../../../src/control/commands.ts';
import type { CoreWorld } from '../../unit/client/core-world.ts';
import { lentOfKeys, trialsOf } from '../../unit/client/trials.ts';
import { Broken } from './broken.ts';
import type { Random } from './random.ts';

/** Of an endpoint its target, of a pool those of its threads. */
type Targets = () => readonly number[];

export class SimOptions {
  readonly #drawn: { readonly targets: Targets; readonly wishes: Partial<TargetSpec> }[] = [];
  #seeds = 0;

  draw(random: Random): Partial<TargetSpec> {
    return {
      ...(random.oneIn(3) ? { breaker: breakerOf(random) } : {}),
      ...(random.oneIn(3) ? { ordered: true } : {}),
      ...(random.oneIn(2) ? { dedupe: this.dedupe(random) } : {}),
    };
  }

  /** With a seed of its own. */
  dedupe(random: Random): DedupeSpec {
    this.#seeds += 1;
    return { windowMs: random.pick([20, 500, 5_000]), seed: [this.#seeds, 0, 0, 0] };
  }

  add(targets: Targets, wishes: Partial<TargetSpec>): void {
    this.#drawn.push({ targets, wishes });
  }

  check(world: CoreWorld): void {
    for (const { targets, wishes } of this.#drawn) check(world, targets(), wishes);
  }
}

function check(
  world: CoreWorld,
  targets: readonly number[],
  { breaker, ordered }: Partial<TargetSpec>,
): void {
  if (breaker !== undefined) {
    const trials = targets.reduce((sum, target) => sum + trialsOf(world, target), 0);
    if (trials > breaker.probes)
      throw new Broken(`${trials} trials of targets ${targets.join(', ')} at once`);
  }
  if (ordered !== true) return;
  const lent = targets.flatMap((target) => lentOfKeys(world, target));
  if (new Set(lent).size < lent.length)
    throw new Broken(`${targets.join(', ')} have a key twice at once`);
}

function breakerOf(random: Random): BreakerSpec {
  const times = { openForMs: random.pick([1, 3, 50]), probes: random.between(1, 2) };
  if (random.oneIn(2)) return { consecutiveFailures: random.between(1, 2), ...times };
  return { failureRate: 0.5, minimumVolume: random.between(1, 4), windowMs: 200, ...times };
}
