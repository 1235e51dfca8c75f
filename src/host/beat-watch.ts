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

  /** Ms for which it has not changed, where that is too long. */
  stuckFor(beat: number, nowMs: number): number | undefined {
    if (beat !== this.#beat) {
      this.#beat = beat;
      this.#sinceMs = nowMs;
    }
    const stillMs = nowMs - this.#sinceMs;
    return stillMs >= this.#limitMs ? stillMs : undefined;
  }
}
