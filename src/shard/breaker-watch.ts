/**
 * What a shard does when a breaker changes: what waits for its endpoint is looked at. Changes that others make show in
 * one counter; that an open one has become half-open shows in the time, for which the shard wakes.
 */
import { isHalfOpen, isOpenState } from '../memory/breaker-words.ts';
import { breakerTurns, type ControlWords, noteBreakerTurn } from '../memory/control-words.ts';
import type { ShardState } from './shard-state.ts';
import type { Target } from './target.ts';

export class BreakerWatch {
  /** Of the endpoints that have a breaker: the state in which they were looked at last, and whether half-open. */
  readonly #seen = new Map<Target, { state: number; isHalfOpen: boolean }>();
  #turns = 0;
  /** When the next one becomes half-open; undefined: none will. */
  #dueMs: number | undefined;

  get size(): number {
    return this.#seen.size;
  }

  add(target: Target, control: ControlWords): void {
    this.#seen.set(target, { state: 0, isHalfOpen: false });
    // It may be open: a successor has not seen it.
    this.#turns = (breakerTurns(control) - 1) | 0;
  }

  delete(target: Target): void {
    this.#seen.delete(target);
  }

  /** Stirs the endpoints whose breakers have changed. */
  look(shard: ShardState): void {
    const turns = breakerTurns(shard.control);
    const { nowMs } = shard;
    const isDue = this.#dueMs !== undefined && ((nowMs - this.#dueMs) | 0) >= 0;
    if (turns === this.#turns && !isDue) return;
    this.#turns = turns;
    this.#dueMs = undefined;
    for (const [target, seen] of this.#seen) this.#lookAt(shard, target, seen);
  }

  /** Ms until `look` is to be called; −1: whenever something has happened. */
  sleepMs(nowMs: number): number {
    return this.#dueMs === undefined ? -1 : Math.max(0, (this.#dueMs - (nowMs | 0)) | 0);
  }

  #lookAt(shard: ShardState, target: Target, seen: { state: number; isHalfOpen: boolean }): void {
    const { breaker } = target;
    if (breaker === undefined) return;
    const { nowMs } = shard;
    const { state } = breaker;
    const isHalf = isHalfOpen(state, nowMs);
    if (isHalf) breaker.refresh(state, nowMs);
    else if (isOpenState(state)) this.#expect(state, nowMs);
    if (state === seen.state && isHalf === seen.isHalfOpen) return;
    seen.state = state;
    seen.isHalfOpen = isHalf;
    shard.stir(target);
  }

  #expect(dueMs: number, nowMs: number): void {
    const isSooner = this.#dueMs === undefined || ((dueMs - this.#dueMs) | 0) < 0;
    if (isSooner && ((dueMs - nowMs) | 0) > 0) this.#dueMs = dueMs;
  }
}

/** This shard has changed the breaker of endpoint `target`: the other shards and main are to see it. */
export function noteTurn(shard: ShardState, target: number): void {
  noteBreakerTurn(shard.control);
  for (const bell of shard.bells) bell.ringIfParked();
  shard.onTurned(target);
}
