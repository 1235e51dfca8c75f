/** A production endpoint: its handlers write down what they get, and end when the run says so, or with their thread. */
import { EndpointReceiver } from '../../../src/client/endpoint.ts';
import type { Message } from '../../../src/client/message.ts';
import { type EndpointOptions, resolveEndpointOptions } from '../../../src/options.ts';
import type { WorldClient } from '../../unit/client/core-world.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import type { Moments, SimTarget } from './sim-receiver.ts';

interface Running {
  readonly n: number;
  readonly succeed: (value: unknown) => void;
  readonly fail: (error: unknown) => void;
}

export interface SimEndpointHome {
  readonly journal: Journal;
  readonly moments: Moments;
  /** The pool whose thread it is. */
  readonly pool?: string;
}

export class SimEndpoint implements SimTarget {
  readonly client: WorldClient;
  readonly name: string;
  readonly receiver: EndpointReceiver;
  /** Whose messages it gets: its own, or those of the pool whose thread it is. */
  readonly #endpoint: string;
  readonly #journal: Journal;
  readonly #moments: Moments;
  readonly #running: Running[] = [];

  constructor(
    name: string,
    client: WorldClient,
    { journal, moments, pool }: SimEndpointHome,
    options: EndpointOptions,
  ) {
    this.client = client;
    this.name = name;
    this.#endpoint = pool ?? name;
    this.#journal = journal;
    this.#moments = moments;
    const resolved = resolveEndpointOptions(options);
    const { receiverParts } = client.core;
    const handler = (message: Message): PromiseLike<unknown> => this.#handle(message);
    this.receiver = new EndpointReceiver(this.#endpoint, handler, resolved, receiverParts);
  }

  get held(): number {
    return this.#running.length;
  }

  /** It starts by itself. */
  start(): void {}

  answer(random: Random, isKind: boolean): void {
    const [next] = this.#running.splice(random.below(this.#running.length), 1);
    if (next === undefined) return;
    const { fail, n, succeed } = next;
    const isGood = isKind || random.below(4) > 0;
    this.#journal.noteAnswer(this.#endpoint, n, isGood);
    if (isGood) succeed(n);
    else fail(new Error(String(n)));
    this.#journal.noteEnd(this.client.id, n, this.#endpoint);
  }

  #handle({ attempt, payload, redelivered, routingKey: key }: Message): PromiseLike<unknown> {
    this.#moments.ofReceipt();
    const n = payload as number;
    const receiver = this.#endpoint;
    this.#journal.noteDelivery({ receiver, thread: this.name, n, key, attempt, redelivered });
    this.#journal.noteStart(this.client.id, n, receiver);
    this.#moments.ofHandler();
    const pending = (succeed: Running['succeed'], fail: Running['fail']): void => {
      this.#running.push({ n, succeed, fail });
    };
    // A promise to whoever asks, and one that calls back within the step of the run that says so.
    // biome-ignore lint/suspicious/noThenProperty: microtasks would come after the step, at any time
    return Object.assign(new Promise<unknown>(() => {}), { then: pending });
  }
}
