/**
 * The bus clock: ms since the bus started, the same on all its threads. It follows the machine's monotonic clock alone:
 * `performance.timeOrigin` is read off the wall clock when a thread starts, so a thread that started after somebody had
 * set that clock would live in another time than the rest.
 */

/** Whoever reads both clocks within so little time has read them at once, ms. */
const AT_ONCE_MS = 0.005;
const READS_MAX = 64;

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
  const offsetMs = aheadMs() - originMs;
  return () => performance.now() + offsetMs;
}

/**
 * How far `monotonicMs` is ahead of `performance.now`, ms. A thread may lose its core between two readings, and the first
 * ones load code: the offset would be wrong by that for the thread's life. The closest pair counts.
 */
function aheadMs(): number {
  let closest = Number.POSITIVE_INFINITY;
  let ahead = 0;
  for (let reads = 0; reads < READS_MAX && closest > AT_ONCE_MS; reads++) {
    const before = performance.now();
    const between = monotonicMs();
    const width = performance.now() - before;
    if (width >= closest) continue;
    closest = width;
    ahead = between - before - width / 2;
  }
  return ahead;
}
