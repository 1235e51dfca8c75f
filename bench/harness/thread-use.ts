/**
 * What each thread of this process spends, so that a figure far from what is asked for explains itself. Linux tells;
 * elsewhere there are no threads to show.
 */

import { readdirSync, readFileSync } from 'node:fs';

const TASKS = '/proc/self/task';

/** Threads that were there before any contestant: the engine compiles code and collects garbage on them. */
const ENGINE = 'compiler and garbage collector';

/** One thread, or all threads of one name, over some time. */
export interface ThreadUse {
  readonly name: string;
  readonly cpuMs: number;
  /** Times that it gave its core up, and times that it was taken from it. */
  readonly slept: number;
  readonly preempted: number;
}

type Counts = Omit<ThreadUse, 'name'>;

export type ThreadSnapshot = ReadonlyMap<number, Counts>;

/** Knows whose a thread is by when it appeared. */
export class ThreadRoll {
  readonly #names = new Map<number, string>();

  constructor() {
    this.claim(() => ENGINE);
    this.#names.set(process.pid, 'main');
  }

  /** Names the threads that have appeared since the last call, counted from 1. */
  claim(nameOf: (number: number) => string): void {
    let number = 0;
    for (const thread of threads()) {
      if (!this.#names.has(thread)) this.#names.set(thread, nameOf(++number));
    }
  }

  /** What the threads have used between two snapshots, those of one name together, idle ones left out. */
  between(start: ThreadSnapshot, end: ThreadSnapshot): ThreadUse[] {
    const uses = new Map<string, ThreadUse>();
    for (const [thread, counts] of end) {
      const name = this.#names.get(thread) ?? 'other';
      const use = sum({ name, ...(uses.get(name) ?? NOTHING) }, minus(counts, start.get(thread)));
      if (use.cpuMs > 0) uses.set(name, use);
    }
    return [...uses.values()];
  }
}

const NOTHING: Counts = { cpuMs: 0, slept: 0, preempted: 0 };

export function threadSnapshot(): ThreadSnapshot {
  const snapshot = new Map<number, Counts>();
  for (const thread of threads()) {
    const counts = countsOf(thread);
    if (counts !== undefined) snapshot.set(thread, counts);
  }
  return snapshot;
}

/** All uses of several rounds, by name. */
export function totalUse(rounds: readonly (readonly ThreadUse[])[]): ThreadUse[] {
  const totals = new Map<string, ThreadUse>();
  for (const use of rounds.flat()) {
    const before = totals.get(use.name);
    totals.set(use.name, before === undefined ? use : sum(before, use));
  }
  return [...totals.values()].sort((a, b) => b.cpuMs - a.cpuMs);
}

function sum(use: ThreadUse, more: Counts): ThreadUse {
  return {
    name: use.name,
    cpuMs: use.cpuMs + more.cpuMs,
    slept: use.slept + more.slept,
    preempted: use.preempted + more.preempted,
  };
}

function minus(counts: Counts, before: Counts = NOTHING): Counts {
  return {
    cpuMs: counts.cpuMs - before.cpuMs,
    slept: counts.slept - before.slept,
    preempted: counts.preempted - before.preempted,
  };
}

function threads(): number[] {
  try {
    return readdirSync(TASKS).map(Number);
  } catch {
    return [];
  }
}

/** Undefined for a thread that has ended. */
function countsOf(thread: number): Counts | undefined {
  try {
    const [onCoreNs] = readFileSync(`${TASKS}/${thread}/schedstat`, 'latin1').split(' ');
    const status = readFileSync(`${TASKS}/${thread}/status`, 'latin1');
    return {
      cpuMs: Number(onCoreNs) / 1e6,
      slept: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]),
      preempted: Number(/^nonvoluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]),
    };
  } catch {
    return undefined;
  }
}
