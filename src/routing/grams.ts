/**
 * Short pieces of literal text ("grams") as numbers: those that a pattern needs, of which the index
 * picks one, and those that a key has. The start and the end of a key count as characters, so a
 * pattern's prefix and suffix are as telling as its inner text. Two grams may share a number: the
 * index then offers a pattern too many, never one too few.
 */
import { ANY, type Glob, type Segment } from './glob.ts';

/** Lengths of grams in UTF-16 code units, ascending. Of a run of text the longest that fit count. */
export const GRAM_LENGTHS: readonly number[] = [1, 2, 3, 4, 8];

const LONGEST = 8;

/** Stand for the start and the end of a key; beyond every code unit. */
const START = 0x10000;
const END = 0x10001;

const SEED = 0x2545f491;

/**
 * Numbers of the grams that every matching key has: for each run of literal text those of the
 * longest length that fits into it. Empty for a pattern without literal text.
 */
export function gramsOfGlob(glob: Glob): number[] {
  const grams: number[] = [];
  for (const run of literalRuns(glob)) {
    const size = longestGram(run.length);
    for (let i = 0; i + size <= run.length; i++) {
      let hash = SEED;
      for (let k = 0; k < size; k++) hash = foldUnit(hash, run[i + k] as number);
      grams.push(hash);
    }
  }
  return grams;
}

/** Adds a character to a gram's number. */
export function foldUnit(hash: number, unit: number): number {
  const mixed = Math.imul(hash ^ unit, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

export const EMPTY_GRAM: number = SEED;

/**
 * Writes the key's code units between the marks for start and end, and returns how many there are.
 * `units` needs room for `text.length + 2`.
 */
export function markUnits(text: string, units: Int32Array): number {
  const length = text.length;
  units[0] = START;
  for (let i = 0; i < length; i++) units[i + 1] = text.charCodeAt(i);
  units[length + 1] = END;
  return length + 2;
}

function longestGram(runLength: number): number {
  for (let i = GRAM_LENGTHS.length - 1; i > 0; i--) {
    const size = GRAM_LENGTHS[i] as number;
    if (size <= runLength) return size;
  }
  return 1;
}

/** Runs of code units with at least one that is literal text and not a mark. */
function literalRuns(glob: Glob): number[][] {
  const runs: number[][] = [];
  let run: number[] = [START];
  const segments = glob.starred ? [glob.prefix, ...glob.middles, glob.suffix] : [glob.prefix];
  for (let i = 0; i < segments.length; i++) {
    if (i > 0) {
      runs.push(run);
      run = [];
    }
    run = appendSegment(segments[i] as Segment, run, runs);
  }
  run.push(END);
  runs.push(run);
  return runs.filter((units) => units.some((unit) => unit < START));
}

/** Goes on with `run`; finished runs go to `runs`, the open one is returned. */
function appendSegment(segment: Segment, run: number[], runs: number[][]): number[] {
  if (segment.literal !== undefined) {
    for (let i = 0; i < segment.literal.length; i++) run.push(segment.literal.charCodeAt(i));
    return run;
  }
  let open = run;
  for (const atom of segment.atoms) {
    if (atom <= ANY) {
      runs.push(open);
      open = [];
      continue;
    }
    const text = String.fromCodePoint(atom);
    for (let i = 0; i < text.length; i++) open.push(text.charCodeAt(i));
  }
  return open;
}

/** The longest gram decides how far a look-up reads ahead. */
export const GRAM_READ_AHEAD: number = LONGEST;
