/** The few statistics that the table shows. Rounds are few and noisy: medians, never means. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws on an empty list: a median of nothing is a defect of the caller. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new RangeError('no values, no spread');
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  return { median, min, max };
}
