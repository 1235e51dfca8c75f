/**
 * Latencies of one kind in shared memory: how many fell into which bin, their sum and the longest. One thread writes, in
 * place and plainly; whoever reads may miss the last few. Bins are as wide as a sixteenth of what they count, so that a
 * percentile is at most 6 % too high. Float64, so that counts do not wrap.
 */

/** Bins have this many steps to each power of two; below twice as many steps each bin is one step. */
const STEPS = 16;
const STEP_BITS = 4;
const EVEN_BINS = 2 * STEPS;
/** Width of the first bins: 62.5 ns, about what a look at the clock takes. */
const STEPS_PER_US = 16;
/** 134 s; what takes longer counts as this, but for the maximum. */
const LONGEST_STEPS = 2 ** 31 - 1;
const OCTAVES = 26;

const BINS: number = EVEN_BINS + OCTAVES * STEPS;
const SUM = BINS;
const MAX: number = BINS + 1;
/** Float64 of one histogram. */
export const LATENCY_COUNTS: number = BINS + 2;

/** Counts `weight` latencies of `us` microseconds in the histogram that starts at `at`. */
export function recordLatency(counts: Float64Array, at: number, us: number, weight = 1): void {
  // A clock that was set back, or cannot be read, tells nothing.
  if (!(us >= 0)) return;
  const steps = Math.min(us * STEPS_PER_US, LONGEST_STEPS) | 0;
  const bin = at + binOf(steps);
  counts[bin] = (counts[bin] as number) + weight;
  counts[at + SUM] = (counts[at + SUM] as number) + us * weight;
  if (us > (counts[at + MAX] as number)) counts[at + MAX] = us;
}

/** Adds one histogram to another; both are `LATENCY_COUNTS` long. */
export function addLatencies(total: Float64Array, counts: Float64Array): void {
  for (let i = 0; i < MAX; i++) total[i] = (total[i] as number) + (counts[i] as number);
  total[MAX] = Math.max(total[MAX] as number, counts[MAX] as number);
}

/** One histogram of several that lie behind each other. */
export function latencyView(all: Float64Array, index: number): Float64Array {
  return all.subarray(index * LATENCY_COUNTS, (index + 1) * LATENCY_COUNTS);
}

export function latencyCount(counts: Float64Array): number {
  let count = 0;
  for (let bin = 0; bin < BINS; bin++) count += counts[bin] as number;
  return count;
}

export function latencySumUs(counts: Float64Array): number {
  return counts[SUM] as number;
}

export function latencyMaxUs(counts: Float64Array): number {
  return counts[MAX] as number;
}

/** Upper end, in us, of the bin of the `rank`-th shortest, 1 … count. */
export function latencyAtRank(counts: Float64Array, rank: number): number {
  let seen = 0;
  for (let bin = 0; bin < BINS; bin++) {
    seen += counts[bin] as number;
    if (seen >= rank) return Math.min(endOf(bin), latencyMaxUs(counts));
  }
  return latencyMaxUs(counts);
}

function binOf(steps: number): number {
  if (steps < EVEN_BINS) return steps;
  const octave = 31 - Math.clz32(steps) - STEP_BITS;
  return octave * STEPS + (steps >>> octave);
}

function endOf(bin: number): number {
  if (bin < EVEN_BINS) return (bin + 1) / STEPS_PER_US;
  const octave = Math.floor(bin / STEPS) - 1;
  const steps = bin - octave * STEPS;
  return ((steps + 1) * 2 ** octave) / STEPS_PER_US;
}
