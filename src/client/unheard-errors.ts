/**
 * What the callbacks of one subscription throw while nobody listens to `handlerError`: a line in the log, so that it is
 * not silent, and not more than one in a while, so that a callback that always throws does not fill the log.
 */
import type { Logger } from '../options.ts';
import type { BusEvents } from './bus-events.ts';

/** Between two lines of one subscription. */
export const QUIET_MS = 60_000;

export class UnheardErrors {
  readonly #logger: () => Logger | undefined;
  readonly #now: () => number;
  #silentUntilMs = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  /** `now` in ms. */
  constructor(logger: () => Logger | undefined, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  note({ error, pattern, routingKey, subscription }: BusEvents['handlerError']): void {
    const nowMs = this.#now();
    if (nowMs < this.#silentUntilMs) {
      this.#suppressed += 1;
      return;
    }
    this.#silentUntilMs = nowMs + QUIET_MS;
    const text =
      `a callback of the subscription to '${pattern}' threw; listen with bus.on('handlerError', …). ` +
      `Further ones are not logged for ${QUIET_MS / 1000} s.`;
    const fields = { err: error, pattern, routingKey, subscription, suppressed: this.#suppressed };
    this.#suppressed = 0;
    this.#logger()?.warn(fields, text);
  }
}
