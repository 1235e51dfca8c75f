/** The pool of a run: one endpoint of several threads. They die of what its handler does, and the bus replaces them. */
import { setEnvironmentData } from 'node:worker_threads';
import type { MessageBus } from '../../src/index.ts';
import { type Kill, soon, strikePool } from './kill.ts';
import { SERVED } from './threads/layout.mjs';

export const POOL_THREADS = 3;
/** Handlers at once on each thread. One that loops holds as many keys, and soon all senders wait for those. */
const CONCURRENCY = 2;
/** A handler that loops has its thread ended half a second after this, ms. */
const TIMEOUT_MS = 500;
/** MiB: a thread that hoards is at its end soon. */
const HEAP_MIB = 64;
/** As many as there may be: whatever happens to its threads, all messages are handled in the end. */
const DEATHS_MAX = 15;
const ATTEMPTS_MAX = 255;
/** Environment that its threads find at their start; each `setEnvironmentData` is for threads that come later. */
const ENVIRONMENT = 'chaos pool';

export class PoolThreads {
  readonly #orders: Int32Array;
  readonly #order: number;
  /** When threads have ended, by their ids. */
  readonly #ended: ReadonlyMap<number, number>;

  constructor(orders: Int32Array, order: number, ended: ReadonlyMap<number, number>) {
    this.#orders = orders;
    this.#order = order;
    this.#ended = ended;
  }

  /** All its threads write into `log`. */
  async start(bus: MessageBus, log: Int32Array): Promise<void> {
    setEnvironmentData(ENVIRONMENT, { log, orders: this.#orders, order: this.#order });
    await bus.registerPool('pool', new URL('threads/pool.mjs', import.meta.url), {
      threads: POOL_THREADS,
      handler: 'handle',
      concurrency: CONCURRENCY,
      ordered: 'key',
      timeout: TIMEOUT_MS,
      maxDeaths: DEATHS_MAX,
      retry: { attempts: ATTEMPTS_MAX, initial: 1, max: 50 },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    await bus.registerRoute('c.*', 'pool');
  }

  /** Threads that are started from now on know nothing of it. */
  forget(): void {
    setEnvironmentData(ENVIRONMENT, undefined);
  }

  /** Resolves with the time from the end of a thread until another one has handled its first message, ms. */
  async kill(kill: Kill): Promise<number> {
    const served = this.#served;
    const threadId = await strikePool(kill, this.#orders, this.#order);
    await soon(() => this.#ended.has(threadId), `a pool's thread with order ${kill.way} ends`);
    const endedMs = this.#ended.get(threadId) as number;
    await soon(() => this.#served > served, 'another thread of the pool works');
    return performance.now() - endedMs;
  }

  get #served(): number {
    return Atomics.load(this.#orders, this.#order + SERVED);
  }
}
