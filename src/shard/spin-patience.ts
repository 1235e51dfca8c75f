/**
 * How long a shard spins without work before it parks. Waking a parked thread costs the waker a system call and the
 * sleeper a trip through the scheduler, so a shard with a core to itself spins a little longer than the gap between two
 * batches. The limit follows what pays: it grows when work came while spinning and shrinks when it did not.
 */

const SHORTEST_MS = 0.002;
const LONGEST_MS = 0.1;
const GROWTH = 1.5;
const DECAY = 0.6;

export class SpinPatience {
  readonly #longestMs: number;
  #limitMs: number;
  #idleSinceMs = -1;

  /** `hasCore`: cores are left for it to spin on. */
  constructor(hasCore: boolean) {
    this.#longestMs = hasCore ? LONGEST_MS : SHORTEST_MS;
    this.#limitMs = this.#longestMs;
  }

  foundWork(): void {
    if (this.#idleSinceMs < 0) return;
    this.#idleSinceMs = -1;
    this.#limitMs = Math.min(this.#longestMs, this.#limitMs * GROWTH);
  }

  /** An empty step at `nowMs`: has the shard spun long enough? */
  isOver(nowMs: number): boolean {
    if (this.#idleSinceMs < 0) this.#idleSinceMs = nowMs;
    return nowMs - this.#idleSinceMs >= this.#limitMs;
  }

  /** It parked: spinning did not pay. */
  slept(): void {
    this.#idleSinceMs = -1;
    this.#limitMs = Math.max(SHORTEST_MS, this.#limitMs * DECAY);
  }
}
