/** The threads of a run that use the bus: endpoints and senders, each replaced by another when it has died. */
import type { Worker } from 'node:worker_threads';
import type { MessageBus } from '../../src/index.ts';
import {
  orderAt,
  type ReceiverLog,
  receiverLog,
  type SenderLog,
  senderLog,
} from './shared-words.ts';
import { RECEIVED, SENT, SETTLED } from './threads/layout.mjs';

export type ClientRole = 'endpoint' | 'sender';

/** MiB: an endpoint that hoards is at its end soon. */
const HEAP_MIB = 64;

export interface ClientThread {
  readonly role: ClientRole;
  readonly name: string;
  /** Where its orders lie. */
  readonly order: number;
  worker: Worker | undefined;
}

/** Main's own sender. */
const MAIN_SENDER = 0;

export class ClientThreads {
  readonly senders: SenderLog[] = [];
  readonly receivers: ReceiverLog[] = [];
  readonly threads: ClientThread[] = [];
  readonly #bus: MessageBus;
  readonly #orders: Int32Array;
  readonly #window: number;
  #anyEndpointDied = false;

  /** Each sending thread has `window` messages under way. */
  constructor(bus: MessageBus, orders: Int32Array, window: number) {
    this.#bus = bus;
    this.#orders = orders;
    this.#window = window;
    this.addSender();
  }

  get mainLog(): SenderLog {
    return this.senders[MAIN_SENDER] as SenderLog;
  }

  /** Messages accepted of living threads and not settled. */
  get inFlight(): number {
    let count = 0;
    for (const { isDead, words } of this.senders) {
      if (!isDead) count += (words[SENT] as number) - (words[SETTLED] as number);
    }
    return count;
  }

  async add(role: ClientRole, name: string, orderNumber: number): Promise<void> {
    const thread: ClientThread = { role, name, order: orderAt(orderNumber), worker: undefined };
    this.threads.push(thread);
    await this.start(thread);
  }

  addSender(): SenderLog {
    const log = { sender: this.senders.length, words: senderLog(), isDead: false };
    this.senders.push(log);
    return log;
  }

  addReceiver(name: string, kind: ReceiverLog['kind'], isAlways: boolean): Int32Array {
    const requestsInOrder = this.#anyEndpointDied ? 0 : Number.POSITIVE_INFINITY;
    const log = { name, words: receiverLog(), kind, isAlways, requestsInOrder };
    this.receivers.push(log);
    return log.words;
  }

  /** Starts the thread, or its successor. A sender dies with its log. */
  async start(thread: ClientThread): Promise<void> {
    const { name, order, role } = thread;
    const log = role === 'sender' ? this.addSender() : undefined;
    const own =
      log === undefined
        ? {
            id: name,
            log: this.addReceiver(name, 'endpoint', false),
            eventLog: this.addReceiver(`${name}'s subscription`, 'subscription', false),
          }
        : { sender: log.sender, log: log.words, window: this.#window };
    const worker = await this.#bus.startWorker(new URL(`threads/${role}.mjs`, import.meta.url), {
      workerData: { ...own, order, orders: this.#orders },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    // Its death is wanted.
    worker.on('error', () => {});
    thread.worker = worker;
    worker.once('exit', () => {
      if (log !== undefined) log.isDead = true;
    });
  }

  /** Requests may come out of order from now on. To be called before an endpoint's thread may die. */
  noteDeparture(): void {
    if (this.#anyEndpointDied) return;
    this.#anyEndpointDied = true;
    for (const log of this.receivers) log.requestsInOrder = log.words[RECEIVED] as number;
  }
}
