/**
 * A shard's own memory, one buffer made by main and handed on to its successor.
 *
 * ```
 * word    line  written by      read by
 * PARKED   0    the shard       clients and main, to wake it
 * BELL     1    anyone (add)    the shard
 * CUR      2    the shard       main and the successor after 'exit': client id of the ring being read + 1, 0: none
 * APPLIED  3    the shard       main: number of the last control command in force (Atomics)
 * REACHED  3    the shard, main main: 0 a thread is being started (main), 1 it has looked at the entry in hand (the shard)
 * BEAT     3    the shard       main: counts steps that did work; stands still while nothing happens
 * latency         the shard     main: from the step that read a message until it is handed over, see latency-bins.ts
 * dropped[targets]  the shard   receivers and metrics: messages that an overflow policy dropped in this shard (Int32, wraps)
 * loads[targets] 3  the shard   the other shards: deliveries under way to an endpoint, messages that wait for it here,
 *                               and trials of its breaker that are out
 * windows[targets] 32  the shard  the other shards: attempts at an endpoint that has a breaker, and failed ones
 * kept[targets]     the shard   the subscription's thread: events lent to it so far and waiting for it (Int32, wraps);
 *                               stored while some wait, and when none has for very long
 * handled           the shard   its successor: ids that endpoints with a `dedupeWindow` have handled, see handled-words.ts
 * ```
 */
import { LIMITS } from '../limits.ts';
import { COUNTER_WORDS } from './counters.ts';
import { handledWords } from './handled-words.ts';
import { LATENCY_COUNTS } from './latency-bins.ts';
import { LINE_WORDS, toLines, WORD_BYTES } from './line.ts';
import { load, store } from './seam.ts';

export const SHARD_PARKED = 0;
export const SHARD_BELL: number = LINE_WORDS;
export const CUR: number = 2 * LINE_WORDS;
export const APPLIED: number = 3 * LINE_WORDS;
export const REACHED: number = APPLIED + 1;
export const SHARD_BEAT: number = APPLIED + 2;
const HEAD_WORDS = 4 * LINE_WORDS;

export const LOAD_WORDS = 3;
export const LOAD_USED = 0;
export const LOAD_WAITING = 1;
/** Of a subscription, in the place of LOAD_WAITING. */
export const LOAD_BYTES = 1;
/** Of an endpoint with a breaker: trials that this shard has given and that are not over (Atomics). */
export const LOAD_TRIALS = 2;

/** Of each target. See breaker-window.ts. */
export const WINDOW_WORDS = 32;

export interface ShardHandle {
  readonly id: number;
  /** One more than the largest target id: endpoints and subscriptions of the whole bus. */
  readonly targets: number;
  /** Handled ids that it remembers at most. */
  readonly handledIds: number;
  readonly buffer: SharedArrayBuffer;
}

export interface ShardMemory extends ShardHandle {
  readonly words: Int32Array;
  readonly counters: Float64Array;
  readonly latency: Float64Array;
  readonly dropped: Int32Array;
  /** By target: LOAD_USED, LOAD_WAITING or LOAD_BYTES, LOAD_TRIALS. Of endpoints whoever sums them may be a moment behind. */
  readonly loads: Int32Array;
  readonly kept: Int32Array;
  /** By target, WINDOW_WORDS each. Whoever sums them may be a moment behind. */
  readonly windows: Int32Array;
  /** See handled-words.ts. */
  readonly handled: Int32Array;
}

export function createShardMemory(
  id: number,
  targets: number,
  handledIds: number = LIMITS.handledIds,
): ShardMemory {
  const words =
    HEAD_WORDS +
    toLines(COUNTER_WORDS) +
    toLines(LATENCY_COUNTS * 2) +
    2 * toLines(targets) +
    toLines(targets * LOAD_WORDS) +
    targets * WINDOW_WORDS +
    handledWords(handledIds);
  const buffer = new SharedArrayBuffer(words * WORD_BYTES);
  return openShardMemory({ id, targets, handledIds, buffer });
}

export function openShardMemory(from: ShardHandle): ShardMemory {
  const { buffer, handledIds, targets } = from;
  const countersAt = HEAD_WORDS * WORD_BYTES;
  const latencyAt = countersAt + toLines(COUNTER_WORDS) * WORD_BYTES;
  const droppedAt = latencyAt + toLines(LATENCY_COUNTS * 2) * WORD_BYTES;
  const loadsAt = droppedAt + toLines(targets) * WORD_BYTES;
  const keptAt = loadsAt + toLines(targets * LOAD_WORDS) * WORD_BYTES;
  const windowsAt = keptAt + toLines(targets) * WORD_BYTES;
  const handledAt = windowsAt + targets * WINDOW_WORDS * WORD_BYTES;
  return {
    ...from,
    words: new Int32Array(buffer, 0, HEAD_WORDS),
    counters: new Float64Array(buffer, countersAt, COUNTER_WORDS / 2),
    latency: new Float64Array(buffer, latencyAt, LATENCY_COUNTS),
    dropped: new Int32Array(buffer, droppedAt, targets),
    loads: new Int32Array(buffer, loadsAt, targets * LOAD_WORDS),
    kept: new Int32Array(buffer, keptAt, targets),
    windows: new Int32Array(buffer, windowsAt, targets * WINDOW_WORDS),
    handled: new Int32Array(buffer, handledAt, handledWords(handledIds)),
  };
}

/** Of what it was opened from, only what a thread can be given. */
export function shardHandle({ buffer, handledIds, id, targets }: ShardHandle): ShardHandle {
  return { id, targets, handledIds, buffer };
}

/** The shard: command `seq` and all before it are in force. Ring main afterwards. */
export function acknowledgeCommand(words: Int32Array, seq: number): void {
  // SYNC applied: pairs with appliedCommand. Main learns that a route or target is in force.
  store(words, APPLIED, seq);
}

/** Main: number of the last command in force. */
export function appliedCommand(words: Int32Array): number {
  // SYNC applied: pairs with acknowledgeCommand.
  return load(words, APPLIED);
}
