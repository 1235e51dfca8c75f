/** Waiting until nothing is outstanding any more, with an end: as a promise, or blocking in the process's last moment. */
import { pauseThread } from '../memory/wait.ts';

/** The counters that are read are copied out once a batch, so a shorter pause would only read the same again. */
const PAUSE_MS = 2;

/** A message between two threads is in neither count for a moment; only a second quiet look is believed. */
const QUIET_LOOKS = 2;

/**
 * Resolves when `outstanding()` has been 0 for two looks, or `isOver()`, or after `timeoutMs`. Holds the process
 * meanwhile, since the threads that it waits for do not.
 */
export function untilQuiet(
  outstanding: () => number,
  isOver: () => boolean,
  timeoutMs: number,
): Promise<void> {
  const start = performance.now();
  let quietLooks = 0;
  return new Promise((resolve) => {
    const look = (): void => {
      quietLooks = outstanding() === 0 ? quietLooks + 1 : 0;
      const isLate = performance.now() - start >= timeoutMs;
      if (quietLooks >= QUIET_LOOKS || isLate || isOver()) resolve();
      else setTimeout(look, PAUSE_MS);
    };
    look();
  });
}

/**
 * The same for a thread whose event loop turns no more: until `outstanding()` has been 0 for two looks, or has not
 * changed for `stallMs`, or after `mostMs`. Asleep between the looks.
 */
export function quietWithin(outstanding: () => number, stallMs: number, mostMs: number): void {
  const start = performance.now();
  let changed = start;
  let last = Number.NaN;
  let quietLooks = 0;
  for (;;) {
    const count = outstanding();
    const now = performance.now();
    if (count !== last) changed = now;
    last = count;
    quietLooks = count === 0 ? quietLooks + 1 : 0;
    const isOver = now - changed >= stallMs || now - start >= mostMs;
    if (quietLooks >= QUIET_LOOKS || isOver) return;
    pauseThread(PAUSE_MS);
  }
}
