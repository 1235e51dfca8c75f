/**
 * A client's own memory: control words, counters, latencies, shape table and slot headers in one buffer, the payload heap
 * in another. Main makes both and keeps a reference until every shard has reported that nothing of them is in use.
 *
 * ```
 * word   line  written by            read by
 * PARKED  0    this client           whoever may wake it
 * BELL    1    anyone (add)          this client
 * STATE   2    this client           main: liveness, see LIVENESS
 * BEAT    2    this client           main: of a pool's thread with a timeout, counts up while its event loop turns
 * TIGHT   2    this client           shards: 1 while more than half of its slots or heap is in use (may be stale)
 * ROOM    2    this client           main: what its senders wait for, see ROOM_STATE
 * TAKING  2    this client           main: target of the delivery that it handles while STATE is busy
 * HEARD   2    this client           main: number of the last departure of a client that it has heard of (main: the first)
 * PERMIT  3    main                  shards, the client (permissions: laid out, 0 now)
 * TOLD    3    main                  this client: number of the last departure that it was told of
 * ```
 */
import { COUNTER_WORDS } from './counters.ts';
import { clientIdOf } from './entries.ts';
import { LATENCY_COUNTS } from './latency-bins.ts';
import { LINE_WORDS, toLines, WORD_BYTES } from './line.ts';
import { SLOT_WORDS } from './slot-header.ts';

export const PARKED = 0;
export const BELL: number = LINE_WORDS;
export const STATE: number = 2 * LINE_WORDS;
export const BEAT: number = STATE + 1;
export const TIGHT: number = STATE + 2;
export const ROOM: number = STATE + 3;
export const TAKING: number = STATE + 4;
export const HEARD: number = STATE + 5;
export const PERMIT: number = 3 * LINE_WORDS;
export const TOLD: number = PERMIT + 1;
const HEAD_WORDS = 4 * LINE_WORDS;

/** Word STATE: what the thread was doing when it last said so. Busy: it runs what it was handed. */
export const LIVENESS = { idle: 0, busy: 1, detached: 2 } as const;

/** Word ROOM. */
export const ROOM_STATE = { enough: 0, noSlot: 1, noHeap: 2 } as const;

/** Latencies of awaited calls, by place: from the call until it is settled, however it ends. */
export const CALL_LATENCY = { request: 0, notify: 1, publish: 2 } as const;
/** Float64 of all three. */
export const CALL_LATENCY_COUNTS: number = 3 * LATENCY_COUNTS;
const LATENCY_WORDS = CALL_LATENCY_COUNTS * 2;

/** Append-only table of object shapes that the codec shares between threads: a count, then the entries. */
export const SHAPE_BYTES: number = 32 * 1024;

export interface ClientHandle {
  readonly id: number;
  /** What tells it from those that had its id before, see entries.ts. */
  readonly number: number;
  readonly slots: number;
  readonly buffer: SharedArrayBuffer;
  readonly heap: SharedArrayBuffer;
}

export interface ClientMemory extends ClientHandle {
  readonly words: Int32Array;
  readonly counters: Float64Array;
  /** CALL_LATENCY histograms, written by the client, read by main. */
  readonly latencies: Float64Array;
  readonly shapes: { readonly words: Int32Array; readonly bytes: Buffer };
  /** N × 16 words, see slot-header.ts. */
  readonly headers: Int32Array;
  /** The payload heap as bytes; a Buffer, for its string methods. */
  readonly bytes: Buffer;
}

export function createClientMemory(number: number, slots: number, heapBytes: number): ClientMemory {
  const words =
    HEAD_WORDS +
    toLines(COUNTER_WORDS) +
    toLines(LATENCY_WORDS) +
    LINE_WORDS +
    SHAPE_BYTES / WORD_BYTES +
    slots * SLOT_WORDS;
  return openClientMemory({
    id: clientIdOf(number),
    number,
    slots,
    buffer: new SharedArrayBuffer(words * WORD_BYTES),
    heap: new SharedArrayBuffer(heapBytes),
  });
}

export function openClientMemory(from: ClientHandle): ClientMemory {
  const { buffer, heap, slots } = from;
  const countersAt = HEAD_WORDS * WORD_BYTES;
  const latenciesAt = countersAt + toLines(COUNTER_WORDS) * WORD_BYTES;
  const shapeCountAt = latenciesAt + toLines(LATENCY_WORDS) * WORD_BYTES;
  const shapesAt = shapeCountAt + LINE_WORDS * WORD_BYTES;
  return {
    ...from,
    words: new Int32Array(buffer, 0, HEAD_WORDS),
    counters: new Float64Array(buffer, countersAt, COUNTER_WORDS / 2),
    latencies: new Float64Array(buffer, latenciesAt, CALL_LATENCY_COUNTS),
    shapes: {
      words: new Int32Array(buffer, shapeCountAt, 1),
      bytes: Buffer.from(buffer, shapesAt, SHAPE_BYTES),
    },
    headers: new Int32Array(buffer, shapesAt + SHAPE_BYTES, slots * SLOT_WORDS),
    bytes: Buffer.from(heap),
  };
}
