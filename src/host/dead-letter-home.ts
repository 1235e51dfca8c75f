/** What main's client and the shards are told of the dead letters: their target, and who is who. */
import type { DeadLetterHome } from '../client/dead-letter-desk.ts';
import type { TargetSpec } from '../control/commands.ts';
import type { Registry } from '../registry/registry.ts';

/** Client 0 lives as long as the bus. */
const MAIN = 0;
/** Letters of one shard that main has not taken. */
const WINDOW = 256;

export function deadLetterHome(
  registry: Registry,
  bounds: DeadLetterHome['bounds'],
): DeadLetterHome {
  return {
    target: registry.allocateTarget(MAIN),
    bounds,
    nameOf: (target) => registry.nameOf(target) ?? `#${target}`,
    targetOf: (name) => registry.targetOf(name),
  };
}

export function deadLettersTarget(id: number): TargetSpec {
  return { id, kind: 'deadLetters', client: MAIN, window: WINDOW, whenFull: 'park' };
}
