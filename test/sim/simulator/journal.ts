/**
 * What the outside has seen of a run: what was sent, what receivers got and answered. It knows what a bus promises, and
 * nothing of how it keeps it.
 */
import type { PendingSend } from '../../../src/client/pending-send.ts';
import { BusError } from '../../../src/message/errors.ts';
import { KIND } from '../../../src/message/kinds.ts';

export interface Sent {
  readonly n: number;
  readonly client: number;
  readonly key: string;
  readonly kind: number;
  readonly send: PendingSend;
  /** It may be given up: it has a time-out or a signal. */
  readonly mayBeGivenUp: boolean;
}

export interface Delivery {
  readonly receiver: string;
  readonly n: number;
  readonly key: string;
  readonly attempt: number;
  readonly redelivered: boolean;
}

/** A promise that was broken. */
export class Broken extends Error {}

/** As many attempts as the targets allow, and as many deaths. */
const RUNS_MAX = 4 + 3;

/** How a message may end although somebody could have had it. */
const GIVEN_UP = new Set(['ERR_BUS_TIMEOUT', 'ERR_BUS_ABORTED', 'ERR_BUS_EXPIRED', 'ERR_BUS_FULL']);

export class Journal {
  readonly sent: Sent[] = [];
  readonly deliveries: Delivery[] = [];
  readonly #good = new Map<string, number>();
  readonly #seen = new Set<string>();
  /** By receiver, sender and key: the last message that was delivered there for the first time. */
  readonly #last = new Map<string, number>();
  #mayMove = false;

  noteDelivery(delivery: Delivery): void {
    const { attempt, key, n, receiver, redelivered } = delivery;
    this.deliveries.push(delivery);
    const sent = this.sent[n];
    if (sent === undefined || sent.key !== key) {
      throw new Broken(`${receiver} got ${n} under ${key}, which nobody sent`);
    }
    const name = `${receiver}:${n}`;
    const isFirst = attempt === 1 && !redelivered;
    if (this.#seen.has(name) && isFirst) throw new Broken(`${receiver} got ${n} twice, unmarked`);
    this.#seen.add(name);
    if (attempt > RUNS_MAX) throw new Broken(`${receiver} got ${n} as attempt ${attempt}`);
    if (!isFirst || (sent.kind === KIND.request && this.#mayMove)) return;
    const lane = `${receiver}:${sent.client}:${key}`;
    const last = this.#last.get(lane) ?? -1;
    if (last > n) throw new Broken(`${receiver} got ${n} after ${last}, of one sender and key`);
    this.#last.set(lane, n);
  }

  /**
   * A receiver has left: a request that waited for it comes to another one now, which may have had later ones. What goes
   * to all that match never moves.
   */
  noteDeparture(): void {
    this.#mayMove = true;
  }

  noteAnswer(receiver: string, n: number, isGood: boolean): void {
    if (!isGood) return;
    this.#good.set(`${receiver}:${n}`, n);
  }

  /**
   * The end: everything settled, and truly. `always` names a receiver that was there all the time and whose route takes
   * every notification; `dead` the clients whose threads died.
   */
  check(always: string, dead: ReadonlySet<number>): void {
    for (const sent of this.sent) {
      if (!dead.has(sent.client)) this.#checkOutcome(sent);
      this.#checkNotLost(sent, always, dead);
    }
  }

  #checkOutcome({ kind, key, n, send }: Sent): void {
    if (send.isOpen) throw new Broken(`${n} (${key}) never settled`);
    if (send.failed) {
      const error = send.toError();
      if (!BusError.isBusError(error)) throw new Broken(`${n} failed with ${String(error)}`);
      if (error.code === 'ERR_BUS_INTERNAL') throw new Broken(`${n}: ${error.message}`);
      return;
    }
    const answered = [...this.#good.values()].filter((answer) => answer === n).length;
    if (kind === KIND.request && (send.value !== n || answered === 0)) {
      throw new Broken(`request ${n} was answered ${String(send.value)}`);
    }
    const { delivered } = send.value as { delivered: number };
    if (kind === KIND.notification && delivered !== answered) {
      throw new Broken(`notification ${n} says ${delivered} delivered, ${answered} were`);
    }
  }

  /** A notification that was accepted is handled by whoever is there to handle it, unless it was given up in time. */
  #checkNotLost(sent: Sent, always: string, dead: ReadonlySet<number>): void {
    const { client, kind, mayBeGivenUp, n, send } = sent;
    if (kind !== KIND.notification || send.link === undefined) return;
    // Nobody reads what a dead client's calls end with.
    if (dead.has(client) && mayBeGivenUp) return;
    if (this.#seen.has(`${always}:${n}`)) return;
    const error = !send.isOpen && send.failed ? send.toError() : undefined;
    if (BusError.isBusError(error) && GIVEN_UP.has(error.code)) return;
    const whose = dead.has(client) ? 'of a dead client ' : '';
    throw new Broken(`notification ${n} ${whose}was accepted and is lost`);
  }
}
