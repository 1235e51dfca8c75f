/**
 * Where a segment with wildcards or classes first fits into a key, by position sets: the set of
 * starts is cut down atom by atom, a block of starts at a time. One segment costs at most
 * (atoms × starts / 32) word steps, whatever the key; a comparison place by place would cost
 * (atoms × starts).
 */
import { ANY, classOfAtom, type Segment } from './glob.ts';
import type { KeyView } from './key-view.ts';
import { BLOCK_WORDS, StartBlock } from './start-block.ts';

const block = new StartBlock();

/** No code point of the key satisfies some atom. */
const HOPELESS = -1;

/**
 * Code point index of the first start in `from` … `to - atoms` at which the segment fits, or -1.
 * `from` and `to` are code point indices; the key must be prepared.
 */
export function findSegment(segment: Segment, key: KeyView, from: number, to: number): number {
  const last = to - segment.atoms.length;
  if (last < from) return -1;
  const rarest = rarestAtom(segment, key);
  if (rarest === HOPELESS) return -1;
  for (let base = from >> 5; base <= last >> 5; base += BLOCK_WORDS) {
    block.open(base, from, last);
    const start = firstFit(segment, key, rarest);
    if (start >= 0) return start;
  }
  return -1;
}

/**
 * Offset of the atom with the fewest positions in the key. Taking it first leaves little to do for
 * the others, also when the key consists mostly of what the segment asks for.
 */
function rarestAtom(segment: Segment, key: KeyView): number {
  const atoms = segment.atoms;
  let rarest = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let offset = 0; offset < atoms.length; offset++) {
    const atom = atoms[offset] as number;
    if (atom === ANY) continue;
    const count =
      atom >= 0 ? key.countFrom(atom) - key.countFrom(atom + 1) : countOf(segment, key, atom);
    if (count === 0) return HOPELESS;
    if (count < fewest) {
      fewest = count;
      rarest = offset;
    }
  }
  key.steps += atoms.length;
  return rarest;
}

function countOf(segment: Segment, key: KeyView, atom: number): number {
  const ranges = classOfAtom(segment, atom).ranges;
  let count = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    count += key.countFrom(ranges[i] as number) - key.countFrom((ranges[i + 1] as number) + 1);
  }
  key.steps += ranges.length >> 1;
  return count;
}

/** The first start of the block at which all atoms fit, or -1. */
function firstFit(segment: Segment, key: KeyView, rarest: number): number {
  const atoms = segment.atoms;
  narrowByAtom(segment, key, rarest);
  for (let offset = 0; offset < atoms.length; offset++) {
    if ((offset & CHECK_MASK) === 0 && block.hasAtMost(FEW_STARTS)) {
      return firstOfFew(segment, key);
    }
    if (offset !== rarest) narrowByAtom(segment, key, offset);
  }
  return block.isEmpty ? -1 : block.firstStart();
}

/** So few starts are compared atom by atom: most fail soon, and words full of zeros cost as much. */
const FEW_STARTS = 16;

/** How many atoms are taken, less one, before the starts that are left are counted again. */
const CHECK_MASK = 7;

function firstOfFew(segment: Segment, key: KeyView): number {
  while (!block.isEmpty) {
    const start = block.takeFirst();
    if (fitsAt(segment, key, start)) return start;
  }
  return -1;
}

function fitsAt(segment: Segment, key: KeyView, start: number): boolean {
  const atoms = segment.atoms;
  const points = key.points;
  for (let i = 0; i < atoms.length; i++) {
    const atom = atoms[i] as number;
    const codePoint = points[start + i] as number;
    if (atom === codePoint || atom === ANY) continue;
    if (atom >= 0 || !classOfAtom(segment, atom).has(codePoint)) {
      key.steps += i + 1;
      return false;
    }
  }
  key.steps += atoms.length;
  return true;
}

function narrowByAtom(segment: Segment, key: KeyView, offset: number): void {
  const atom = segment.atoms[offset] as number;
  if (atom === ANY || block.isEmpty) return;
  if (atom < 0) return narrowByClass(segment, key, offset);
  key.steps += block.liveWords;
  block.keepRange(key.rows, key.rowFrom(atom), key.rowFrom(atom + 1), offset);
}

function narrowByClass(segment: Segment, key: KeyView, offset: number): void {
  const ranges = classOfAtom(segment, segment.atoms[offset] as number).ranges;
  // Ranges between which the key has nothing are one range for this key; mostly one is left.
  let inside = 0;
  let outside = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const from = key.rowFrom(ranges[i] as number);
    const to = key.rowFrom((ranges[i + 1] as number) + 1);
    if (from === to) continue;
    if (inside === outside) inside = from;
    else if (from !== outside) return narrowByUnion(key, ranges, offset);
    outside = to;
  }
  key.steps += ranges.length >> 1;
  if (inside === 0 && outside === key.emptyRow) return;
  key.steps += block.liveWords;
  block.keepRange(key.rows, inside, outside, offset);
}

function narrowByUnion(key: KeyView, ranges: Int32Array, offset: number): void {
  block.clearUnion();
  for (let i = 0; i < ranges.length; i += 2) {
    const inside = key.rowFrom(ranges[i] as number);
    const outside = key.rowFrom((ranges[i + 1] as number) + 1);
    key.steps += 1;
    if (inside === outside) continue;
    key.steps += block.liveWords;
    block.addToUnion(key.rows, inside, outside, offset);
  }
  block.keepUnion(offset);
}
