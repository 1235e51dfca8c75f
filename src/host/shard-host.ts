/**
 * The main-thread side of one shard: starts its thread, numbers the commands it is told, says when they are in force,
 * and notices its end. It decides nothing: what a crash means is its owner's business.
 */
import type {
  ExplainQuery,
  NumberedCommand,
  ShardCommand,
  ShardExplanation,
  ShardNotice,
} from '../control/commands.ts';
import { Bell } from '../memory/doorbell.ts';
import {
  appliedCommand,
  SHARD_BELL,
  SHARD_PARKED,
  type ShardMemory,
} from '../memory/shard-memory.ts';
import { BusError } from '../message/errors.ts';
import type { Thread } from './spawn.ts';

/** Commands told and not in force. As many as routes may exist, so that only a runaway loop meets it. */
const PENDING_MAX = 1_000_000;

interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: BusError) => void;
}

interface Question {
  readonly resolve: (answer: ShardExplanation) => void;
  readonly reject: (error: BusError) => void;
}

type State = 'starting' | 'running' | 'closing' | 'ended';

export class ShardHost {
  readonly memory: ShardMemory;
  readonly bell: Bell;
  readonly #spawn: () => Thread;
  readonly #onCrash: (error: BusError) => void;
  readonly #onForgotten: (client: number) => void;
  #thread: Thread | undefined;
  #threadId = -1;
  #state: State = 'starting';
  #lastSeq = 0;
  /** Ascending by `seq`. */
  #waiters: Waiter[] = [];
  /** Questions that have no answer yet, by number. */
  readonly #questions = new Map<number, Question>();
  #lastQuestion = 0;
  #lastError: unknown;
  /** Why it takes no more commands. */
  #end: BusError | undefined;
  #reportStart: ((error: BusError | undefined) => void) | undefined;
  #reportEnd: (() => void) | undefined;

  /**
   * `onCrash` is told of an end that nobody asked for, once the shard had been running; `onForgotten` of clients of
   * which nothing is in use in the shard any more.
   */
  constructor(
    memory: ShardMemory,
    spawn: () => Thread,
    onCrash: (error: BusError) => void,
    onForgotten: (client: number) => void = () => {},
  ) {
    this.memory = memory;
    this.bell = new Bell(memory.words, SHARD_PARKED, SHARD_BELL);
    this.#spawn = spawn;
    this.#onCrash = onCrash;
    this.#onForgotten = onForgotten;
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

  /**
   * Resolves when the shard runs; rejects `ERR_BUS_WORKER` when its thread ends before, and `ERR_BUS_CONFIG` for
   * options that Node refuses. The thread holds the process until then, and later only while commands pend.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread = this.#spawn();
      this.#thread = thread;
      this.#threadId = thread.threadId;
      this.#reportStart = (error) => (error === undefined ? resolve() : reject(error));
      thread.on('message', (notice) => this.#heard(notice as ShardNotice));
      thread.on('error', (error) => {
        this.#lastError = error;
      });
      thread.on('exit', (exitCode) => this.#ended(exitCode));
    });
  }

  /** Resolves when the command is in force in this shard. Commands come into force in the order given. */
  command(command: ShardCommand): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (this.#waiters.length >= PENDING_MAX) return Promise.reject(tooManyCalls(this.id));
    return new Promise((resolve, reject) => {
      const seq = this.#tell(command);
      this.#waiters.push({ seq, resolve, reject });
      this.#thread?.ref();
    });
  }

  /** Asks what a key of this shard leads to. Rejects as `command` does. */
  explain(query: ExplainQuery): Promise<ShardExplanation> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (this.#questions.size >= PENDING_MAX) return Promise.reject(tooManyCalls(this.id));
    return new Promise((resolve, reject) => {
      const question = ++this.#lastQuestion;
      this.#questions.set(question, { resolve, reject });
      this.#tell({ op: 'explain', question, query });
      this.#thread?.ref();
    });
  }

  /** Resolves the calls whose commands are in force by now. Call whenever main was woken. */
  settleApplied(): void {
    if (this.#waiters.length === 0) return;
    const applied = appliedCommand(this.memory.words);
    const waiters = this.#waiters;
    let settled = 0;
    for (const { seq, resolve } of waiters) {
      if (((applied - seq) | 0) < 0) break;
      resolve();
      settled++;
    }
    if (settled === 0) return;
    this.#waiters = waiters.slice(settled);
    this.#holdOrLeave();
  }

  /** Asks the shard to end, and ends it after `graceMs`. Resolves at its end: whether it had to be terminated. */
  close(graceMs: number): Promise<boolean> {
    const thread = this.#thread;
    if (thread === undefined) return Promise.resolve(false);
    if (this.#state !== 'closing') this.#tell({ op: 'close' });
    this.#state = 'closing';
    this.#end ??= new BusError('ERR_BUS_CLOSED', `Shard ${this.id} has been closed.`, {
      details: { state: 'closed', shard: this.id },
    });
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

  #tell(command: ShardCommand): number {
    this.#lastSeq = (this.#lastSeq + 1) | 0;
    const numbered: NumberedCommand = { seq: this.#lastSeq, command };
    this.#thread?.postMessage(numbered);
    // Whether it is parked or not: a shard looks at its port only when its bell has changed.
    this.bell.ring();
    return this.#lastSeq;
  }

  #heard(notice: ShardNotice): void {
    if ('ready' in notice) this.#started();
    else if ('forgot' in notice) this.#onForgotten(notice.forgot);
    else this.#answered(notice.question, notice.answer);
  }

  #answered(question: number, answer: ShardExplanation): void {
    this.#questions.get(question)?.resolve(answer);
    this.#questions.delete(question);
    this.#holdOrLeave();
  }

  #started(): void {
    if (this.#state === 'starting') this.#state = 'running';
    this.#reportStart?.(undefined);
    this.#reportStart = undefined;
    this.#holdOrLeave();
  }

  /** Only calls that pend hold the process: nothing else would, since main sleeps without a handle. */
  #holdOrLeave(): void {
    const isAwaited = this.#waiters.length > 0 || this.#questions.size > 0;
    if (this.#state === 'closing' || isAwaited) this.#thread?.ref();
    else this.#thread?.unref();
  }

  /** A successor would be started here: `'exit'` is the first moment at which nobody else writes the shard's memory. */
  #ended(exitCode: number): void {
    const before = this.#state;
    this.#thread = undefined;
    this.#state = 'ended';
    this.#end ??= this.#crashError(before, exitCode);
    for (const { reject } of this.#waiters.splice(0)) reject(this.#end);
    for (const { reject } of this.#questions.values()) reject(this.#end);
    this.#questions.clear();
    this.#reportStart?.(this.#end);
    this.#reportStart = undefined;
    this.#reportEnd?.();
    this.#reportEnd = undefined;
    if (before === 'running') this.#onCrash(this.#end);
  }

  #crashError(before: State, exitCode: number): BusError {
    const [code, text] =
      before === 'starting'
        ? (['ERR_BUS_WORKER', 'ended before it was ready'] as const)
        : ([
            'ERR_BUS_FATAL',
            'ended unexpectedly, and the bus cannot go on: create another',
          ] as const);
    return new BusError(code, `The thread of shard ${this.id} ${text} (exit code ${exitCode}).`, {
      cause: this.#lastError,
      details: { shard: this.id, exitCode },
    });
  }
}

function tooManyCalls(shard: number): BusError {
  const text = `${PENDING_MAX} control calls wait for shard ${shard}: await some of them first.`;
  return new BusError('ERR_BUS_FULL', text, { details: { limit: PENDING_MAX, shard } });
}
