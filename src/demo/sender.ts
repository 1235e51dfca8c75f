/**
 * Sends the plan through the bus, so many messages at a time, and looks at what the bus answers.
 * Whether the messages arrived is not believed here: the receivers' logs are checked for that.
 */
import { BusError } from '../index.ts';
import type { Signed } from './catalogue.ts';
import { NUMBER_HEADER, SIGNATURE_HEADER } from './delivery-headers.ts';
import type { DeliverySummary } from './endpoint-thread.ts';
import type { Script } from './expectation.ts';
import type { Faults } from './faults.ts';
import type { PhaseLatencies } from './latencies.ts';
import type { PlannedMessage } from './plan.ts';
import { Replays } from './replays.ts';

/** The verbs that are used here. */
export interface SendingBus {
  request(key: string, payload: unknown, options: SendHeaders): Promise<unknown>;
  notify(key: string, payload: unknown, options: SendHeaders): Promise<{ delivered: number }>;
  publish(key: string, payload: unknown, options: SendHeaders): Promise<number>;
}

export interface SendHeaders {
  readonly headers: Readonly<Record<string, string>>;
}

export interface Phase {
  /** Messages on their way at once. */
  readonly window: number;
  readonly latencies: PhaseLatencies;
  /** Asked before each message: the phase may end in the middle of a replay. */
  readonly maySend: () => boolean;
  /** Asked before each replay. */
  readonly mayBegin: () => boolean;
}

export class PlanSender {
  readonly #bus: SendingBus;
  readonly #script: Script;
  readonly #faults: Faults;
  readonly #now: () => number;
  readonly #replays: Replays;
  #settled = 0;
  #isBroken = false;

  /** `now` gives milliseconds. */
  constructor(bus: SendingBus, script: Script, faults: Faults, now: () => number) {
    this.#bus = bus;
    this.#script = script;
    this.#faults = faults;
    this.#now = now;
    this.#replays = new Replays(script.plan);
  }

  get replays(): number {
    return this.#replays.count;
  }

  /** Messages whose promise was resolved or rejected. */
  get settled(): number {
    return this.#settled;
  }

  /** The bus failed a call: nothing more is sent, the last replay may be torn. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Sends until the phase is over. Resolves when all promises have. */
  async run(phase: Phase): Promise<void> {
    await Promise.all(Array.from({ length: phase.window }, () => this.#lane(phase)));
  }

  /** One of the window's places. Lanes take turns in order, so that keys keep theirs. */
  async #lane({ latencies, mayBegin, maySend }: Phase): Promise<void> {
    while (!this.#isBroken && maySend()) {
      const number = this.#replays.take(mayBegin);
      if (number === undefined) return;
      const message = this.#script.plan.at(number);
      try {
        await this.#send(message, latencies);
      } catch (error) {
        // A handler that refused its message has got it: the logs tell more. Anything else is the bus.
        this.#isBroken ||= !hasHandlerFailed(error);
        this.#faults.add('failed', () => `${message.kind} ${number}: ${String(error)}`);
      }
      this.#settled += 1;
    }
  }

  async #send(message: PlannedMessage, latencies: PhaseLatencies): Promise<void> {
    const { kind, routingKey, number } = message;
    const entry = this.#script.catalogue.at(message.delivery);
    const payload = entry.payloads[message.form];
    const options = {
      headers: { [SIGNATURE_HEADER]: entry.signature, [NUMBER_HEADER]: String(number) },
    };
    const startMs = this.#now();
    if (kind === 'request') {
      const reply = await this.#bus.request(routingKey, payload, options);
      latencies.roundTrip.record(this.#now() - startMs);
      return this.#checkReply(message, entry, reply as DeliverySummary);
    }
    if (kind === 'notification') {
      const { delivered } = await this.#bus.notify(routingKey, payload, options);
      return this.#checkCount(message, delivered);
    }
    const subscriptions = await this.#bus.publish(routingKey, payload, options);
    const routing = message.isNewKey ? latencies.uncachedRouting : latencies.cachedRouting;
    routing.record(this.#now() - startMs);
    this.#checkCount(message, subscriptions);
  }

  #checkReply(message: PlannedMessage, entry: Signed, reply: DeliverySummary): void {
    if (reply.number === message.number && reply.bytes === entry.bodyBytes) return;
    this.#faults.add(
      'wrong answer',
      () => `request ${message.number} was answered with ${JSON.stringify(reply)}`,
    );
  }

  #checkCount(message: PlannedMessage, count: number): void {
    const expected = this.#script.audience.of(message).length;
    if (count === expected) return;
    this.#faults.add(
      'wrong answer',
      () => `${message.kind} ${message.number} went to ${count} receivers, ${expected} were due`,
    );
  }
}

function hasHandlerFailed(error: unknown): boolean {
  return BusError.isBusError(error) && error.code === 'ERR_BUS_HANDLER';
}
