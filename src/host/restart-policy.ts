/**
 * Whether and when a shard that died is replaced. One that made progress is replaced at once, unless its lives are short
 * for long; one that dies again and again without progress waits longer each time, and is given up in the end.
 */

/** Successive lives without progress before the shard is given up. */
const FRUITLESS_MAX = 8;
/** A life that lasts longer ends the row of short ones. */
const STABLE_MS = 1_000;
/** Short lives in a row that are replaced without delay, where each made progress and where none did. */
const PROMPT_MAX = 100;
const PROMPT_FRUITLESS_MAX = 1;
const DELAY_FIRST_MS = 20;
const DELAY_MAX_MS = 2_000;
/** So often the same message may be in hand when its shard dies; then it is skipped. */
const DEATHS_AT_ONE_ENTRY = 3;

export interface Death {
  readonly livedMs: number;
  /** It handled something after it had taken over. */
  readonly progressed: boolean;
  /** Names the ring entry that was in hand; undefined: none was. */
  readonly entry: string | undefined;
}

export interface Replacement {
  readonly delayMs: number;
  readonly skipsEntry: boolean;
}

export class RestartPolicy {
  #fruitless = 0;
  #short = 0;
  #entry: string | undefined;
  #deathsAtEntry = 0;

  /** What to do after this death; undefined: give up. */
  next({ entry, livedMs, progressed }: Death): Replacement | undefined {
    this.#deathsAtEntry =
      entry === undefined || entry !== this.#entry ? 1 : this.#deathsAtEntry + 1;
    this.#entry = entry;
    this.#short = livedMs >= STABLE_MS ? 0 : this.#short + 1;
    this.#fruitless = progressed ? 0 : this.#fruitless + 1;
    if (this.#fruitless >= FRUITLESS_MAX) return undefined;
    return {
      delayMs: this.#delayMs(),
      skipsEntry: entry !== undefined && this.#deathsAtEntry >= DEATHS_AT_ONE_ENTRY,
    };
  }

  #delayMs(): number {
    const beyond = Math.max(this.#short - PROMPT_MAX, this.#fruitless - PROMPT_FRUITLESS_MAX);
    return beyond <= 0 ? 0 : Math.min(DELAY_MAX_MS, DELAY_FIRST_MS * 2 ** Math.min(beyond - 1, 16));
  }
}
