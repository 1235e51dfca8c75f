/**
 * How many messages an overflow policy dropped for a target. Shards count for ever and target ids are reused, so the
 * counts of a target begin at what they were when it was taken.
 */
import { get } from '../memory/seam.ts';
import type { Shards } from './shards.ts';

export class DroppedCounts {
  readonly #shards: Shards;
  /** Target → a count for each shard. */
  readonly #starts = new Map<number, readonly number[]>();

  constructor(shards: Shards) {
    this.#shards = shards;
  }

  start(target: number): void {
    this.#starts.set(target, this.#read(target));
  }

  end(target: number): void {
    this.#starts.delete(target);
  }

  /** Since `start`; 0 without one. The words wrap, their differences do not. */
  of(target: number): number {
    const starts = this.#starts.get(target);
    if (starts === undefined) return 0;
    return this.#read(target).reduce(
      (sum, count, shard) => sum + ((count - (starts[shard] as number)) >>> 0),
      0,
    );
  }

  #read(target: number): number[] {
    return this.#shards.hosts.map(({ memory }) => get(memory.dropped, target));
  }
}
