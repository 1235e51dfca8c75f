/** Numbers the messages of a run, one whole replay after the other until it is told to end. */
import type { Plan } from './plan.ts';

/** The checker keeps about 50 bytes a message; ten minutes at full speed stay below it. */
const REPLAYS_MAX = 20_000;

export class Replays {
  readonly #plan: Plan;
  #begun = 0;
  #next = 0;
  #end = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Replays that were begun; all but the last of them were taken to their end. */
  get count(): number {
    return this.#begun;
  }

  /** Messages that were taken. */
  get taken(): number {
    return this.#next;
  }

  /** The next message's number; undefined when a replay is at its end and there must be no other. */
  take(mayBegin: () => boolean): number | undefined {
    if (this.#next === this.#end) {
      if (this.#begun === REPLAYS_MAX || !mayBegin()) return undefined;
      this.#begun += 1;
      this.#end = this.#plan.messageCount(this.#begun);
    }
    return this.#next++;
  }
}
