/**
 * Drives a client core on a thread with an event loop: polls while there is work and a few turns longer, then parks on
 * the doorbell without blocking. Holds the process only as long as it is told to: `Atomics.waitAsync` does not.
 */
import { BELL, PARKED } from '../memory/client-memory.ts';
import { Sleeper } from '../memory/doorbell.ts';
import { awaitBell } from '../memory/wait.ts';
import type { ClientCore } from './client-core.ts';

/** Turns without work before the thread parks. */
const IDLE_TURNS = 1;
/** Longest delay that a timer takes; only its reference matters. */
const FOREVER_MS = 2_147_483_647;

export interface LoopHooks {
  /** After every wake-up and every turn. */
  readonly onTurn: () => void;
  /** Whether there is something that the process must not end without. */
  readonly mustHold: () => boolean;
}

export class EventLoop {
  readonly #core: ClientCore;
  readonly #hooks: LoopHooks;
  readonly #sleeper: Sleeper;
  readonly #keepAlive: NodeJS.Timeout;
  #immediate: NodeJS.Immediate | undefined;
  #idle = 0;
  #stopped = false;
  #held = false;

  constructor(core: ClientCore, hooks: LoopHooks) {
    this.#core = core;
    this.#hooks = hooks;
    this.#sleeper = new Sleeper(core.memory.words, PARKED, BELL);
    this.#keepAlive = setInterval(() => {}, FOREVER_MS).unref();
  }

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#immediate) clearImmediate(this.#immediate);
    clearInterval(this.#keepAlive);
    // A pending wait would stay behind in the engine: let it end.
    this.#sleeper.unpark();
    this.#sleeper.end();
  }

  /** Looks again whether the process must be held; cheap when nothing changes. */
  hold(): void {
    const must = !this.#stopped && this.#hooks.mustHold();
    if (must === this.#held) return;
    this.#held = must;
    if (must) this.#keepAlive.ref();
    else this.#keepAlive.unref();
  }

  readonly #turn = (): void => {
    this.#immediate = undefined;
    if (this.#stopped) return;
    const work = this.#core.poll();
    this.#hooks.onTurn();
    if (this.#stopped) return;
    this.#idle = work > 0 ? 0 : this.#idle + 1;
    if (this.#idle < IDLE_TURNS) this.#schedule();
    else this.#park();
  };

  #schedule(): void {
    if (this.#immediate === undefined && !this.#stopped) this.#immediate = setImmediate(this.#turn);
  }

  #park(): void {
    this.#core.publishCounters();
    const rung = this.#sleeper.park();
    // The second look: whatever came before the bell was read is seen here, whatever comes later rings it. Main's
    // answers to control calls and the state of the bus are rung for too.
    const work = this.#core.poll();
    this.#core.flushAll();
    this.#hooks.onTurn();
    if (this.#stopped) return;
    this.hold();
    const wait = work > 0 ? undefined : awaitBell(this.#sleeper, rung);
    if (wait === undefined) this.#wake();
    else void wait.then(this.#wake);
  }

  readonly #wake = (): void => {
    this.#sleeper.unpark();
    this.#idle = 0;
    if (!this.#stopped) this.#turn();
  };
}
