/**
 * How long a shard spins without work before it parks. Waking a parked thread costs the waker a system call and the
 * sleeper a trip through the scheduler, so a shard with a core to itself spins over the gap between two batches, or
 * between a request and its reply. Spinning that found work is free; spinning in vain is paid from a budget that fills
 * with the time, so an almost idle shard spends no more than a twentieth of a core on it, and an idle one nothing.
 *
 * Where threads of the process wait for a core, because there are more of them than cores or other programs run beside,
 * the core that a shard spins on is the one that its clients need. Then it parks at once when the work comes in batches,
 * which share the cost of a wake-up, and spins on between single messages, which would pay it one by one.
 */

/** Longest spin, with a core to itself and without. */
const LONGEST_MS = 0.3;
const LONGEST_SHARED_MS = 0.002;
/** The budget fills by this share of the time that passes, up to so much. */
const BUDGET_SHARE = 0.05;
const BUDGET_MAX_MS = 1;
/** How often the shard asks what the threads have waited: it costs some ten microseconds a thread. */
const LOOK_MS = 100;
/**
 * The cores are crowded when the threads wait for one by more than this share of the time, all together. Three threads
 * that always run on two cores give 1; one request at a time on idle cores gives a few hundredths.
 */
const CROWDED_SHARE = 0.25;
/** Entries a step, on average over the last steps, that are a batch; one request at a time makes one or two. */
const BATCH_ENTRIES = 6;
const AVERAGE_SHARE = 1 / 8;

export class SpinPatience {
  readonly #hasCore: boolean;
  readonly #coreWaitMs: () => number | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #waitedMs = 0;
  #isCrowded = false;
  #entriesPerStep = 0;
  #budgetMs = BUDGET_MAX_MS;
  #filledAtMs = 0;
  #idleSinceMs = -1;
  #limitMs = 0;

  /**
   * `hasCore`: cores are left for it to spin on. `coreWaitMs`: how long the threads of the process have waited for a
   * core so far; undefined where nobody knows.
   */
  constructor(hasCore: boolean, coreWaitMs: () => number | undefined) {
    this.#hasCore = hasCore;
    this.#coreWaitMs = coreWaitMs;
  }

  /** A step with so many entries: the spin, if there was one, has paid. */
  foundWork(entries: number): void {
    this.#idleSinceMs = -1;
    this.#entriesPerStep += (entries - this.#entriesPerStep) * AVERAGE_SHARE;
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
    const longest = this.#mayStay(nowMs) ? LONGEST_MS : LONGEST_SHARED_MS;
    this.#limitMs = this.#budgetMs >= longest ? longest : 0;
  }

  #mayStay(nowMs: number): boolean {
    if (!this.#hasCore) return false;
    return this.#entriesPerStep < BATCH_ENTRIES || !this.#crowded(nowMs);
  }

  #crowded(nowMs: number): boolean {
    const sinceMs = nowMs - this.#lookedAtMs;
    if (sinceMs < LOOK_MS) return this.#isCrowded;
    const waitedMs = this.#coreWaitMs() ?? 0;
    this.#isCrowded = waitedMs - this.#waitedMs > sinceMs * CROWDED_SHARE;
    this.#lookedAtMs = nowMs;
    this.#waitedMs = waitedMs;
    return this.#isCrowded;
  }
}
