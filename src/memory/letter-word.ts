/**
 * What a dead letter says of itself in one word: 1 – | target 13 | reason 3 | attempts 8 | deaths 4. The shard keeps
 * target and reason in CELL_RESULT of the delivery; attempts and deaths, which its STATE has, join them when it is lent.
 * Target numbers fit: the limits of endpoints, subscriptions and clients add up to less than 8 192.
 */
const REASON_MASK = 7;
const REASON_BITS = 3;
const ATTEMPTS_SHIFT = 4;
const ATTEMPTS_MASK = 0xff;
const DEATHS_MASK = 15;
const CAUSE_SHIFT = 12;

/** Why a message was given up. */
export const LETTER_REASON = {
  rejected: 0,
  expired: 1,
  overflow: 2,
  attempts: 3,
  died: 4,
} as const;

export type LetterReason = (typeof LETTER_REASON)[keyof typeof LETTER_REASON];

/** What CELL_RESULT keeps: for whom it was, and why it was given up. */
export function packCause(target: number, reason: LetterReason): number {
  return (target << REASON_BITS) | reason;
}

export function packLetter(cause: number, attempts: number, deaths: number): number {
  return (cause << CAUSE_SHIFT) | (attempts << ATTEMPTS_SHIFT) | deaths;
}

export function causeTarget(cause: number): number {
  return cause >>> REASON_BITS;
}

export function causeReason(cause: number): number {
  return cause & REASON_MASK;
}

export function letterCause(letter: number): number {
  return letter >>> CAUSE_SHIFT;
}

export function letterAttempts(letter: number): number {
  return (letter >>> ATTEMPTS_SHIFT) & ATTEMPTS_MASK;
}

export function letterDeaths(letter: number): number {
  return letter & DEATHS_MASK;
}
