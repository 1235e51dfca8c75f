/**
 * The wait at the end of a client. What somebody waits for is given all the time there is; a handler whose caller has
 * timed out or aborted has been told by its signal, and is given a moment.
 */

/** Between two looks: the work that is waited for ends in callbacks of the user, which ring no bell. */
const LOOK_MS = 2;

/** What a handler that nobody waits for gets to come to its end, when nothing else is waited for any more. */
export const LEFT_BEHIND_GRACE_MS = 250;

export interface DrainedWork {
  /** Messages, callbacks and handlers that somebody waits for. */
  readonly wanted: () => number;
  /** Handlers that nobody waits for. */
  readonly leftBehind: () => number;
  /** Nothing will be settled any more. */
  readonly isOver: () => boolean;
}

/** Resolves when nothing is left, or after `timeoutMs`, and `graceMs` after the last of what was wanted. */
export async function drain(work: DrainedWork, timeoutMs: number, graceMs: number): Promise<void> {
  const start = performance.now();
  await untilNone(work.wanted, work.isOver, timeoutMs);
  const leftMs = Math.max(0, timeoutMs - (performance.now() - start));
  await untilNone(work.leftBehind, work.isOver, Math.min(leftMs, graceMs));
}

/** Holds the process meanwhile. */
function untilNone(count: () => number, isOver: () => boolean, timeoutMs: number): Promise<void> {
  const start = performance.now();
  return new Promise((resolve) => {
    const look = (): void => {
      const isLate = performance.now() - start >= timeoutMs;
      if (isLate || isOver() || count() === 0) resolve();
      else setTimeout(look, LOOK_MS);
    };
    look();
  });
}
