/**
 * One place of a pool: the thread that has it now, and its replacement when that one ends. Exit code 0, an error that
 * nobody caught, no memory and a handler that never ends are all the same to it.
 */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Worker,
} from 'node:worker_threads';
import { messageOf } from '../message/error-codec.ts';
import { BusError } from '../message/errors.ts';
import { unpackThrown } from '../message/thrown-value.ts';
import { BeatWatch } from './beat-watch.ts';
import type { PoolThread } from './piscina-door.ts';
import type { JoinTask, LeaveTask } from './pool-task.ts';
import { cannotBetter, ReplacementPolicy } from './replacement-policy.ts';
import type { Session } from './session.ts';

/** A module that has not been loaded by then is not going to be. */
const START_MS = 30_000;

export interface SeatInit {
  readonly pool: string;
  readonly href: string;
  /** Throws `ERR_BUS_FULL`. */
  readonly issue: () => Session;
  /** Throws `ERR_BUS_CONFIG`. */
  readonly start: (join: JoinTask, transferList: readonly MessagePort[]) => PoolThread;
  readonly task: Omit<JoinTask, 'name' | 'report' | 'ticket'>;
  /** How long the thread's beat may stand still, ms. */
  readonly stuckMs: number | undefined;
  /** 0 until the thread has loaded its module; undefined: it is no client. */
  readonly beatOf: (client: number) => number | undefined;
  readonly onStarted: (worker: Worker) => void;
  /** The thread ended. `error`: what ended it, as far as that is known. */
  readonly onDeath: (death: Ended) => void;
  /** It is not replaced any more. */
  readonly onGivenUp: (error: BusError) => void;
  /** No thread is started any more: the bus closes. */
  readonly isOver: () => boolean;
}

export interface Ended {
  readonly threadId: number;
  readonly exitCode: number;
  readonly error: unknown;
}

interface Life {
  readonly thread: PoolThread;
  readonly session: Session;
  /** Where the thread says what ends it. */
  readonly report: MessagePort;
  readonly threadId: number;
  readonly watch: BeatWatch | undefined;
  readonly startedMs: number;
  /** Since then it may have messages. */
  servesSinceMs: number | undefined;
  cause: { readonly error: unknown } | undefined;
  /** It has been told to end, which takes a busy machine its time. */
  isEnding: boolean;
}

export class PoolSeat {
  /** Resolves when a thread has it for the first time; rejects `ERR_BUS_WORKER` or `ERR_BUS_CONFIG`. */
  readonly ready: Promise<void>;
  readonly #init: SeatInit;
  readonly #policy = new ReplacementPolicy();
  #life: Life | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  #isReady = false;
  #resolveReady: () => void = () => {};
  #rejectReady: (error: unknown) => void = () => {};

  constructor(init: SeatInit) {
    this.#init = init;
    this.ready = new Promise((resolve, reject) => {
      this.#resolveReady = resolve;
      this.#rejectReady = reject;
    });
    // Of several seats that fail one is told.
    this.ready.catch(() => {});
    this.#begin();
  }

  /** Ends a thread that takes too long to start, or whose event loop stands still. */
  check(nowMs: number): void {
    const life = this.#life;
    if (life === undefined || life.isEnding) return;
    this.#noteLoaded(life, nowMs);
    if (life.servesSinceMs === undefined) {
      if (nowMs - life.startedMs >= START_MS) {
        this.#kill(life, `its module was not loaded within ${START_MS} ms`);
      }
      return;
    }
    const beat = this.#beatOf(life);
    if (beat === undefined || life.watch === undefined) return;
    const stuckMs = life.watch.stuckFor(beat, nowMs);
    if (stuckMs !== undefined) this.#kill(life, notGivenBack(stuckMs, this.#init.task.options));
  }

  /** What it posts when it has joined comes after the first message, which may be its last. */
  #noteLoaded(life: Life, nowMs: number): void {
    if ((this.#beatOf(life) ?? 0) !== 0) life.servesSinceMs ??= nowMs;
  }

  #beatOf({ session }: Life): number | undefined {
    return session.client === undefined ? undefined : this.#init.beatOf(session.client);
  }

  /** The thread finishes what it has begun, leaves the bus and ends; there is no other. `leave` false: it just ends. */
  async close(leave: boolean): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    this.#rejectReady(this.#loadError(undefined, { error: 'the pool was closed' }));
    const life = this.#life;
    if (life === undefined) return;
    const { thread } = life;
    if (leave && life.servesSinceMs !== undefined) {
      const exit = new Promise<void>((resolve) => thread.worker.once('exit', () => resolve()));
      const task: LeaveTask = { name: 'leave' };
      await Promise.race([thread.run(task).catch(() => {}), exit]);
    }
    await thread.end();
  }

  #begin(): void {
    this.#timer = undefined;
    let session: Session | undefined;
    try {
      session = this.#init.issue();
      this.#start(session);
    } catch (error) {
      session?.end();
      this.#giveUp(error);
    }
  }

  #start(session: Session): void {
    const { ticket } = session;
    const { port1, port2 } = new MessageChannel();
    const join: JoinTask = { ...this.#init.task, name: 'join', ticket, report: port2 };
    try {
      const thread = this.#init.start(join, [...ticket.transferList, port2]);
      this.#watch(session, thread, port1);
    } catch (error) {
      port1.close();
      throw error;
    }
  }

  #watch(session: Session, thread: PoolThread, report: MessagePort): void {
    const { onStarted, stuckMs } = this.#init;
    const { worker } = thread;
    const life: Life = {
      thread,
      session,
      report,
      threadId: worker.threadId,
      watch: stuckMs === undefined ? undefined : new BeatWatch(stuckMs),
      startedMs: performance.now(),
      servesSinceMs: undefined,
      cause: undefined,
      isEnding: false,
    };
    this.#life = life;
    onStarted(worker);
    worker.on('error', (error) => {
      life.cause ??= { error };
    });
    worker.on('exit', (exitCode) => this.#onExit(life, exitCode));
    thread.joined.then(
      ({ thrown }) => {
        if (this.#life !== life) return;
        if (thrown === undefined) {
          life.servesSinceMs ??= performance.now();
          this.#isReady = true;
          this.#resolveReady();
          return;
        }
        life.cause ??= { error: unpackThrown(thrown) };
        void worker.terminate();
      },
      // The thread has ended, or is ending.
      () => {},
    );
  }

  #kill(life: Life, why: string): void {
    const { pool } = this.#init;
    const text = `The bus ended a thread of pool '${pool}': ${why}.`;
    life.cause ??= { error: new BusError('ERR_BUS_WORKER', text, { details: { pool } }) };
    life.isEnding = true;
    void life.thread.worker.terminate();
  }

  #onExit(life: Life, exitCode: number): void {
    const { report, session, threadId, thread } = life;
    const nowMs = performance.now();
    this.#noteLoaded(life, nowMs);
    const { servesSinceMs } = life;
    this.#life = undefined;
    const last = receiveMessageOnPort(report)?.message as Uint8Array | undefined;
    report.close();
    const cause = last === undefined ? life.cause : { error: unpackThrown(last) };
    session.end(exitCode, cause);
    // Its ports.
    void thread.end();
    if (this.#closing) return;
    const { isOver, onDeath } = this.#init;
    const served = servesSinceMs !== undefined;
    const isHopeless = !(served || this.#isReady) && cannotBetter(cause?.error);
    // Who registers the pool is told.
    if (!isHopeless) onDeath({ threadId, exitCode, error: cause?.error });
    const servedMs = served ? nowMs - servesSinceMs : 0;
    const isLast = isHopeless || isOver();
    const delayMs = isLast ? undefined : this.#policy.next({ served, servedMs });
    if (delayMs === undefined) this.#giveUp(this.#loadError(exitCode, cause));
    else this.#beginAfter(delayMs);
  }

  /** While the first thread of the seat is waited for, the process waits too: somebody is to be told. */
  #beginAfter(delayMs: number): void {
    this.#timer = setTimeout(() => this.#begin(), delayMs);
    if (this.#isReady) this.#timer.unref();
  }

  #giveUp(error: unknown): void {
    this.#rejectReady(error);
    const isOurs = BusError.isBusError(error);
    this.#init.onGivenUp(isOurs ? error : this.#loadError(undefined, { error }));
  }

  #loadError(exitCode: number | undefined, why: { readonly error: unknown } | undefined): BusError {
    const { href, pool } = this.#init;
    const error = why?.error;
    const reason = why === undefined ? 'it said nothing' : messageOf(error);
    const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`;
    const text = `A thread of pool '${pool}' with the module ${href} cannot be started${code}: ${reason}`;
    const details = { pool, href, ...(exitCode === undefined ? {} : { exitCode }) };
    return new BusError('ERR_BUS_WORKER', text, {
      details,
      ...(why === undefined ? {} : { cause: error }),
    });
  }
}

function notGivenBack(stuckMs: number, { timeout }: JoinTask['options']): string {
  const took = Math.round(stuckMs);
  return `a handler did not give back control for ${took} ms, with a timeout of ${timeout} ms`;
}
