/**
 * An endpoint with a `dedupeWindow`, as one shard works it: which ids are in hand there. Of one id one delivery is in hand
 * at a time, through all its retries; others of it wait for what becomes of that one. A pool and its threads have the
 * same. Bounded by the cells.
 */
import type { DedupeSpec } from '../control/commands.ts';
import { packRef } from '../memory/entries.ts';
import { KeyLanes } from './key-lanes.ts';
import type { ShardLink } from './shard-link.ts';

export class TargetDedupe {
  readonly windowMs: number;
  readonly seed: Int32Array;
  /** By the first word of their fingerprints: two ids that agree in it wait for each other too. */
  readonly #lanes = new KeyLanes();

  constructor({ seed, windowMs }: DedupeSpec) {
    this.windowMs = windowMs;
    this.seed = Int32Array.from(seed);
  }

  /** Ids in hand. */
  get size(): number {
    return this.#lanes.size;
  }

  /** No other delivery has the id of the one in `cell` in hand. */
  isFree({ client, prints }: ShardLink, cell: number): boolean {
    if (prints?.has(cell) !== true) return true;
    return this.#lanes.isFree(prints.firstOf(cell), packRef(client, cell));
  }

  /** Unless another has it. */
  take({ client, prints }: ShardLink, cell: number): void {
    if (prints?.has(cell) === true) this.#lanes.take(prints.firstOf(cell), packRef(client, cell));
  }

  /** The delivery goes on as another one. */
  pass(from: number, to: number): void {
    this.#lanes.pass(from, to);
  }

  leave(delivery: number): void {
    this.#lanes.leave(delivery);
  }
}
