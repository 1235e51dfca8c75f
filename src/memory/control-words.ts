/**
 * Words of the whole bus that several shards change, by Atomics alone.
 *
 * ```
 * cursors[targets]      round-robin position of a balance set; any shard adds
 * breakers[targets] 4   state, probe (shard and incarnation), opened at, spare: laid out, 0 (closed) now
 * ```
 */
import { toLines, WORD_BYTES } from './line.ts';
import { add } from './seam.ts';

const BREAKER_WORDS = 4;

export interface ControlHandle {
  readonly targets: number;
  readonly buffer: SharedArrayBuffer;
}

export interface ControlWords extends ControlHandle {
  readonly cursors: Int32Array;
  readonly breakers: Int32Array;
}

export function createControlWords(targets: number): ControlWords {
  const words = toLines(targets) + toLines(targets * BREAKER_WORDS);
  return openControlWords({ targets, buffer: new SharedArrayBuffer(words * WORD_BYTES) });
}

export function openControlWords(handle: ControlHandle): ControlWords {
  const { buffer, targets } = handle;
  return {
    ...handle,
    cursors: new Int32Array(buffer, 0, targets),
    breakers: new Int32Array(buffer, toLines(targets) * WORD_BYTES, targets * BREAKER_WORDS),
  };
}

/** Takes the next position of a balance set, 0 … members − 1; exact over all shards, also where the counter wraps. */
export function nextCursor(cursors: Int32Array, cursor: number, members: number): number {
  return (add(cursors, cursor, 1) >>> 0) % members;
}
