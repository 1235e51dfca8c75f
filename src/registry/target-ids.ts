/**
 * Target ids: small numbers that index arrays in shared memory, so they are handed out again after their release.
 * Knows which client holds an id and nothing of what the client does with it.
 */
import { BusError } from '../message/errors.ts';

export class TargetIds {
  readonly #limit: number;
  readonly #owners = new Map<number, number>();
  /** Released ids, reused first in, first out: the longer one rests, the fewer stale counts name it. */
  readonly #released: number[] = [];
  #next = 0;

  /** Ids are 0 … limit − 1. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#owners.size;
  }

  /** Throws `ERR_BUS_FULL` when all are taken. */
  allocate(client: number): number {
    const target = this.#next < this.#limit ? this.#next++ : this.#released.shift();
    if (target === undefined) {
      throw new BusError(
        'ERR_BUS_FULL',
        `All ${this.#limit} targets are taken: close endpoints or subscriptions, or raise maxEndpoints or maxSubscriptions.`,
        { details: { limit: this.#limit, options: ['maxEndpoints', 'maxSubscriptions'] } },
      );
    }
    this.#owners.set(target, client);
    return target;
  }

  /** False when it was not taken. */
  release(target: number): boolean {
    if (!this.#owners.delete(target)) return false;
    this.#released.push(target);
    return true;
  }

  ownerOf(target: number): number | undefined {
    return this.#owners.get(target);
  }

  /** Ascending. */
  heldBy(client: number): number[] {
    const targets: number[] = [];
    for (const [target, owner] of this.#owners) if (owner === client) targets.push(target);
    return targets.sort((a, b) => a - b);
  }
}
