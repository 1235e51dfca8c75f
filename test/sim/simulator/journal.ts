/**
 * What the outside has seen of a run: what was sent, what receivers got and answered. It knows what a bus promises, and
 * nothing of how it keeps it.
 */
import type { PendingSend } from '../../../src/client/pending-send.ts';
import { BusError } from '../../../src/message/errors.ts';
import { KIND } from '../../../src/message/kinds.ts';
import { Broken } from './broken.ts';
import { type Named, Repeats } from './repeats.ts';

export interface Sent {
  readonly n: number;
  readonly client: number;
  readonly key: string;
  readonly kind: number;
  /** That its sender gave it. */
  readonly id: string | undefined;
  /** Undefined while the call is made; stays so when the thread died in it: it may be accepted. */
  send: PendingSend | undefined;
  /** There was no room for it, nor for waiting: it was never accepted. */
  isRefused: boolean;
  /** It may be given up: it has a time-out or a signal. */
  readonly mayBeGivenUp: boolean;
}

export interface Delivery {
  readonly receiver: string;
  /** The thread of a pool that has it; otherwise the receiver is its own. */
  readonly thread?: string;
  readonly n: number;
  readonly key: string;
  readonly attempt: number;
  readonly redelivered: boolean;
}

/** Somebody whose route or subscription has been in force since a message was the next to be sent. */
export interface Present {
  readonly name: string;
  readonly client: number;
  /** Gets notifications, or events. */
  readonly kind: number;
  readonly keys: readonly string[];
  readonly since: number;
  /** It was taken out. */
  isGone: boolean;
}

/** A run of a handler. */
interface Started {
  readonly n: number;
  readonly receiver: string;
}

/** As many attempts as the targets allow, and as many deaths. */
const RUNS_MAX = 4 + 3;

/** How a message may end although somebody could have had it. */
const GIVEN_UP = new Set(['ERR_BUS_TIMEOUT', 'ERR_BUS_ABORTED', 'ERR_BUS_EXPIRED', 'ERR_BUS_FULL']);

export class Journal {
  readonly sent: Sent[] = [];
  readonly deliveries: Delivery[] = [];
  readonly #present: Present[] = [];
  readonly #answered = new Set<string>();
  /** By message: how many receivers have answered it well; how many of them died while they did so. */
  readonly #good = new Map<number, number>();
  readonly #doubtful = new Map<number, number>();
  #lastGood: number | undefined;
  /** Messages in the hands of handlers, by client, and whose these are; those whose handler's thread has died. */
  readonly #started = new Map<number, Map<string, Started>>();
  readonly #orphaned = new Set<number>();
  /** Calls that had not settled when looked at last. */
  #open: Sent[] = [];
  readonly #letters = new Set<number>();
  readonly #seen = new Set<string>();
  readonly #handedOut = new Set<number>();
  /** By receiver, sender and key: the last message that was delivered there for the first time. */
  readonly #last = new Map<string, number>();
  readonly #ordered = new Set<string>();
  readonly #lastOrdered = new Map<string, number>();
  #broken: Broken | undefined;
  #mayMove = false;
  #mayRefuse = false;
  /** Receivers that get nothing again, and what they may not. */
  readonly #once = new Set<string>();
  readonly #spent = new Set<string>();
  #lastAnswered = '';
  readonly repeats: Repeats;
  readonly #now: () => number;

  /** `now`: ms of the run; `remembersAll`: shards remember more ids than a run has. */
  constructor(now: () => number, remembersAll: boolean) {
    this.#now = now;
    this.repeats = new Repeats(remembersAll);
  }

  noteDelivery(delivery: Delivery): void {
    const { attempt, key, n, receiver, redelivered, thread = receiver } = delivery;
    this.deliveries.push(delivery);
    const sent = this.sent[n];
    if (sent === undefined || sent.key !== key || sent.isRefused) {
      this.#break(`${receiver} got ${n} under ${key}, which nobody sent`);
    }
    const name = `${receiver}:${n}`;
    // Attempts count that its endpoint's breaker did not let through.
    const isFirst = !redelivered;
    if (this.#seen.has(name) && isFirst) this.#break(`${receiver} got ${n} twice, unmarked`);
    if (this.#spent.has(name)) {
      this.#break(`${receiver} got ${n} again, and a thread had died with it there`);
    }
    if (this.#orphaned.has(n) && isFirst) {
      this.#break(`${receiver} got ${n} unmarked, in whose handler a thread had died`);
    }
    if (!isFirst && !this.#handedOut.has(n)) {
      this.#break(`${receiver} got ${n} marked as handed out before, and it never was`);
    }
    this.#handedOut.add(n);
    this.#seen.add(name);
    if (attempt > RUNS_MAX) this.#break(`${receiver} got ${n} as attempt ${attempt}`);
    this.#checkRepeated(delivery, sent);
    const named = namedOf(sent);
    const isRepeat = named !== undefined && this.repeats.noteDelivery(receiver, named, this.#now());
    if (isRepeat) return;
    const mayMove = sent.kind === KIND.request || thread !== receiver;
    if (!isFirst || (mayMove && this.#mayMove)) return;
    const lane = `${thread}:${sent.client}:${key}`;
    const last = this.#last.get(lane) ?? -1;
    if (last > n) this.#break(`${receiver} got ${n} after ${last}, of one sender and key`);
    this.#last.set(lane, n);
  }

  /** Nothing of a key comes there before what was sent before it has ended, first deliveries and all others. */
  noteOrdered(receiver: string): void {
    this.#ordered.add(receiver);
  }

  /** What a handler there had begun when its thread died is not run there again. */
  noteOnce(receiver: string): void {
    this.#once.add(receiver);
  }

  /** Requests may go elsewhere and come back. */
  #checkRepeated({ key, n, receiver }: Delivery, { client, kind }: Sent): void {
    if (kind !== KIND.notification || !this.#ordered.has(receiver)) return;
    const lane = `${receiver}:${client}:${key}`;
    const last = this.#lastOrdered.get(lane) ?? -1;
    if (last > n) this.#break(`${receiver} got ${n} after ${last}, of one key in order`);
    this.#lastOrdered.set(lane, n);
  }

  /**
   * A receiver has left: a request that waited for it comes to another one now, which may have had later ones. What goes
   * to all that match never moves, but from one thread of a pool to another.
   */
  noteDeparture(): void {
    this.#mayMove = true;
  }

  /** Somebody takes nothing any more: what comes for it fails there at once, and leaves no letter. */
  noteFailure(): void {
    this.#mayRefuse = true;
  }

  /** Message `n` was given up. */
  noteLetter(n: number): void {
    if (this.sent[n] === undefined) throw new Broken(`a dead letter of ${n}, which nobody sent`);
    this.#letters.add(n);
  }

  /** Before it is given. */
  noteAnswer(receiver: string, n: number, isGood: boolean): void {
    this.#lastGood = undefined;
    this.#lastAnswered = `${receiver}:${n}`;
    const named = namedOf(this.sent[n]);
    if (named !== undefined) this.repeats.noteAnswer(receiver, named, isGood, this.#now());
    const name = `${receiver}:${n}`;
    if (!isGood || this.#answered.has(name)) return;
    this.#answered.add(name);
    this.#lastGood = n;
    this.#good.set(n, (this.#good.get(n) ?? 0) + 1);
  }

  /** The thread died while it gave its last answer: that may have been accepted. */
  doubtAnswer(): void {
    const n = this.#lastGood;
    this.#spent.delete(this.#lastAnswered);
    if (n !== undefined) this.#doubtful.set(n, (this.#doubtful.get(n) ?? 0) + 1);
  }

  /** A handler has been called; its end is noted when its answer was given. */
  noteStart(client: number, n: number, receiver: string): void {
    const started = this.#started.get(client) ?? new Map<string, Started>();
    this.#started.set(client, started.set(`${receiver}:${n}`, { n, receiver }));
  }

  noteEnd(client: number, n: number, receiver: string): void {
    this.#started.get(client)?.delete(`${receiver}:${n}`);
  }

  noteDeath(client: number): void {
    this.noteDeparture();
    for (const [name, { n, receiver }] of this.#started.get(client) ?? []) {
      if (this.sent[n]?.kind === KIND.request) this.#orphaned.add(n);
      if (this.#once.has(receiver)) this.#spent.add(name);
    }
  }

  noteCall(sent: Sent): void {
    this.sent.push(sent);
    this.#open.push(sent);
  }

  /** What has settled by now is true by now. `dead`: clients whose threads died. */
  look(dead: ReadonlySet<number>): void {
    if (this.#broken !== undefined) throw this.#broken;
    this.#open = this.#open.filter((sent) => {
      if (sent.send === undefined || dead.has(sent.client)) return false;
      if (sent.send.isOpen) return true;
      this.#checkOutcome(sent, sent.send);
      return false;
    });
  }

  /** From now on it gets every message of its kind and keys, until it is gone. */
  notePresence(name: string, client: number, kind: number, keys: readonly string[]): Present {
    const present = { name, client, kind, keys, since: this.sent.length, isGone: false };
    this.#present.push(present);
    return present;
  }

  /** The end: everything settled, and truly. `dead`: the clients whose threads died. */
  check(dead: ReadonlySet<number>): void {
    this.look(dead);
    for (const { key, n } of this.#open) throw new Broken(`${n} (${key}) never settled`);
    const present = this.#present.filter(({ client, isGone }) => !isGone && !dead.has(client));
    for (const sent of this.sent) this.#checkNotLost(sent, present, dead);
  }

  /** Whatever catches it, as who calls a handler does, the run ends with it. */
  #break(what: string): never {
    this.#broken ??= new Broken(what);
    throw this.#broken;
  }

  #checkOutcome(sent: Sent, send: PendingSend): void {
    const { kind, n } = sent;
    if (send.failed) {
      const error = send.toError();
      if (!BusError.isBusError(error)) throw new Broken(`${n} failed with ${String(error)}`);
      if (error.code === 'ERR_BUS_INTERNAL') throw new Broken(`${n}: ${error.message}`);
      const isGivenUp =
        kind === KIND.request
          ? error.code === 'ERR_BUS_WORKER'
          : error.code === 'ERR_BUS_DELIVERY_FAILED';
      if (isGivenUp && !this.#letters.has(n) && !(this.#mayRefuse && isRefused(error)))
        throw new Broken(`${n} was given up and left no letter`);
      return;
    }
    const answered = this.#good.get(n) ?? 0;
    const certain = answered - (this.#doubtful.get(n) ?? 0);
    if (kind === KIND.request && (send.value !== n || answered === 0)) {
      throw new Broken(`request ${n} was answered ${String(send.value)}`);
    }
    const { delivered } = send.value as { delivered: number };
    const repeated = kind === KIND.notification ? this.#settledUnhandled(sent) : 0;
    if (kind === KIND.notification && (delivered > answered + repeated || delivered < certain)) {
      throw new Broken(`notification ${n} says ${delivered} delivered, ${answered} were`);
    }
  }

  /** Endpoints that have handled not it, but what it repeats. */
  #settledUnhandled(sent: Sent): number {
    const named = namedOf(sent);
    if (named === undefined) return 0;
    const all = this.repeats.coveredAt(named);
    return all.filter((receiver) => !this.#answered.has(`${receiver}:${sent.n}`)).length;
  }

  /** What was accepted comes to all who were there when it was sent and still are, unless it was given up in time. */
  #checkNotLost(sent: Sent, all: readonly Present[], dead: ReadonlySet<number>): void {
    const { client, kind, mayBeGivenUp, n, send } = sent;
    if (send?.link === undefined) return;
    // Nobody reads what a dead client's calls end with.
    if (dead.has(client) && mayBeGivenUp) return;
    const named = namedOf(sent);
    const missing = all.find((present) => {
      const isFor = present.kind === kind && present.since <= n && present.keys.includes(sent.key);
      if (!isFor || this.#seen.has(`${present.name}:${n}`)) return false;
      return named === undefined || !this.repeats.isCovered(present.name, named);
    });
    if (missing === undefined) return;
    const error = !send.isOpen && send.failed ? send.toError() : undefined;
    if (BusError.isBusError(error) && GIVEN_UP.has(error.code)) return;
    const whose = dead.has(client) ? 'of a dead client ' : '';
    throw new Broken(`${n} ${whose}was accepted and never came to ${missing.name}`);
  }
}

/** No endpoint has failed it but by not taking it. */
function isRefused({ details }: BusError): boolean {
  const failed = details['failed'] as readonly { readonly error: BusError }[] | undefined;
  return failed?.every(({ error }) => error.code === 'ERR_BUS_ENDPOINT_UNAVAILABLE') ?? false;
}

function namedOf(sent: Sent | undefined): Named | undefined {
  if (sent?.id === undefined || sent.kind !== KIND.notification) return undefined;
  return { n: sent.n, key: sent.key, id: sent.id };
}
