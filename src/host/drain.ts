/** Waiting until nothing is outstanding any more, with an end. */

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
