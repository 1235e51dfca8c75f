/**
 * The bus clock: ms since the bus started, the same on all its threads. It follows the machine's monotonic clock alone:
 * `performance.timeOrigin` is read off the wall clock when a thread starts, so a thread that started after somebody had
 * set that clock would live in another time than the rest.
 */

/** The moment at which a bus clock was 0. */
export interface ClockOrigin {
  /** Ms since 1970. */
  readonly epochMs: number;
  /** Ms of `monotonicMs`. */
  readonly originMs: number;
}

export function startClock(): ClockOrigin {
  return { epochMs: Date.now(), originMs: monotonicMs() };
}

/** Ms of `process.hrtime`; of a process's threads all see the same. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** This thread's reading of the clock that was 0 at `originMs` (ms of `monotonicMs`). */
export function busClock(originMs: number): () => number {
  const offsetMs = monotonicMs() - performance.now() - originMs;
  return () => performance.now() + offsetMs;
}
