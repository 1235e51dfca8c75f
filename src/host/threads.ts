/** The threads of `startWorker` and of pools: kept while they live, and ended with the bus. */
import type { Worker } from 'node:worker_threads';
import type { Logger } from '../options.ts';

/**
 * `terminate` cannot interrupt a synchronous native call (a key derivation, a child process); closing does not wait
 * longer for it than this.
 */
const TERMINATE_MS = 5_000;

/** A thread that has been told has so long for its own last words, also where closing has used its time up, ms. */
const GRACE_MIN_MS = 50;
const GRACE_MAX_MS = 250;

export class Threads {
  readonly #workers = new Set<Worker>();
  readonly #ofPools = new Set<Worker>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(worker: Worker): void {
    keep(this.#workers, worker);
  }

  /** Of a pool: it is ended without a word. */
  addOfPool(worker: Worker): void {
    keep(this.#ofPools, worker);
  }

  /**
   * Those of `startWorker` have been told that the bus is closed: most end of themselves, the others are ended. `leftMs`
   * is what closing has left of its time. Resolves when all have ended, or after a bound: how many had to be.
   */
  async end(leftMs: number): Promise<number> {
    const ends = [...this.#ofPools].map((worker) => this.#terminate(worker));
    const told = [...this.#workers];
    for (const worker of told) worker.ref();
    await untilEnded(told, Math.max(GRACE_MIN_MS, Math.min(leftMs, GRACE_MAX_MS)));
    ends.push(...[...this.#workers].map((worker) => this.#terminate(worker)));
    return (await Promise.all(ends)).filter(Boolean).length;
  }

  #terminate(worker: Worker): Promise<boolean> {
    const { threadId } = worker;
    worker.ref();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#logger.warn({ threadId }, 'a worker thread does not end: it is in a native call');
        worker.unref();
        resolve(false);
      }, TERMINATE_MS);
      worker.on('exit', () => {
        clearTimeout(timer);
        resolve(true);
      });
      void worker.terminate();
    });
  }
}

function keep(workers: Set<Worker>, worker: Worker): void {
  workers.add(worker);
  worker.on('exit', () => workers.delete(worker));
}

/** Or until so long has passed. */
async function untilEnded(workers: readonly Worker[], graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  const ends = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  await Promise.race([over, Promise.all(ends)]);
  clearTimeout(timer);
}
