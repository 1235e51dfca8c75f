/**
 * A regular expression as bits: what a shard needs to match it, as plain numbers that cross threads. Each
 * *position* is one character that the expression asks for. A match holds the set of positions whose
 * character was the last one read; after it come all that follow them, of which those stay that accept the
 * next character.
 *
 * What follows may depend on what `^ $ \b` see at that place: the kind of character before and behind it.
 * There are sixteen such *contexts*, and nearly always one table of followers for all of them.
 */

/** Kinds of character, and what stands at the two ends of a key in their place. */
export const KIND = { end: 0, other: 1, word: 2, lineEnd: 3 } as const;

const KINDS = 4;
export const CONTEXTS: number = KINDS * KINDS;

/** Of the place between a character of one kind and one of another. */
export function contextOf(before: number, behind: number): number {
  return before * KINDS + behind;
}

/** The form in which an expression is compiled first. */
export interface BitProgram {
  /** Int32 words of a set of positions, 1 to 4. */
  readonly words: number;
  readonly positions: number;
  /** Kind of each class; without assertions all are `KIND.other`. */
  readonly kinds: Uint8Array;
  /** For each class the positions that accept it. */
  readonly accepts: Int32Array;
  /** For each context which of the tables of followers counts. */
  readonly tables: Uint8Array;
  /** For each table and position the positions that may come next. */
  readonly followers: Int32Array;
  /** For each context the positions that may be first. */
  readonly firsts: Int32Array;
  /** For each context the positions after which the expression is satisfied. */
  readonly lasts: Int32Array;
  /** For each context 1 when the expression is satisfied there by nothing at all. */
  readonly empty: Uint8Array;
}

/**
 * The same as one table, where its size allows: the row of a state has, for each class, where the row of the
 * next state begins. The row at 0 is that of no match, the second that of a match; the third is the start.
 */
export interface StateTable {
  readonly classCount: number;
  readonly next: Uint16Array;
  /** For each state 1 when a key that ends there matches. */
  readonly ends: Uint8Array;
}

export interface RegexProgram {
  /** Read the key by code points; otherwise by UTF-16 code units. */
  readonly byCodePoint: boolean;
  /** First characters, ascending from 0, of the stretches of characters that are alike. */
  readonly starts: Int32Array;
  /** Class of each stretch. */
  readonly classes: Uint16Array;
  readonly automaton: BitProgram | StateTable;
  /** Runs of literal text that every match has, as grams, for the index. */
  readonly grams: readonly (readonly number[])[];
}

/** Table look-ups that one character of a key may cost; 0 for a table of states, which costs one. */
export function bitSteps({ automaton }: RegexProgram): number {
  if ('next' in automaton) return 0;
  return Math.max(1, Math.ceil(automaton.positions / POSITIONS_PER_LOOK_UP) * automaton.words);
}

/** Followers are looked up for so many positions at once. */
export const POSITIONS_PER_LOOK_UP = 4;
