/**
 * The turns of a weighted balance set. Over a cycle each member comes exactly as often as it weighs, and its turns lie
 * spread over the cycle rather than side by side: turn t looks at place `t * stride mod cycle`, where the stride is
 * close to the golden section of the cycle and has no divisor in common with it, so that every place comes once.
 */

const GOLDEN = (Math.sqrt(5) - 1) / 2;

export class WeightedTurns {
  /** Turns until it begins anew: the sum of the weights, divided by what all have in common. */
  readonly cycle: number;
  /** By member: the first place that is not its own. */
  readonly #ends: readonly number[];
  readonly #stride: number;

  /** Weights are integers ≥ 1, at least one. */
  constructor(weights: readonly number[]) {
    const divisor = weights.reduce(greatestDivisor);
    let sum = 0;
    this.#ends = weights.map((weight) => {
      sum += weight / divisor;
      return sum;
    });
    this.cycle = sum;
    let stride = Math.max(1, Math.round(sum * GOLDEN));
    while (greatestDivisor(stride, sum) !== 1) stride++;
    this.#stride = stride;
  }

  /** Index of the member whose turn it is; `turn` is 0 … cycle − 1. */
  memberAt(turn: number): number {
    const place = (turn * this.#stride) % this.cycle;
    const ends = this.#ends;
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (place < (ends[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function greatestDivisor(left: number, right: number): number {
  let [a, b] = [left, right];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
