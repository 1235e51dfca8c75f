/** What the callbacks of one subscription throw while nobody listens to `handlerError`: a line now and then. */
import type { Logger } from '../options.ts';
import type { BusEvents } from './bus-events.ts';
import { SeldomLine } from './seldom-line.ts';

export class UnheardErrors {
  readonly #line: SeldomLine;

  /** `now` in ms. */
  constructor(logger: () => Logger | undefined, now: () => number) {
    this.#line = new SeldomLine(logger, now);
  }

  note({ error, ...about }: BusEvents['handlerError']): void {
    this.#line.warn(() => ({
      fields: { err: error, ...about },
      text: `a callback of the subscription to '${about.pattern}' threw; listen with bus.on('handlerError', …).`,
    }));
  }
}
