/**
 * Looks now and then whether every shard that has work makes progress, and ends the thread of one that does not: its
 * end is what starts a successor. Does not hold the process; while main is blocked nobody looks.
 */
import type { Shards } from './shards.ts';

/** Looks within one time-out. */
const LOOKS = 4;
const LOOK_MIN_MS = 20;
const LOOK_MAX_MS = 1_000;

export class StallWatch {
  readonly #timer: NodeJS.Timeout | undefined;

  /** `timeoutMs` without progress, `Infinity`: never. */
  constructor(shards: Shards, timeoutMs: number) {
    if (timeoutMs === Number.POSITIVE_INFINITY) return;
    const lookMs = Math.min(LOOK_MAX_MS, Math.max(LOOK_MIN_MS, timeoutMs / LOOKS));
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      for (const host of shards.hosts) host.endIfStalled(nowMs, timeoutMs);
    }, lookMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
