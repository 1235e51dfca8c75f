/** The threads of `startWorker`: kept while they live, and ended with the bus. */
import type { Worker } from 'node:worker_threads';
import type { Logger } from '../options.ts';

/**
 * `terminate` cannot interrupt a synchronous native call (a key derivation, a child process); closing does not wait
 * longer for it than this.
 */
const TERMINATE_MS = 5_000;

export class Threads {
  readonly #workers = new Set<Worker>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(worker: Worker): void {
    this.#workers.add(worker);
    worker.on('exit', () => this.#workers.delete(worker));
  }

  /** Resolves when they have ended, or after a bound: how many did. */
  async terminateAll(): Promise<number> {
    const ended = await Promise.all([...this.#workers].map((worker) => this.#terminate(worker)));
    return ended.filter(Boolean).length;
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
