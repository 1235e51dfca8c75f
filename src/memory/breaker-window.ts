/**
 * What one shard has seen of an endpoint with a breaker while that was closed: attempts and failures by tenths of a
 * window. Written by the shard, plain; the other shards sum them, and may be a moment behind.
 *
 * ```
 * EPOCH 1 | spare 1 | ten times: number of the tenth 1, attempts 1, failures 1
 * ```
 */
import { get, put } from './seam.ts';
import { WINDOW_WORDS } from './shard-memory.ts';

const EPOCH = 0;
const FIRST = 2;
const SHARES = 10;
const SHARE_WORDS = 3;
/** Numbers of tenths fit a word. */
const NUMBERS = 2 ** 30;

/** A window of `windowMs` that ends now. `epoch`: the breaker's state; what was seen in another one does not count. */
export interface WindowPlace {
  readonly target: number;
  readonly epoch: number;
  readonly windowMs: number;
  readonly nowMs: number;
}

export interface WindowSum {
  attempts: number;
  failures: number;
}

/** Only by the shard whose words they are. */
export function addToWindow(windows: Int32Array, place: WindowPlace, isFailure: boolean): void {
  const at = place.target * WINDOW_WORDS;
  if (get(windows, at + EPOCH) !== place.epoch) clear(windows, at, place.epoch);
  const number = shareOf(place);
  const share = at + FIRST + (number % SHARES) * SHARE_WORDS;
  if (get(windows, share) !== number) {
    put(windows, share + 1, 0);
    put(windows, share + 2, 0);
    put(windows, share, number);
  }
  put(windows, share + 1, (get(windows, share + 1) + 1) | 0);
  if (isFailure) put(windows, share + 2, (get(windows, share + 2) + 1) | 0);
}

export function sumWindow(windows: Int32Array, place: WindowPlace, sum: WindowSum): void {
  const at = place.target * WINDOW_WORDS;
  if (get(windows, at + EPOCH) !== place.epoch) return;
  const now = shareOf(place);
  for (let i = 0; i < SHARES; i++) {
    const share = at + FIRST + i * SHARE_WORDS;
    const age = now - get(windows, share);
    if (age < 0 || age >= SHARES) continue;
    sum.attempts += get(windows, share + 1);
    sum.failures += get(windows, share + 2);
  }
}

function clear(windows: Int32Array, at: number, epoch: number): void {
  for (let i = FIRST; i < WINDOW_WORDS; i++) put(windows, at + i, 0);
  put(windows, at + EPOCH, epoch);
}

/** Times and numbers wrap to 0: a window that lies across that is shorter. */
function shareOf({ nowMs, windowMs }: WindowPlace): number {
  return Math.floor(((nowMs >>> 0) * SHARES) / windowMs) % NUMBERS;
}
