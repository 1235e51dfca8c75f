/**
 * A set of positions that moves on one character at a time. A character costs one look-up for every four
 * positions and every word of the set, whatever the expression and the key; nothing is built on the way.
 */
import {
  type BitProgram,
  CONTEXTS,
  contextOf,
  KIND,
  POSITIONS_PER_LOOK_UP,
} from './regex-program.ts';

const BITS = 32;
const NIBBLES_PER_WORD = BITS / POSITIONS_PER_LOOK_UP;
const NIBBLE_SETS = 2 ** POSITIONS_PER_LOOK_UP;
const NIBBLE_MASK = NIBBLE_SETS - 1;

export class BitSets {
  /** The positions whose character was the last one. */
  readonly set: Int32Array;
  /** Whether a match may begin later than at the start of the key. */
  readonly startsAnywhere: boolean;
  readonly #program: BitProgram;
  readonly #next: Int32Array;
  /** For each table, each four positions and each set of them: all their followers. */
  readonly #moves: Int32Array;
  readonly #tableSize: number;

  constructor(program: BitProgram) {
    this.#program = program;
    this.set = new Int32Array(program.words);
    this.#next = new Int32Array(program.words);
    this.#tableSize = program.words * NIBBLES_PER_WORD * NIBBLE_SETS * program.words;
    this.#moves = movesOf(program, this.#tableSize);
    this.startsAnywhere = startsAnywhere(program);
  }

  /** Whether the expression is satisfied at a place of this context. */
  isSatisfied(context: number): boolean {
    const { empty, lasts, words } = this.#program;
    if (empty[context] === 1) return true;
    for (let w = 0; w < words; w++) {
      if (((this.set[w] as number) & (lasts[context * words + w] as number)) !== 0) return true;
    }
    return false;
  }

  /** Reads a character of class `type`. False: no position is left. */
  move(context: number, type: number): boolean {
    const { accepts, firsts, tables, words } = this.#program;
    const moves = this.#moves;
    const { set } = this;
    const next = this.#next;
    for (let w = 0; w < words; w++) next[w] = firsts[context * words + w] as number;
    const table = (tables[context] as number) * this.#tableSize;
    for (let w = 0; w < words; w++) {
      let at = table + w * NIBBLES_PER_WORD * NIBBLE_SETS * words;
      for (let rest = set[w] as number; rest !== 0; rest >>>= POSITIONS_PER_LOOK_UP) {
        const row = at + (rest & NIBBLE_MASK) * words;
        for (let k = 0; k < words; k++) next[k] = (next[k] as number) | (moves[row + k] as number);
        at += NIBBLE_SETS * words;
      }
    }
    let left = 0;
    for (let w = 0; w < words; w++) {
      const word = (next[w] as number) & (accepts[type * words + w] as number);
      set[w] = word;
      left |= word;
    }
    return left !== 0;
  }
}

function startsAnywhere({ empty, firsts, words }: BitProgram): boolean {
  for (let context = contextOf(KIND.other, KIND.end); context < CONTEXTS; context++) {
    if (empty[context] === 1) return true;
    for (let w = 0; w < words; w++) if (firsts[context * words + w] !== 0) return true;
  }
  return false;
}

/** Each set of four positions is a smaller set and one position more, so its followers are made of theirs. */
function movesOf({ followers, positions, words }: BitProgram, tableSize: number): Int32Array {
  const tables = positions === 0 ? 1 : followers.length / (positions * words);
  const moves = new Int32Array(tables * tableSize);
  for (let table = 0; table < tables; table++) {
    for (let nibble = 0; nibble * POSITIONS_PER_LOOK_UP < positions; nibble++) {
      const base = table * tableSize + nibble * NIBBLE_SETS * words;
      for (let set = 1; set < NIBBLE_SETS; set++) {
        const position = nibble * POSITIONS_PER_LOOK_UP + (31 - Math.clz32(set & -set));
        if (position >= positions) continue;
        for (let k = 0; k < words; k++) {
          const smaller = moves[base + (set & (set - 1)) * words + k] as number;
          const added = followers[(table * positions + position) * words + k] as number;
          moves[base + set * words + k] = smaller | added;
        }
      }
    }
  }
  return moves;
}
