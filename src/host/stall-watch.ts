/**
 * Looks now and then whether every shard that has work makes progress, and ends the thread of one that does not: its
 * end is what starts a successor. Does not hold the process; while main is blocked nobody looks, and what a shard did
 * not do in that time is not held against it.
 */
import type { ShardHost } from './shard-host.ts';

/** Looks within one time-out. */
const LOOKS = 4;
const LOOK_MIN_MS = 20;
const LOOK_MAX_MS = 1_000;
/** Time between two looks that counts: what is longer main was not there to see. */
const LONGEST_LOOKS = 2;

export class StallWatch {
  readonly #timer: NodeJS.Timeout | undefined;
  #watchedMs = 0;

  /** `timeoutMs` without progress, `Infinity`: never. `now`: ms of any clock that does not jump. */
  constructor(
    shards: { readonly hosts: readonly Pick<ShardHost, 'endIfStalled'>[] },
    timeoutMs: number,
    now: () => number = () => performance.now(),
  ) {
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    const lookMs = Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, timeoutMs / LOOKS));
    let lastMs = now();
    this.#timer = setInterval(() => {
      const nowMs = now();
      this.#watchedMs += Math.min(nowMs - lastMs, LONGEST_LOOKS * lookMs);
      lastMs = nowMs;
      for (const host of shards.hosts) host.endIfStalled(this.#watchedMs, timeoutMs);
    }, lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
