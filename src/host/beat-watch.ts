/**
 * Tells a thread whose event loop stands still, by a word that it counts up: a handler that never gives the thread back.
 * Pure: it is told the word and the time.
 */

export class BeatWatch {
  readonly #limitMs: number;
  #beat: number | undefined;
  #sinceMs = 0;

  /** `limitMs`: how long the word may stay the same. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** True: it has not changed for too long. */
  isStuck(beat: number, nowMs: number): boolean {
    if (beat !== this.#beat) {
      this.#beat = beat;
      this.#sinceMs = nowMs;
    }
    return nowMs - this.#sinceMs >= this.#limitMs;
  }
}
