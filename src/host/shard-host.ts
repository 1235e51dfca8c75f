/**
 * The main-thread side of one shard: starts its thread, numbers the commands it is told, says when they are in force,
 * and replaces a thread that dies by one that takes over from shared memory. That it cannot be kept alive is its
 * owner's business.
 */
import type {
  ExplainQuery,
  ShardCommand,
  ShardExplanation,
  ShardNotice,
} from '../control/commands.ts';
import { packCommand } from '../control/packed-command.ts';
import { Bell } from '../memory/doorbell.ts';
import { get, put } from '../memory/seam.ts';
import {
  appliedCommand,
  CUR,
  REACHED,
  SHARD_BEAT,
  SHARD_BELL,
  SHARD_PARKED,
  type ShardMemory,
} from '../memory/shard-memory.ts';
import { messageOf } from '../message/error-codec.ts';
import { BusError } from '../message/errors.ts';
import { OpenQuestions } from './open-questions.ts';
import { PendingCommands } from './pending-commands.ts';
import { type Replacement, RestartPolicy } from './restart-policy.ts';
import { ShardJournal } from './shard-journal.ts';
import type { Thread } from './spawn.ts';

/** Commands told and not in force. As many as routes may exist, so that only a runaway loop meets it. */
const PENDING_MAX = 1_000_000;

export interface ShardRestart {
  readonly shard: number;
  /** Of the thread that died. */
  readonly threadId: number;
  readonly exitCode: number;
  /** How often this shard has been replaced, this time included. */
  readonly restarts: number;
  /** What its thread threw; undefined when it was terminated. */
  readonly error: unknown;
}

export interface ShardHostHooks {
  /** The shard cannot be kept alive. */
  readonly onFatal: (error: BusError) => void;
  /** Its thread has died and a successor is being started: ring every bell. */
  readonly onRestart?: (restart: ShardRestart) => void;
  /** A successor has taken over. */
  readonly onReplaced?: () => void;
  /** The breaker of a target has opened or closed. */
  readonly onTurned?: (target: number) => void;
  /** Nothing of a client is in use in the shard any more. */
  readonly onForgotten?: (client: number) => void;
}

type State = 'starting' | 'running' | 'replacing' | 'closing' | 'ended';

export class ShardHost {
  readonly memory: ShardMemory;
  readonly bell: Bell;
  readonly #spawn: () => Thread;
  readonly #hooks: ShardHostHooks;
  readonly #journal = new ShardJournal();
  readonly #pending = new PendingCommands();
  readonly #questions = new OpenQuestions();
  readonly #policy = new RestartPolicy();
  #thread: Thread | undefined;
  #threadId = -1;
  #state: State = 'starting';
  #restarts = 0;
  #lastSeq = 0;
  /** Of a `takeOver` that is not in force yet. */
  #takeOverSeq: number | undefined;
  #lastError: unknown;
  /** When the thread was started, and BEAT then: what tells progress. */
  #bornMs = 0;
  #bornBeat = 0;
  #seenBeat = 0;
  #seenMs = 0;
  #retry: NodeJS.Timeout | undefined;
  /** Why it takes no more commands. */
  #end: BusError | undefined;
  #reportStart: ((error: BusError | undefined) => void) | undefined;
  #reportEnd: (() => void) | undefined;

  constructor(memory: ShardMemory, spawn: () => Thread, hooks: ShardHostHooks) {
    this.memory = memory;
    this.bell = new Bell(memory.words, SHARD_PARKED, SHARD_BELL);
    this.#spawn = spawn;
    this.#hooks = hooks;
  }

  get id(): number {
    return this.memory.id;
  }

  /** −1 before it was started; kept after its end. */
  get threadId(): number {
    return this.#threadId;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  /** A successor is on its way. */
  get replacing(): boolean {
    return this.#state === 'replacing';
  }

  get restarts(): number {
    return this.#restarts;
  }

  /**
   * Resolves when the shard runs; rejects `ERR_BUS_WORKER` when its thread ends before, and `ERR_BUS_CONFIG` for
   * options that Node refuses. The thread holds the process until then, and later only while commands pend.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begin();
      this.#reportStart = (error) => (error === undefined ? resolve() : reject(error));
    });
  }

  /** Resolves when the command is in force in this shard. Commands come into force in the order given. */
  command(command: ShardCommand): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (this.#pending.count >= PENDING_MAX) return Promise.reject(tooManyCalls(this.id));
    const waiting = this.#pending.wait(this.#tell(command));
    this.#thread?.ref();
    return waiting;
  }

  /** What a key leads to in this shard. */
  explain(query: ExplainQuery): Promise<ShardExplanation> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (this.#questions.count >= PENDING_MAX) return Promise.reject(tooManyCalls(this.id));
    const answer = this.#questions.ask(query, (question) => {
      this.#tell({ op: 'explain', question, query });
    });
    this.#thread?.ref();
    return answer;
  }

  /** Resolves the calls whose commands are in force by now. Call whenever main was woken. */
  settleApplied(): void {
    if (this.#pending.count === 0 && this.#takeOverSeq === undefined) return;
    const applied = appliedCommand(this.memory.words);
    const takeOver = this.#takeOverSeq;
    if (takeOver !== undefined && ((applied - takeOver) | 0) >= 0) {
      this.#takeOverSeq = undefined;
      this.#started();
    }
    if (this.#pending.settle(applied)) this.#holdOrLeave();
  }

  /** Ends the thread of a shard that has had work and made no progress for `timeoutMs`. Look more often than that. */
  endIfStalled(nowMs: number, timeoutMs: number): void {
    const beat = get(this.memory.words, SHARD_BEAT);
    if (!this.running || beat !== this.#seenBeat || !this.#journal.hasUnread()) {
      this.#seenBeat = beat;
      this.#seenMs = nowMs;
      return;
    }
    if (nowMs - this.#seenMs < timeoutMs) return;
    this.#seenMs = nowMs;
    this.#lastError = new BusError(
      'ERR_BUS_WORKER',
      `Shard ${this.id} had work and made no progress for ${timeoutMs} ms.`,
      { details: { shard: this.id, stallTimeout: timeoutMs } },
    );
    void this.#thread?.terminate();
  }

  /** Asks the shard to end, and ends it after `graceMs`. Resolves at its end: whether it had to be terminated. */
  close(graceMs: number): Promise<boolean> {
    clearTimeout(this.#retry);
    this.#end ??= new BusError('ERR_BUS_CLOSED', `Shard ${this.id} has been closed.`, {
      details: { state: 'closed', shard: this.id },
    });
    const thread = this.#thread;
    if (thread === undefined) {
      this.#state = 'ended';
      this.#pending.rejectAll(this.#end);
      this.#questions.rejectAll(this.#end);
      return Promise.resolve(false);
    }
    if (this.#state !== 'closing') this.#tell({ op: 'close' });
    this.#state = 'closing';
    thread.ref();
    return new Promise((resolve) => {
      let forced = false;
      const timer = setTimeout(() => {
        forced = true;
        void thread.terminate();
      }, graceMs);
      const before = this.#reportEnd;
      this.#reportEnd = () => {
        clearTimeout(timer);
        before?.();
        resolve(forced);
      };
    });
  }

  /** Throws what `spawn` throws. */
  #begin(): void {
    this.#lastError = undefined;
    put(this.memory.words, REACHED, 0);
    const thread = this.#spawn();
    this.#thread = thread;
    this.#threadId = thread.threadId;
    this.#bornMs = performance.now();
    this.#bornBeat = get(this.memory.words, SHARD_BEAT);
    thread.on('message', (notice) => this.#heard(notice as ShardNotice));
    thread.on('error', (error) => {
      this.#lastError = error;
    });
    thread.on('exit', (exitCode) => this.#ended(exitCode));
  }

  #tell(command: ShardCommand): number {
    this.#lastSeq = (this.#lastSeq + 1) | 0;
    this.#journal.note(command);
    this.#thread?.postMessage(packCommand(this.#lastSeq, command));
    // Whether it is parked or not: a shard looks at its port only when its bell has changed.
    this.bell.ring();
    return this.#lastSeq;
  }

  #heard(notice: ShardNotice): void {
    if ('ready' in notice) {
      // A successor runs when it has taken over.
      if (this.#state !== 'replacing') this.#started();
    } else if ('forgot' in notice) {
      this.#journal.forget(notice.forgot);
      this.#hooks.onForgotten?.(notice.forgot);
    } else if ('turned' in notice) {
      this.#hooks.onTurned?.(notice.turned);
    } else {
      this.#questions.answered(notice.question, notice.answer);
      this.#holdOrLeave();
    }
  }

  #started(): void {
    const isSuccessor = this.#state === 'replacing';
    if (isSuccessor || this.#state === 'starting') this.#state = 'running';
    if (isSuccessor) this.#hooks.onReplaced?.();
    this.#reportStart?.(undefined);
    this.#reportStart = undefined;
    this.#holdOrLeave();
  }

  /** Only calls that pend hold the process: nothing else would, since main sleeps without a handle. */
  #holdOrLeave(): void {
    const isAwaited = this.#pending.count > 0 || this.#questions.count > 0;
    if (this.#state === 'closing' || isAwaited) this.#thread?.ref();
    else this.#thread?.unref();
  }

  /** `'exit'` is the first moment at which nobody else writes the shard's memory. */
  #ended(exitCode: number): void {
    const before = this.#state;
    this.#thread = undefined;
    if (before === 'running' || before === 'replacing') {
      this.#replace(exitCode);
      return;
    }
    this.#finish(this.#crashError(before, exitCode));
  }

  #replace(exitCode: number): void {
    const died = { threadId: this.#threadId, error: this.#lastError };
    const replacement = this.#policy.next({
      livedMs: performance.now() - this.#bornMs,
      progressed: get(this.memory.words, SHARD_BEAT) !== this.#bornBeat,
      entry: this.#entryInHand(),
    });
    if (replacement === undefined) {
      const error = this.#crashError('running', exitCode);
      this.#finish(error);
      this.#hooks.onFatal(error);
      return;
    }
    this.#state = 'replacing';
    this.#takeOverSeq = undefined;
    this.#restarts += 1;
    if (replacement.delayMs === 0) this.#succeed(replacement, exitCode);
    else this.#retry = setTimeout(() => this.#succeed(replacement, exitCode), replacement.delayMs);
    const { id: shard, restarts } = this;
    this.#hooks.onRestart?.({ shard, exitCode, restarts, ...died });
  }

  #succeed({ skipsEntry }: Replacement, exitCode: number): void {
    const state = this.#journal.snapshot();
    try {
      this.#begin();
    } catch (error) {
      this.#lastError = error;
      this.#replace(exitCode);
      return;
    }
    this.#takeOverSeq = this.#tell({ op: 'takeOver', state, skipsEntry });
    this.#questions.putAgain((question, query) => this.#tell({ op: 'explain', question, query }));
  }

  /** Client and position of the ring entry that the dead thread was handling; undefined where it had not come so far. */
  #entryInHand(): string | undefined {
    const { words } = this.memory;
    if (this.#restarts > 0 && get(words, REACHED) === 0) return undefined;
    return this.#journal.entryOf(get(words, CUR) - 1);
  }

  #finish(error: BusError): void {
    this.#state = 'ended';
    this.#end ??= error;
    this.#pending.rejectAll(this.#end);
    this.#questions.rejectAll(this.#end);
    this.#reportStart?.(this.#end);
    this.#reportStart = undefined;
    this.#reportEnd?.();
    this.#reportEnd = undefined;
  }

  #crashError(before: State, exitCode: number): BusError {
    const [code, text] =
      before === 'starting'
        ? (['ERR_BUS_WORKER', 'ended before it was ready'] as const)
        : ([
            'ERR_BUS_FATAL',
            'cannot be kept alive, and the bus has ended: create another',
          ] as const);
    const cause = this.#lastError;
    const why = cause === undefined ? '.' : `: ${messageOf(cause)}`;
    const what = `The thread of shard ${this.id} ${text} (exit code ${exitCode})${why}`;
    return new BusError(code, what, {
      cause,
      details: { shard: this.id, exitCode, restarts: this.#restarts },
    });
  }
}

function tooManyCalls(shard: number): BusError {
  const text = `${PENDING_MAX} control calls wait for shard ${shard}: await some of them first.`;
  return new BusError('ERR_BUS_FULL', text, { details: { limit: PENDING_MAX, shard } });
}
