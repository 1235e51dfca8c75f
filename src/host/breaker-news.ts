/**
 * What main tells about breakers. A shard says that one has changed; that an open one has become half-open nobody says:
 * a timer looks when that is due. Nothing depends on it but the events.
 */
import { breakerState, isHalfOpen, isOpenState } from '../memory/breaker-words.ts';
import type { ControlWords } from '../memory/control-words.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** Names the state of a target's breaker now. `nowMs`: since the bus epoch. */
export function breakerName(control: ControlWords, target: number, nowMs: number): BreakerState {
  const state = breakerState(control, target);
  if (!isOpenState(state)) return 'closed';
  return isHalfOpen(state, nowMs) ? 'half-open' : 'open';
}

export interface BreakerNewsParts {
  readonly control: ControlWords;
  /** Ms since the bus epoch. */
  readonly now: () => number;
  /** Id of the endpoint there, undefined: it is gone. */
  readonly nameOf: (target: number) => string | undefined;
  readonly tell: (news: { readonly endpoint: string; readonly state: BreakerState }) => void;
}

export class BreakerNews {
  readonly #parts: BreakerNewsParts;
  /** What was told last of those that are not closed, and when each becomes half-open. */
  readonly #open = new Map<number, { readonly endpoint: string; readonly state: BreakerState }>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: BreakerNewsParts) {
    this.#parts = parts;
  }

  /** A shard has changed the breaker of `target`. */
  note(target: number): void {
    if (this.#isClosed) return;
    this.#look(target);
    this.#arm();
  }

  /** A shard has died: it may have said nothing. */
  lookAtAll(targets: Iterable<number>): void {
    for (const target of targets) this.note(target);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#open.clear();
  }

  #look(target: number): void {
    const { control, nameOf, now, tell } = this.#parts;
    const endpoint = nameOf(target);
    const before = this.#open.get(target);
    if (endpoint === undefined) {
      this.#open.delete(target);
      return;
    }
    const state = breakerName(control, target, now());
    const told = before?.endpoint === endpoint ? before.state : 'closed';
    if (state === 'closed') this.#open.delete(target);
    else this.#open.set(target, { endpoint, state });
    if (state !== told) tell({ endpoint, state });
  }

  /** One timer, for the first that is due. */
  #arm(): void {
    clearTimeout(this.#timer);
    const { control, now } = this.#parts;
    let soonest = Number.POSITIVE_INFINITY;
    for (const [target, { state }] of this.#open) {
      if (state === 'open')
        soonest = Math.min(soonest, (breakerState(control, target) - now()) | 0);
    }
    if (soonest === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => {
        for (const target of [...this.#open.keys()]) this.#look(target);
        this.#arm();
      },
      Math.max(1, soonest + 1),
    ).unref();
  }
}
