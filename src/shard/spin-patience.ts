/**
 * How long a shard spins without work before it parks. Waking a parked thread costs the waker a system call and the
 * sleeper a trip through the scheduler, so a shard with a core to itself spins over the gap between two batches, or
 * between a request and its reply. Spinning that found work is free; spinning in vain is paid from a budget that fills
 * with the time, so an almost idle shard spends no more than a twentieth of a core on it, and an idle one nothing.
 */

/** Longest spin, with a core to itself and without. */
const LONGEST_MS = 0.3;
const LONGEST_SHARED_MS = 0.002;
/** The budget fills by this share of the time that passes, up to so much. */
const BUDGET_SHARE = 0.05;
const BUDGET_MAX_MS = 1;

export class SpinPatience {
  readonly #longestMs: number;
  #budgetMs = BUDGET_MAX_MS;
  #filledAtMs = 0;
  #idleSinceMs = -1;
  #limitMs = 0;

  /** `hasCore`: cores are left for it to spin on. */
  constructor(hasCore: boolean) {
    this.#longestMs = hasCore ? LONGEST_MS : LONGEST_SHARED_MS;
  }

  /** Work came: the spin, if there was one, has paid. */
  foundWork(): void {
    this.#idleSinceMs = -1;
  }

  /** An empty step at `nowMs`: has the shard spun long enough? */
  isOver(nowMs: number): boolean {
    if (this.#idleSinceMs < 0) this.#begin(nowMs);
    return nowMs - this.#idleSinceMs >= this.#limitMs;
  }

  /** It parks: the spin was in vain. */
  slept(): void {
    this.#budgetMs -= this.#limitMs;
    this.#idleSinceMs = -1;
  }

  #begin(nowMs: number): void {
    const filled = this.#budgetMs + (nowMs - this.#filledAtMs) * BUDGET_SHARE;
    this.#budgetMs = Math.min(BUDGET_MAX_MS, filled);
    this.#filledAtMs = nowMs;
    this.#idleSinceMs = nowMs;
    // All or nothing: a spin that is shorter than the gap would only drain the budget, for ever.
    this.#limitMs = this.#budgetMs >= this.#longestMs ? this.#longestMs : 0;
  }
}
