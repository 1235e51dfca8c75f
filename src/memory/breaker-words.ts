/**
 * The words of an endpoint's breaker, one for all shards, changed by Atomics alone.
 *
 * ```
 * STATE   even: closed · odd: open, and also the time (ms since the bus epoch) from which on it is half-open
 * CLAIM   shard + 1 that counts the trials that are out, to give one more; 0: nobody
 * STREAK  failures in a row while closed, good trials while half-open: of which STATE 12 | count 20
 * ```
 *
 * Half-open is no state of its own: whoever looks compares STATE with the time, so nothing has to happen for it. Each
 * change gives STATE a value that it never had, so STATE also tells results of attempts that began before from others.
 */
import { BREAKER_WORDS, type ControlWords } from './control-words.ts';
import { compareExchange, load, store } from './seam.ts';
import { timeAfter } from './time-word.ts';

const BREAKER_STATE = 0;
export const BREAKER_CLAIM = 1;
const BREAKER_STREAK = 2;

/** STATE never has this value. */
export const NO_STAMP = 1;

/** Times of threads differ by less than this. */
const SKEW_MS = 65_536;
const COUNT_BITS = 20;
const COUNT_MASK = (1 << COUNT_BITS) - 1;
const TAG_MASK = 0xfff;

export function isOpenState(state: number): boolean {
  return (state & 1) !== 0;
}

/** Of an open state: its time has come. Right for 24 days. */
export function isHalfOpen(state: number, nowMs: number): boolean {
  return isOpenState(state) && ((nowMs - state) | 0) >= 0;
}

/** Open until `openForMs` from now, ≥ 1. `before` is the state that it replaces. */
export function openState(before: number, nowMs: number, openForMs: number): number {
  return stateAt(timeAfter(nowMs, openForMs), before, 1);
}

export function closedState(before: number, nowMs: number): number {
  return stateAt(nowMs | 0, before, 0);
}

/** The first of its parity at `timeMs` or later that `before` was not, though another thread's clock may be ahead. */
function stateAt(timeMs: number, before: number, parity: number): number {
  const behind = (before - timeMs) | 0;
  let state = behind >= 0 && behind < SKEW_MS ? (before + 1) | 0 : timeMs;
  if ((state & 1) !== parity) state = (state + 1) | 0;
  return state === NO_STAMP ? state + 2 : state;
}

export function breakerState({ breakers }: ControlWords, target: number): number {
  // SYNC breaker: pairs with turnBreaker. Orders nothing but itself.
  return load(breakers, target * BREAKER_WORDS + BREAKER_STATE);
}

/** Nobody else has changed it since it was `from`: it is `to` now, and the streak begins anew. */
export function turnBreaker(
  { breakers }: ControlWords,
  target: number,
  from: number,
  to: number,
): boolean {
  const at = target * BREAKER_WORDS;
  // SYNC breaker: pairs with breakerState. Of several shards that see reason to change it one does.
  if (compareExchange(breakers, at + BREAKER_STATE, from, to) !== from) return false;
  // SYNC streak: pairs with addToStreak. What still counts for the old state finds its tag gone.
  store(breakers, at + BREAKER_STREAK, packStreak(to, 0));
  return true;
}

/** One more in a row of those of `state`; returns how many there are. */
export function addToStreak({ breakers }: ControlWords, target: number, state: number): number {
  const at = target * BREAKER_WORDS + BREAKER_STREAK;
  // SYNC streak: pairs with addToStreak in the other shards. Each turn of the loop means that another shard has counted.
  for (let before = load(breakers, at); ; ) {
    const count = isStreakOf(before, state) ? before & COUNT_MASK : 0;
    const next = Math.min(count + 1, COUNT_MASK);
    const found = compareExchange(breakers, at, before, packStreak(state, next));
    if (found === before) return next;
    before = found;
  }
}

export function endStreak({ breakers }: ControlWords, target: number, state: number): void {
  const at = target * BREAKER_WORDS + BREAKER_STREAK;
  // SYNC streak: pairs with addToStreak. A failure that is counted at the same time may stand before or after.
  const before = load(breakers, at);
  if ((before & COUNT_MASK) === 0 || !isStreakOf(before, state)) return;
  compareExchange(breakers, at, before, packStreak(state, 0));
}

/** False: another shard has it. */
export function claimBreaker({ breakers }: ControlWords, target: number, shard: number): boolean {
  // SYNC claim: pairs with unclaimBreaker. Whoever has it sees all trials that were given before.
  const at = target * BREAKER_WORDS + BREAKER_CLAIM;
  return compareExchange(breakers, at, 0, shard + 1) === 0;
}

/** Also by the successor of a shard that died with it. */
export function unclaimBreaker({ breakers }: ControlWords, target: number, shard: number): void {
  // SYNC claim: pairs with claimBreaker. The trial that was given is stored before.
  compareExchange(breakers, target * BREAKER_WORDS + BREAKER_CLAIM, shard + 1, 0);
}

/** Main, before it tells the shards of a new endpoint: closed, and nothing of an earlier one there counts. */
export function resetBreaker({ breakers }: ControlWords, target: number): void {
  const at = target * BREAKER_WORDS;
  // SYNC breaker: pairs with breakerState; the command that follows orders it.
  store(breakers, at + BREAKER_STATE, closedState(load(breakers, at), load(breakers, at)));
  // SYNC claim: pairs with claimBreaker.
  store(breakers, at + BREAKER_CLAIM, 0);
  // SYNC streak: pairs with addToStreak.
  store(breakers, at + BREAKER_STREAK, 0);
}

function packStreak(state: number, count: number): number {
  return (((state >>> 1) & TAG_MASK) << COUNT_BITS) | count;
}

function isStreakOf(streak: number, state: number): boolean {
  return streak >>> COUNT_BITS === ((state >>> 1) & TAG_MASK);
}
