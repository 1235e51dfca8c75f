/**
 * Whether a key matches a glob. Prefix and suffix are compared in place; each segment between stars
 * takes the first place where it fits, which is right because a later place never leaves more room.
 * Nothing is ever tried twice, so no pattern and key make it slow: the worst case is about
 * (atoms × key length / 32) steps.
 */
import { ANY, classOfAtom, type Glob, type Segment } from './glob.ts';
import type { KeyView } from './key-view.ts';
import { indexOfText } from './literal-search.ts';
import { findSegment } from './segment-search.ts';

/**
 * Comparisons after which a search place by place goes on by position sets. Most segments fit near
 * where the search begins, and most keys are short; then the sets would not pay.
 */
const PLAIN_STEPS_MAX = 64;

export function matchGlob(glob: Glob, key: KeyView): boolean {
  const text = key.text;
  if (text.length < glob.unitsMin) return false;
  const prefix = glob.prefix;
  let from = 0;
  if (prefix.literal === undefined) {
    from = fitAt(prefix, key, 0);
    if (from < 0) return false;
  } else if (prefix.unitsMin > 0) {
    key.steps += 1;
    if (!text.startsWith(prefix.literal)) return false;
    from = prefix.unitsMin;
  }
  if (!glob.starred) return from === text.length;
  const suffix = glob.suffix;
  let to = text.length;
  if (suffix.literal === undefined) {
    to = suffixStart(suffix, key);
    if (to < from || fitAt(suffix, key, to) !== text.length) return false;
  } else if (suffix.unitsMin > 0) {
    key.steps += 1;
    if (!text.endsWith(suffix.literal)) return false;
    to -= suffix.unitsMin;
    if (to < from) return false;
  }
  const middles = glob.middles;
  for (let i = 0; i < middles.length; i++) {
    from = passSegment(middles[i] as Segment, key, from, to);
    if (from < 0) return false;
  }
  return true;
}

/** Code unit index after the first fit of the segment within `from` … `to`, or -1. */
function passSegment(segment: Segment, key: KeyView, from: number, to: number): number {
  if (to - from < segment.unitsMin) return -1;
  const literal = segment.literal;
  if (literal !== undefined) {
    const at = indexOfText(key.text, literal, from);
    key.steps += literal.length + (at < 0 ? key.text.length : at) - from;
    return at < 0 || at + literal.length > to ? -1 : at + literal.length;
  }
  return segment.atoms.length === 1
    ? passAtom(segment, key, from, to)
    : passAtoms(segment, key, from, to);
}

/** A class between two stars, or a `?`: patterns have hundreds of them, and each may pass over much of the key. */
function passAtom(segment: Segment, key: KeyView, from: number, to: number): number {
  const { text } = key;
  const atom = segment.atoms[0] as number;
  const members = atom === ANY ? undefined : classOfAtom(segment, atom);
  for (let unit = from; unit < to; unit++) {
    let codePoint = text.charCodeAt(unit);
    const start = unit;
    if ((codePoint & 0xfc00) === 0xd800) {
      codePoint = text.codePointAt(unit) as number;
      if (codePoint > 0xffff) unit++;
    }
    if (unit >= to || (members !== undefined && !members.has(codePoint))) continue;
    key.steps += start - from + 1;
    return unit + 1;
  }
  key.steps += to - from;
  return -1;
}

function passAtoms(segment: Segment, key: KeyView, from: number, to: number): number {
  const lastStart = to - segment.unitsMin;
  const stepsEnd = key.steps + PLAIN_STEPS_MAX;
  for (let start = from; start <= lastStart; start++) {
    if (start > 0 && isInsidePair(key.text, start)) continue;
    if (key.steps > stepsEnd) return passBySets(segment, key, start, to);
    const end = fitAt(segment, key, start);
    if (end >= 0) return end <= to ? end : -1;
  }
  return -1;
}

function passBySets(segment: Segment, key: KeyView, from: number, to: number): number {
  key.prepare();
  const start = findSegment(segment, key, key.pointAt(from), key.pointAt(to));
  return start < 0 ? -1 : key.unitAt(start + segment.atoms.length);
}

/** Code unit index after the segment when it fits at `at`, or -1. */
function fitAt(segment: Segment, key: KeyView, at: number): number {
  const text = key.text;
  const atoms = segment.atoms;
  let unit = at;
  for (let i = 0; i < atoms.length; i++) {
    if (unit >= text.length) {
      key.steps += i;
      return -1;
    }
    let codePoint = text.charCodeAt(unit++);
    if ((codePoint & 0xfc00) === 0xd800) {
      codePoint = text.codePointAt(unit - 1) as number;
      if (codePoint > 0xffff) unit++;
    }
    const atom = atoms[i] as number;
    if (atom === codePoint || atom === ANY) continue;
    if (atom >= 0 || !classOfAtom(segment, atom).has(codePoint)) {
      key.steps += i + 1;
      return -1;
    }
  }
  key.steps += atoms.length;
  return unit;
}

/** Code unit index from which the key has as many code points as the suffix, or -1. */
function suffixStart(suffix: Segment, key: KeyView): number {
  const text = key.text;
  let unit = text.length;
  for (let left = suffix.atoms.length; left > 0; left--) {
    unit--;
    if (unit > 0 && isInsidePair(text, unit)) unit--;
    if (unit < 0) return -1;
  }
  return unit;
}

function isInsidePair(text: string, unit: number): boolean {
  return (
    (text.charCodeAt(unit) & 0xfc00) === 0xdc00 && (text.charCodeAt(unit - 1) & 0xfc00) === 0xd800
  );
}
