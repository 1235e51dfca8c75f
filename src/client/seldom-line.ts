/** A line of the log that is written at most once in a while, so that what goes wrong all the time does not fill it. */
import type { Logger } from '../options.ts';

/** Between two lines. */
export const QUIET_MS = 60_000;

export interface LogLine {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export class SeldomLine {
  readonly #logger: () => Logger | undefined;
  readonly #now: () => number;
  #silentUntilMs = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  /** `now` in ms. */
  constructor(logger: () => Logger | undefined, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  /** `make` is asked only for a line that is written; how many were not since the last one goes with it. */
  warn(make: () => LogLine): void {
    const nowMs = this.#now();
    if (nowMs < this.#silentUntilMs) {
      this.#suppressed += 1;
      return;
    }
    this.#silentUntilMs = nowMs + QUIET_MS;
    const { fields, text } = make();
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    const silence = `Further ones are not logged for ${QUIET_MS / 1000} s.`;
    this.#logger()?.warn({ ...fields, suppressed }, `${text} ${silence}`);
  }
}
