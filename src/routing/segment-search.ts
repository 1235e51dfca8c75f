/**
 * Where a segment with wildcards or classes first fits into a key, by position sets: the set of
 * starts is cut down atom by atom, 256 starts at a time. One segment costs at most
 * (atoms × starts / 32) word steps, whatever the key; a comparison place by place would cost
 * (atoms × starts).
 */
import { ANY, classOfAtom, type Segment } from './glob.ts';
import type { KeyView } from './key-view.ts';

/** Words of starts looked at together; most matches lie near the front. */
const BLOCK_WORDS = 8;

/**
 * What the segment asks of the key, as numbers: for each atom that not every code point of the key
 * satisfies, its offset, a count of ranges, and per range the rows that bound it.
 */
let demands = new Int32Array(4096);

const starts = new Int32Array(BLOCK_WORDS);

/**
 * Code point index of the first start in `from` … `to - atoms` at which the segment fits, or -1.
 * `from` and `to` are code point indices.
 */
export function findSegment(segment: Segment, key: KeyView, from: number, to: number): number {
  const last = to - segment.atoms.length;
  if (last < from) return -1;
  const rows = key.rows;
  const size = collectDemands(segment, key);
  if (size < 0) return -1;
  const lastWord = last >> 5;
  for (let word = from >> 5; word <= lastWord; word += BLOCK_WORDS) {
    const count = Math.min(BLOCK_WORDS, lastWord - word + 1);
    for (let k = 0; k < count; k++) starts[k] = -1;
    if (word === from >> 5) starts[0] = -1 << (from & 31);
    if (word + count > lastWord) {
      // Bits after the last start fall away; a shift by 32 would keep them all.
      starts[count - 1] = (starts[count - 1] as number) & (-1 >>> (31 - (last & 31)));
    }
    narrowStarts(key, rows, size, word, count);
    for (let k = 0; k < count; k++) {
      const bits = starts[k] as number;
      if (bits !== 0) return ((word + k) << 5) + (31 - Math.clz32(bits & -bits));
    }
  }
  return -1;
}

function narrowStarts(
  key: KeyView,
  rows: Int32Array,
  size: number,
  word: number,
  count: number,
): void {
  const words = key.words;
  let at = 0;
  let steps = 0;
  while (at < size) {
    const offset = demands[at] as number;
    const rangeEnd = at + 2 + 2 * (demands[at + 1] as number);
    const shift = offset & 31;
    const firstWord = word + (offset >> 5);
    let alive = 0;
    for (let k = 0; k < count; k++) {
      if (starts[k] === 0) continue;
      let low = 0;
      let high = 0;
      for (let range = at + 2; range < rangeEnd; range += 2) {
        const inside = (demands[range] as number) * words + firstWord + k;
        const outside = (demands[range + 1] as number) * words + firstWord + k;
        low |= (rows[inside] as number) & ~(rows[outside] as number);
        high |= (rows[inside + 1] as number) & ~(rows[outside + 1] as number);
        steps++;
      }
      const fits = shift === 0 ? low : (low >>> shift) | (high << (32 - shift));
      alive |= starts[k] = (starts[k] as number) & fits;
    }
    if (alive === 0) break;
    at = rangeEnd;
  }
  key.steps += steps;
}

/** Numbers written to `demands`, or -1 when some atom fits nowhere in the key. */
function collectDemands(segment: Segment, key: KeyView): number {
  const atoms = segment.atoms;
  let size = 0;
  for (let offset = 0; offset < atoms.length; offset++) {
    const atom = atoms[offset] as number;
    if (atom === ANY) continue;
    const header = size;
    size += 2;
    if (atom >= 0) {
      size = demandRange(key, atom, atom, size, header + 2);
    } else {
      const ranges = classOfAtom(segment, atom).ranges;
      for (let i = 0; i < ranges.length; i += 2) {
        size = demandRange(key, ranges[i] as number, ranges[i + 1] as number, size, header + 2);
      }
    }
    if (size === header + 2) return -1;
    if (size === header + 4 && isWholeKey(key, header + 2)) {
      size = header;
      continue;
    }
    demands[header] = offset;
    demands[header + 1] = (size - header - 2) >> 1;
  }
  key.steps += atoms.length;
  return size;
}

/** Adds the rows of a range, joined to the range before where the key has nothing between them. */
function demandRange(
  key: KeyView,
  first: number,
  last: number,
  size: number,
  firstRange: number,
): number {
  const inside = key.rowFrom(first);
  const outside = key.rowFrom(last + 1);
  if (inside === outside) return size;
  if (size > firstRange && demands[size - 1] === inside) {
    demands[size - 1] = outside;
    return size;
  }
  if (demands.length < size + 8) {
    const grown = new Int32Array(2 * demands.length);
    grown.set(demands);
    demands = grown;
  }
  demands[size] = inside;
  demands[size + 1] = outside;
  return size + 2;
}

function isWholeKey(key: KeyView, range: number): boolean {
  return demands[range] === 0 && demands[range + 1] === key.distinctCount;
}
