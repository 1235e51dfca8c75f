/** Shows how far the sending is, and notices when it no longer gets further. */
import type { Output } from './progress.ts';
import { Progress, progressPeriodMs } from './progress.ts';

export interface Watched {
  /** Messages whose promise was resolved or rejected. */
  readonly settled: number;
}

export interface WatchedPhase {
  readonly name: string;
  readonly output: Output;
  /** When the whole run began, and how long it should take. */
  readonly startMs: number;
  readonly totalMs: number;
}

/** So long without one settled message, and the bus is taken for stuck. */
const STALL_MS = 30_000;

/** Resolves with `sending`, or with true when nothing has moved for half a minute. */
export async function watchSending(
  sending: Promise<void>,
  watched: Watched,
  { name, output, startMs, totalMs }: WatchedPhase,
): Promise<boolean> {
  const progress = new Progress(output);
  let timer: NodeJS.Timeout | undefined;
  let last = watched.settled;
  let lastChangeMs = performance.now();
  const stalled = new Promise<boolean>((resolve) => {
    timer = setInterval(() => {
      const nowMs = performance.now();
      const { settled } = watched;
      progress.step({ elapsedMs: nowMs - startMs, totalMs, messages: settled, phase: name });
      if (settled !== last) lastChangeMs = nowMs;
      else if (nowMs - lastChangeMs >= STALL_MS) resolve(true);
      last = settled;
    }, progressPeriodMs(output));
  });
  try {
    return await Promise.race([sending.then(() => false), stalled]);
  } finally {
    clearInterval(timer);
    progress.end();
  }
}
