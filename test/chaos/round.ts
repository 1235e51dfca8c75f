/**
 * One bus under full load whose threads die, side by side: shards, endpoints, senders, threads of a pool, in every way in
 * which a thread can die. At the end all is at rest, and what everybody has written down is checked.
 */
import { setEnvironmentData, type Worker } from 'node:worker_threads';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, forgetBus, NOTHING, restOf } from '../helpers/watched-bus.ts';
import { Random } from '../sim/simulator/random.ts';
import { check, type Verdict } from './checker.ts';
import { type ClientThread, ClientThreads } from './client-threads.ts';
import { drawKill, endThread, type Kill, LOOK_MS, later, ROLES, type Role, soon } from './kill.ts';
import { POOL_THREADS, PoolThreads } from './pool-threads.ts';
import { orderAt, sharedWords } from './shared-words.ts';
import { STOP } from './threads/layout.mjs';
import { note } from './threads/receive.mjs';
import { sendAll } from './threads/send.mjs';

const SHARDS = 2;
const ENDPOINTS = 3;
const SENDERS = 2;
const POOL_ORDER = SHARDS + ENDPOINTS + SENDERS;
/** Messages under way of each sending thread: one may die, the other keeps as many as there must be. */
const WINDOW = 1_200;
const MAIN_WINDOW = 200;
export const IN_FLIGHT_MIN = 1_000;
/** A shard that loops for so long is replaced, ms. */
const STALL_MS = 300;
/** MiB, of a shard: one that hoards is at its end soon. */
const SHARD_HEAP_MIB = 64;
/** Longest pause between two deaths of a kind, ms. */
const PAUSE_MS = 60;
const SEED_BOUND = 2 ** 31;

export interface Death extends Kill {
  /** When it was ordered. */
  readonly inFlight: number;
  /** From the end of the thread until its successor does its work. */
  readonly recoveryMs: number;
}

export interface RoundResult {
  readonly deaths: readonly Death[];
  readonly verdict: Verdict;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export class Round {
  readonly #random: Random;
  readonly #durationMs: number;
  readonly #workers: Worker[] = [];
  /** When threads have ended, by their ids. */
  readonly #ended = new Map<number, number>();
  readonly #orders = sharedWords(orderAt(POOL_ORDER + 1));
  readonly #pool = new PoolThreads(this.#orders, orderAt(POOL_ORDER), this.#ended);
  readonly #deaths: Death[] = [];
  readonly #errors = new Set<string>();

  constructor(seed: number, durationMs: number) {
    this.#random = new Random(seed);
    this.#durationMs = durationMs;
  }

  async run(): Promise<RoundResult> {
    const noteWorker = (worker: Worker): void => {
      const { threadId } = worker;
      this.#workers.push(worker);
      worker.once('exit', () => this.#ended.set(threadId, performance.now()));
    };
    process.on('worker', noteWorker);
    setEnvironmentData('chaos', { orders: this.#orders });
    try {
      return await this.#play();
    } finally {
      process.off('worker', noteWorker);
      setEnvironmentData('chaos', undefined);
      this.#pool.forget();
    }
  }

  async #play(): Promise<RoundResult> {
    const bus = await createWatchedBus({
      shards: SHARDS,
      stallTimeout: STALL_MS,
      workerUrl: new URL('threads/shard.mjs', import.meta.url),
      shardOptions: { resourceLimits: { maxOldGenerationSizeMb: SHARD_HEAP_MIB } },
      logger: silent,
    });
    const clients = new ClientThreads(bus, this.#orders, WINDOW);
    try {
      await this.#furnish(bus, clients);
      await this.#killAll(bus, clients);
      await this.#comeToRest(bus, clients);
    } finally {
      await bus.close({ drain: false, timeout: 0 });
      forgetBus(bus);
    }
    await soon(() => this.#workers.every(({ threadId }) => threadId === -1), 'all threads end');
    const verdict = check(clients.senders, clients.receivers);
    verdict.problems.push(...this.#errors);
    return { deaths: this.#deaths, verdict };
  }

  /** Main has an endpoint and a subscription that are always there, so that nothing is without a receiver. */
  async #furnish(bus: MessageBus, clients: ClientThreads): Promise<void> {
    const log = clients.addReceiver("main's endpoint", 'endpoint', true);
    await bus.registerEndpoint('always', (message) => {
      note(log, message);
      return (message.payload as { readonly n: number }).n;
    });
    await bus.registerRoutes(['a.*', 'b.*'].map((pattern) => ({ pattern, endpoint: 'always' })));
    const events = clients.addReceiver("main's subscription", 'subscription', true);
    await bus.subscribe('*', (event) => note(events, event), { overflow: 'block' });
    await this.#pool.start(bus, clients.addReceiver('the pool', 'pool', true));
    for (let i = 0; i < ENDPOINTS; i++) await clients.add('endpoint', `endpoint ${i}`, SHARDS + i);
    for (let i = 0; i < SENDERS; i++) {
      await clients.add('sender', `sender ${i}`, SHARDS + ENDPOINTS + i);
    }
    const { sender, words } = clients.mainLog;
    const own = { sender, log: words, orders: this.#orders, window: MAIN_WINDOW };
    sendAll(
      bus,
      own,
      () => {},
      (error, kind) => this.#errors.add(`${kind}: ${String(error)}`),
    );
  }

  /** All kinds of threads die side by side, of each kind one at a time: others of its kind are there. */
  async #killAll(bus: MessageBus, clients: ClientThreads): Promise<void> {
    const end = performance.now() + this.#durationMs;
    await Promise.all(
      ROLES.map(async (role) => {
        const random = new Random(this.#random.below(SEED_BOUND));
        for (let number = 0; performance.now() < end; number++) {
          await this.#kill(drawKill(role, random, number), bus, clients);
          await later(random.below(PAUSE_MS));
        }
      }),
    );
  }

  async #kill(kill: Kill, bus: MessageBus, clients: ClientThreads): Promise<void> {
    await soon(() => clients.inFlight >= IN_FLIGHT_MIN, `${IN_FLIGHT_MIN} messages under way`);
    const { inFlight } = clients;
    const recoveryMs = await this.#killOne(kill, bus, clients);
    this.#deaths.push({ ...kill, inFlight, recoveryMs });
  }

  #killOne(kill: Kill, bus: MessageBus, clients: ClientThreads): Promise<number> {
    if (kill.role === 'shard') return this.#killShard(kill, bus);
    if (kill.role === 'pool') return this.#pool.kill(kill);
    return this.#killClient(kill, clients, this.#pickClient(kill.role, clients));
  }

  #pickClient(role: Role, { threads }: ClientThreads): ClientThread {
    return this.#random.pick(threads.filter((thread) => thread.role === role));
  }

  async #killShard(kill: Kill, bus: MessageBus): Promise<number> {
    const shard = this.#random.below(SHARDS);
    const { threadId } = (await bus.health()).shards[shard] as { readonly threadId: number };
    const worker = this.#workers.find((candidate) => candidate.threadId === threadId);
    if (worker === undefined) throw new Error(`shard ${shard} has no thread`);
    const endedMs = await endThread(worker, kill, this.#orders, orderAt(shard));
    await soon(async () => (await bus.health()).state === 'ok', 'the bus is well again', 0);
    return performance.now() - endedMs;
  }

  async #killClient(kill: Kill, clients: ClientThreads, thread: ClientThread): Promise<number> {
    if (thread.worker === undefined) throw new Error(`${thread.name} has no thread`);
    if (thread.role === 'endpoint') clients.noteDeparture();
    const endedMs = await endThread(thread.worker, kill, this.#orders, thread.order);
    await clients.start(thread);
    return performance.now() - endedMs;
  }

  async #comeToRest(bus: MessageBus, clients: ClientThreads): Promise<void> {
    Atomics.store(this.#orders, STOP, 1);
    await soon(() => clients.inFlight === 0, 'all calls settle');
    let rest = await restOf(bus);
    await soon(async () => {
      rest = await restOf(bus);
      return Object.values(rest).every((count) => count === 0);
    }, 'all slots, deliveries and records come back').catch((cause) => {
      throw new Error(
        `left behind: ${JSON.stringify(rest)} instead of ${JSON.stringify(NOTHING)}`,
        {
          cause,
        },
      );
    });
    const { length } = (await bus.metrics()).clients;
    const expected = 1 + ENDPOINTS + SENDERS + POOL_THREADS;
    if (length !== expected) this.#errors.add(`the bus knows ${length} clients, not ${expected}`);
    await later(LOOK_MS);
  }
}
