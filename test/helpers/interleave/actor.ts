/** What takes part in an exploration: threads of production code over shared words, and what is asked of them. */
import type { Seam } from '../../../src/memory/seam.ts';

/** A thread waits here until the word differs from `value`. */
export interface Watch {
  readonly view: Int32Array;
  readonly index: number;
  readonly value: number;
}

/** What an actor may do besides touching shared words through the seam. */
export interface Io {
  /** Goes on when one of the words differs from its value. */
  untilChanged(watches: readonly Watch[]): void;
  /**
   * Calls `work` until it returns more than 0 or has stored something. A call that did neither is forgotten: it must
   * have changed nothing in the actor either. It is repeated when one of the words differs from its value.
   */
  poll(work: () => number, watches: () => readonly Watch[]): number;
  /** `Atomics.wait` without a time limit. */
  wait(view: Int32Array, index: number, expected: number): void;
}

export const AGAIN = 'again';

export interface Actor {
  readonly name: string;
  /**
   * Runs the thread from its start. It is called again and again with what it read before, so it makes every object it
   * needs itself, and depends on nothing but what it reads through the seam. When it returns AGAIN it starts over with
   * no history: what it knows must then lie in shared words. That keeps the number of states small.
   */
  run(io: Io): typeof AGAIN | undefined;
  /** It may die after each of its stores. */
  readonly mayDie?: boolean;
}

export type Ending = 'done' | 'asleep' | 'idle' | 'dead';

export interface World {
  /** All shared words that change, those of the oracle included. */
  readonly memory: readonly Int32Array[];
  readonly actors: readonly Actor[];
  /** One word per actor; 1 when it has died. Part of `memory` where actors may die. */
  readonly deaths?: Int32Array;
  /** How many actors may die in one run. */
  readonly deathsMax?: number;
  /** Atomics words that nobody changes in this world: no point in switching there. */
  isSilent?(view: Int32Array, index: number): boolean;
  /** Wraps the seam of one actor: for planted mistakes. Called at every start of a run. */
  mutate?(seam: Seam, actor: number): Partial<Seam>;
  /** Throws a Violation when the words break a promise; called after every step. */
  check?(): void;
  /** Throws a Violation when a run must not end so. Every actor has been run up to its end before. */
  atEnd?(endings: readonly Ending[]): void;
}

/** A broken promise: what an exploration looks for. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
