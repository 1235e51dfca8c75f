/**
 * The breaker of an endpoint as one shard works it: what it lets through, what it makes of results. State, claim and
 * streak are shared; windows and the trials that are out are each shard's own, and summed.
 */
import type { BreakerSpec } from '../control/commands.ts';
import { addToWindow, sumWindow } from '../memory/breaker-window.ts';
import {
  addToStreak,
  breakerState,
  claimBreaker,
  closedState,
  endStreak,
  isHalfOpen,
  isOpenState,
  openState,
  turnBreaker,
  unclaimBreaker,
} from '../memory/breaker-words.ts';
import type { ControlWords } from '../memory/control-words.ts';
import { get, load, store } from '../memory/seam.ts';
import { LOAD_TRIALS, LOAD_WORDS, type ShardMemory } from '../memory/shard-memory.ts';

const DEFAULT_RATE = 0.5;
const DEFAULT_VOLUME = 20;
const DEFAULT_WINDOW_MS = 10_000;
/** An open state is right for 24 days; one that nobody has tried for half of that is made anew. */
const STALE_MS = 2 ** 30;

export class TargetBreaker {
  /** Of the endpoint. */
  readonly target: number;
  readonly #spec: BreakerSpec;
  readonly #control: ControlWords;
  readonly #own: ShardMemory;
  readonly #others: readonly ShardMemory[];
  #isRetired = false;

  constructor(
    spec: BreakerSpec,
    target: number,
    control: ControlWords,
    own: ShardMemory,
    others: readonly ShardMemory[],
  ) {
    this.#spec = spec;
    this.target = target;
    this.#control = control;
    this.#own = own;
    this.#others = others;
    // A predecessor may have died with it.
    unclaimBreaker(control, target, own.id);
  }

  get state(): number {
    return breakerState(this.#control, this.target);
  }

  get isClosed(): boolean {
    return !isOpenState(this.state);
  }

  /** How many more attempts may begin: Infinity while it is closed. */
  placesLeft(nowMs: number): number {
    const { state } = this;
    if (!isOpenState(state)) return Number.POSITIVE_INFINITY;
    return isHalfOpen(state, nowMs) ? this.#spec.probes - this.#trials() : 0;
  }

  /** Takes a place for a trial, given back by `releaseTrial`. Of two shards that want the last one, one gets it at most. */
  claimTrial(state: number, nowMs: number): boolean {
    if (this.#isRetired || !isHalfOpen(state, nowMs)) return false;
    if (!claimBreaker(this.#control, this.target, this.#own.id)) return false;
    const isFree = this.state === state && this.#trials() < this.#spec.probes;
    if (isFree) this.addTrials(1);
    unclaimBreaker(this.#control, this.target, this.#own.id);
    return isFree;
  }

  releaseTrial(): void {
    this.addTrials(-1);
  }

  addTrials(change: number): void {
    if (this.#isRetired) return;
    const at = this.target * LOAD_WORDS + LOAD_TRIALS;
    const { loads } = this.#own;
    // SYNC trials: pairs with the loads in the other shards: whoever claims next sees it.
    store(loads, at, get(loads, at) + change);
  }

  /** The result of an attempt that began in state `stamp`. True: the breaker has changed by it. */
  note(stamp: number, isGood: boolean, nowMs: number): boolean {
    if (this.#isRetired || this.state !== stamp) return false;
    if (isOpenState(stamp)) return this.#noteTrial(stamp, isGood, nowMs);
    return this.#isTooMuch(stamp, isGood, nowMs) && this.#open(stamp, nowMs);
  }

  /** Makes an open state anew that would be taken for one that is to come. */
  refresh(state: number, nowMs: number): void {
    if (!isHalfOpen(state, nowMs) || ((nowMs - state) | 0) < STALE_MS) return;
    turnBreaker(this.#control, this.target, state, openState(state, nowMs - 1, 1));
  }

  /** Its endpoint is gone here; the number may be another's soon. */
  retire(): void {
    // SYNC trials: pairs with the loads in the other shards.
    store(this.#own.loads, this.target * LOAD_WORDS + LOAD_TRIALS, 0);
    this.#isRetired = true;
  }

  #noteTrial(state: number, isGood: boolean, nowMs: number): boolean {
    if (!isGood) return this.#open(state, nowMs);
    if (addToStreak(this.#control, this.target, state) < this.#spec.probes) return false;
    return turnBreaker(this.#control, this.target, state, closedState(state, nowMs));
  }

  #open(state: number, nowMs: number): boolean {
    const next = openState(state, nowMs, this.#spec.openForMs);
    return turnBreaker(this.#control, this.target, state, next);
  }

  /** Counts a result while closed. Only a failure may be too much. */
  #isTooMuch(epoch: number, isGood: boolean, nowMs: number): boolean {
    const { consecutiveFailures, failureRate = DEFAULT_RATE, minimumVolume } = this.#spec;
    if (consecutiveFailures !== undefined) {
      if (!isGood) return addToStreak(this.#control, this.target, epoch) >= consecutiveFailures;
      endStreak(this.#control, this.target, epoch);
      return false;
    }
    const { windowMs = DEFAULT_WINDOW_MS } = this.#spec;
    const place = { target: this.target, epoch, windowMs, nowMs };
    addToWindow(this.#own.windows, place, !isGood);
    if (isGood) return false;
    const sum = { attempts: 0, failures: 0 };
    sumWindow(this.#own.windows, place, sum);
    for (const { windows } of this.#others) sumWindow(windows, place, sum);
    const { attempts, failures } = sum;
    return attempts >= (minimumVolume ?? DEFAULT_VOLUME) && failures >= failureRate * attempts;
  }

  #trials(): number {
    const at = this.target * LOAD_WORDS + LOAD_TRIALS;
    let trials = get(this.#own.loads, at);
    // SYNC trials: pairs with TargetBreaker.addTrials in the other shards.
    for (const { loads } of this.#others) trials += load(loads, at);
    return trials;
  }
}
