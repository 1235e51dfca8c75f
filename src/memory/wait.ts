/** The only place where a thread blocks: shards and their standby, which run no user code, and a thread whose process ends. */
import type { Sleeper } from './doorbell.ts';

/** Sleeps until the bell differs from `rung`, at most `timeoutMs` (−1: no limit). */
export function waitForBell(sleeper: Sleeper, rung: number, timeoutMs: number): void {
  Atomics.wait(sleeper.words, sleeper.bell, rung, timeoutMs < 0 ? undefined : timeoutMs);
}

/** Blocks the thread while the word is `value`. */
export function waitForChange(words: Int32Array, word: number, value: number): void {
  Atomics.wait(words, word, value);
}

/** Blocks the thread for so long. */
export function pauseThread(timeMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, timeMs);
}

/**
 * Resolves when the bell differs from `rung`, at once where it already does. One outstanding wait a thread, without a
 * time limit: a limit would leave a platform timer behind each wait. Does not hold the process.
 */
export function awaitBell(sleeper: Sleeper, rung: number): Promise<void> | undefined {
  const wait = waitAsync(sleeper.words, sleeper.bell, rung);
  return wait.async ? wait.value.then(() => undefined) : undefined;
}

type AsyncWait =
  | { readonly async: false; readonly value: string }
  | { readonly async: true; readonly value: Promise<string> };

/** `Atomics.waitAsync` is in Node 20 and not in this language version's library types. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(view: Int32Array, index: number, value: number): AsyncWait;
};
