/**
 * A shard's thread in advance: it has loaded its code and sleeps until a shard's thread has died, and then serves that
 * shard. Does not hold the process. What it takes over is the shard host's business.
 */
import { createSummons, summon } from '../memory/summons.ts';
import type { Logger } from '../options.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { Thread } from './spawn.ts';

/** A bus that has just been created has the cores for itself; a program that ends sooner needs no standby. */
export const FIRST_FILL_MS = 250;

export class Standby {
  readonly #spawn: (summons: Int32Array) => Thread;
  readonly #logger: Logger;
  readonly #policy = new RestartPolicy();
  #thread: Thread | undefined;
  #summons = createSummons();
  #timer: NodeJS.Timeout | undefined;
  #bornMs = 0;
  #isReady = false;
  #isClosed = false;
  #reportEnd: (() => void) | undefined;

  /** `spawn` starts a thread that waits for the summons. */
  constructor(spawn: (summons: Int32Array) => Thread, logger: Logger) {
    this.#spawn = spawn;
    this.#logger = logger;
  }

  /** Starts a thread after `delayMs`, unless one is there or on its way. */
  fill(delayMs: number): void {
    if (this.#isClosed || this.#thread !== undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#begin();
    }, delayMs).unref();
  }

  /** The thread, which from now on serves that shard and is the caller's; undefined: there is none. */
  take(shard: number): Thread | undefined {
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread !== undefined) summon(this.#summons, shard);
    return thread;
  }

  /** Resolves when its thread has ended. */
  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const thread = this.#thread;
    if (thread === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#reportEnd = resolve;
      thread.ref();
      void thread.terminate();
    });
  }

  #begin(): void {
    let thread: Thread;
    this.#summons = createSummons();
    try {
      thread = this.#spawn(this.#summons);
    } catch (error) {
      // Shards start with the same options: whoever needs the next one hears of it.
      this.#logger.warn({ err: error }, 'no thread can stand by for the shards');
      return;
    }
    this.#thread = thread;
    this.#isReady = false;
    this.#bornMs = performance.now();
    let cause: unknown;
    thread.on('message', () => {
      this.#isReady = true;
    });
    thread.on('error', (error) => {
      cause = error;
    });
    thread.on('exit', (exitCode) => {
      if (this.#thread === thread) this.#ended(exitCode, cause);
    });
    thread.unref();
  }

  #ended(exitCode: number, cause: unknown): void {
    this.#thread = undefined;
    this.#reportEnd?.();
    if (this.#isClosed) return;
    const next = this.#policy.next({
      livedMs: performance.now() - this.#bornMs,
      progressed: this.#isReady,
      entry: undefined,
    });
    const what = next === undefined ? 'is not replaced any more' : 'is being replaced';
    this.#logger.warn({ exitCode, err: cause }, `the thread that stands by died and ${what}`);
    if (next !== undefined) this.fill(next.delayMs);
  }
}
