/**
 * Words of the whole bus: those that several shards change, by Atomics alone, and what endpoints count.
 *
 * ```
 * STATE                 0 open, 1 closing, 2 closed, 3 fatal: main writes, every client reads (see BUS_STATE)
 * TURNED                how often a breaker has changed: any shard adds, every shard reads
 * HOLDING               1: there are, or were, subscriptions that block or refuse: main writes, every client reads
 * cursors[targets]      round-robin position of a balance set; any shard adds
 * breakers[targets] 4   state, claim, streak, spare: any shard, see breaker-words.ts
 * tallies[targets] 4    Float64: delivered, failed, in flight, dropped. The client that holds the target copies them out
 *                       with its counters; main reads, and writes those of pools. Plain, and perhaps a batch old. Of a
 *                       subscription what its queue holds stands in the place of what is in flight
 * latencies[targets]    Float64: how long the handlers of an endpoint run, see latency-bins.ts. The client that holds the
 *                       target counts in place; main reads. Plain
 * ```
 */
import { addLatencies, LATENCY_COUNTS, latencyView } from './latency-bins.ts';
import { LINE_WORDS, toLines, WORD_BYTES } from './line.ts';
import { add, load, store } from './seam.ts';

export const BUS_STATE = { open: 0, closing: 1, closed: 2, fatal: 3 } as const;

const STATE = 0;
const HOLDING = 1;

export const BREAKER_WORDS = 4;
/** Of `state`. */
const TURNED = 1;
export const TALLY = { delivered: 0, failed: 1, inFlight: 2, dropped: 3 } as const;
/** Float64, of each target. */
export const TALLY_COUNTS = 4;
const TALLY_WORDS = TALLY_COUNTS * 2;
const LATENCY_WORDS = LATENCY_COUNTS * 2;

export interface ControlHandle {
  readonly targets: number;
  readonly buffer: SharedArrayBuffer;
}

export interface ControlWords extends ControlHandle {
  readonly state: Int32Array;
  readonly cursors: Int32Array;
  readonly breakers: Int32Array;
  readonly tallies: Float64Array;
  readonly latencies: Float64Array;
}

export function createControlWords(targets: number): ControlWords {
  const words = latenciesAt(targets) + toLines(targets * LATENCY_WORDS);
  return openControlWords({ targets, buffer: new SharedArrayBuffer(words * WORD_BYTES) });
}

export function openControlWords(from: ControlHandle): ControlWords {
  const { buffer, targets } = from;
  return {
    ...from,
    state: new Int32Array(buffer, 0, LINE_WORDS),
    cursors: new Int32Array(buffer, LINE_WORDS * WORD_BYTES, targets),
    breakers: new Int32Array(
      buffer,
      (LINE_WORDS + toLines(targets)) * WORD_BYTES,
      targets * BREAKER_WORDS,
    ),
    tallies: new Float64Array(buffer, talliesAt(targets) * WORD_BYTES, targets * TALLY_COUNTS),
    latencies: new Float64Array(
      buffer,
      latenciesAt(targets) * WORD_BYTES,
      targets * LATENCY_COUNTS,
    ),
  };
}

/** Main only: a pool's own counts are those of its threads that have left. */
export function clearTallies({ latencies, tallies }: ControlWords, target: number): void {
  tallies.fill(0, target * TALLY_COUNTS, (target + 1) * TALLY_COUNTS);
  latencyView(latencies, target).fill(0);
}

/** Main only: a thread of a pool has left, and its counts become the pool's. What it had in hand is nobody's. */
export function foldTallies(
  { latencies, tallies }: ControlWords,
  member: number,
  pool: number,
): void {
  for (const place of [TALLY.delivered, TALLY.failed]) {
    const at = pool * TALLY_COUNTS + place;
    tallies[at] = (tallies[at] as number) + (tallies[member * TALLY_COUNTS + place] as number);
  }
  addLatencies(latencyView(latencies, pool), latencyView(latencies, member));
}

function talliesAt(targets: number): number {
  return LINE_WORDS + toLines(targets) + toLines(targets * BREAKER_WORDS);
}

function latenciesAt(targets: number): number {
  return talliesAt(targets) + toLines(targets * TALLY_WORDS);
}

/** A counter is set back at each multiple of this, long before it could wrap. */
const REWIND = 2 ** 30;

/**
 * Takes the next position of a balance set, 0 … members − 1; exact over all shards. Where the counter wrapped, the turn
 * would jump unless `members` divides 2³²; so whoever draws a multiple of REWIND, and nobody else, takes whole rounds off.
 */
export function nextCursor(cursors: Int32Array, cursor: number, members: number): number {
  // SYNC cursor: pairs with peekCursor. Orders nothing but itself.
  const at = add(cursors, cursor, 1) >>> 0;
  if ((at & (REWIND - 1)) === 0 && at !== 0) add(cursors, cursor, -(at - (at % members)) | 0);
  return at % members;
}

/** The position that `nextCursor` would take. */
export function peekCursor(cursors: Int32Array, cursor: number, members: number): number {
  // SYNC cursor: pairs with nextCursor. Orders nothing; the position may be taken by the time it is looked at.
  return (load(cursors, cursor) >>> 0) % members;
}

/** How often a breaker of the bus has changed its state (Int32, wraps). */
export function breakerTurns(control: ControlWords): number {
  // SYNC turned: pairs with noteBreakerTurn. Who sees the new number sees the new state.
  return load(control.state, TURNED);
}

/** After the change; ring every shard's bell then. */
export function noteBreakerTurn(control: ControlWords): void {
  // SYNC turned: pairs with breakerTurns.
  add(control.state, TURNED, 1);
}

export function busState(control: ControlWords): number {
  // SYNC bus-state: pairs with setBusState. Orders nothing but itself.
  return load(control.state, STATE);
}

/** Main only; ring every bell afterwards. */
export function setBusState(control: ControlWords, state: number): void {
  // SYNC bus-state: pairs with busState.
  store(control.state, STATE, state);
}

/** Whether subscriptions may keep events for as long as they like. */
export function isHolding(control: ControlWords): boolean {
  // SYNC holding: pairs with setHolding. Orders nothing but itself.
  return load(control.state, HOLDING) !== 0;
}

/** Main only, before the shards know of the first one. It stays: what one has in care may outlive it. */
export function setHolding(control: ControlWords): void {
  // SYNC holding: pairs with isHolding.
  store(control.state, HOLDING, 1);
}
