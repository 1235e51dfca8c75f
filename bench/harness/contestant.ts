/** What a comparison compares: things that carry messages between threads. Types only. */

import type { ThreadUse } from './thread-use.ts';

/** One side of a comparison. */
export interface Contestant {
  readonly name: string;
  /** `bus` is measured against the best `peer`; an `aside` is shown and never compared. */
  readonly role: 'bus' | 'peer' | 'aside';
  /** Starts its threads. Gives the package that is not installed instead, when one is missing. */
  readonly start: () => Promise<Carrier | AbsentPackage>;
}

export interface Carrier {
  /**
   * Carries `count` more messages and resolves when each was received, checked and acknowledged.
   * Rejects when one was lost, doubled, altered or out of order.
   */
  readonly run: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface AbsentPackage {
  readonly absent: string;
}

/** One row of figures: the same messages, carried by each contestant in turn. */
export interface Comparison {
  readonly name: string;
  /** Which threads the messages pass, for example `main -> shard -> worker`. */
  readonly topology: string;
  /** `rate`: messages a second, more is better. `trip`: microseconds a message, less is better. */
  readonly measure: 'rate' | 'trip';
  readonly contestants: readonly Contestant[];
  /** The ratio of the bus to its best peer that is asked for: at least for rates, at most for trips. */
  readonly reach?: number;
}

/** One contestant in one round. */
export interface Sample {
  readonly messages: number;
  readonly wallMs: number;
  /** CPU time of the whole process: all its threads, garbage collection included. */
  readonly cpuMs: number;
  /** The main thread's share of it; undefined where the platform does not tell. */
  readonly mainCpuMs: number | undefined;
  /** What each thread used; empty where the platform does not tell. */
  readonly threads: readonly ThreadUse[];
  /** Cores that other processes kept busy meanwhile. */
  readonly coresBeside: number;
}
