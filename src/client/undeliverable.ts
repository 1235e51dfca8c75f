/**
 * Messages for which nobody waits, those of `try…` verbs above all, that could not be delivered: the event
 * `undeliverable`, and where nobody listens on this thread a line in the log, so that they are not lost in silence.
 */
import { STATUS } from '../memory/entries.ts';
import { failuresOf, reasonOf, targetsOf } from '../memory/outcome-word.ts';
import { get } from '../memory/seam.ts';
import { EXPIRES, NO_DEADLINE, SLOT_WORDS } from '../memory/slot-header.ts';
import { KIND_NAMES } from '../message/kinds.ts';
import type { BusEvents, EventHub } from './bus-events.ts';
import type { ClientCore } from './client-core.ts';
import type { Unclaimed } from './completions.ts';
import { onlyExpired, statusError } from './outcome-errors.ts';
import { SeldomLine } from './seldom-line.ts';

export class Undeliverable {
  readonly #core: Pick<ClientCore, 'kindOf' | 'peers' | 'slots'>;
  readonly #events: EventHub;
  readonly #now: () => number;
  /** By status: what floods must not hide what is rare. */
  readonly #lines = new Map<number, SeldomLine>();

  /** `now` in ms. */
  constructor(
    core: Pick<ClientCore, 'kindOf' | 'peers' | 'slots'>,
    events: EventHub,
    now: () => number,
  ) {
    this.#core = core;
    this.#events = events;
    this.#now = now;
  }

  note(outcome: Unclaimed): void {
    if (this.#events.has('undeliverable')) {
      this.#events.emit('undeliverable', this.#eventOf(outcome));
      return;
    }
    this.#lineOf(outcome.status).warn(() => {
      const { kind, reason, routingKey } = this.#eventOf(outcome);
      return {
        fields: { err: reason, code: reason.code, kind, routingKey },
        text: `a message could not be delivered: ${reason.message} Listen with bus.on('undeliverable', …).`,
      };
    });
  }

  #eventOf({ detail, failed, slot, status }: Unclaimed): BusEvents['undeliverable'] {
    const key = this.#core.slots.keys[slot]?.text ?? '';
    const kind = this.#core.kindOf(slot);
    const why = status === STATUS.noRoute ? reasonOf(detail) : 0;
    const hasTtl = get(this.#core.slots.headers, slot * SLOT_WORDS + EXPIRES) !== NO_DEADLINE;
    const isTooLate = hasTtl && onlyExpired(status, detail, failed);
    const reason = statusError(isTooLate ? STATUS.expired : status, {
      kind,
      key,
      timeoutMs: 0,
      reason: undefined,
      because: why === 0 ? undefined : this.#core.peers.endpoint(why - 1),
      delivered: targetsOf(detail) - failuresOf(detail),
      failed,
    });
    return { routingKey: key, kind: KIND_NAMES[kind] ?? 'event', reason };
  }

  #lineOf(status: number): SeldomLine {
    let line = this.#lines.get(status);
    if (line === undefined) {
      line = new SeldomLine(() => this.#events.logger, this.#now);
      this.#lines.set(status, line);
    }
    return line;
  }
}
