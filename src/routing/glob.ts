/**
 * The compiled form of a glob: what lies between its stars. A glob is a prefix that starts the key,
 * segments that follow one another anywhere, and a suffix that ends the key. It carries no tables
 * for matching, so that a million patterns stay small; what a match needs is made once per key.
 */
import type { CharClass } from './char-class.ts';

/** Atom of a segment that any one code point satisfies. */
export const ANY = -1;

/** Atoms below this one name a class: `classes[FIRST_CLASS - atom]`. */
export const FIRST_CLASS = -2;

/** What stands between two stars: each atom takes exactly one code point. */
export interface Segment {
  /** The text when every atom is a literal; otherwise undefined, and the atoms say it. */
  readonly literal: string | undefined;
  /** A code point, {@link ANY}, or a class by number. Empty when `literal` is there. */
  readonly atoms: readonly number[];
  readonly classes: readonly CharClass[];
  /** Fewest UTF-16 code units that it can take. */
  readonly unitsMin: number;
}

export interface Glob {
  readonly pattern: string;
  /** False: the prefix is the whole pattern. */
  readonly starred: boolean;
  readonly prefix: Segment;
  readonly middles: readonly Segment[];
  readonly suffix: Segment;
  /** Fewest UTF-16 code units of a key that can match. */
  readonly unitsMin: number;
}

/** The class that a negative atom names. */
export function classOfAtom(segment: Segment, atom: number): CharClass {
  return segment.classes[FIRST_CLASS - atom] as CharClass;
}
