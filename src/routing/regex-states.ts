/**
 * Makes one table of all sets of positions that can come up, so that a character costs one look-up. Some
 * expressions have more sets than any table holds; those stay sets.
 */
import { BitSets } from './regex-bits.ts';
import { type BitProgram, contextOf, KIND, type StateTable } from './regex-program.ts';

/** Cells of a table: 16 KB, and it is made in a few milliseconds at most. */
const CELLS_MAX = 8192;

const NO_MATCH = 0;
const MATCH = 1;
const START = 2;

/** Undefined when the table would have more than 8 192 cells. */
export function determinize(program: BitProgram): StateTable | undefined {
  return new Determinizer(program).table();
}

/** A set of positions together with what was read last. */
interface State {
  readonly set: Int32Array;
  readonly before: number;
}

class Determinizer {
  readonly #program: BitProgram;
  readonly #sets: BitSets;
  readonly #classCount: number;
  readonly #numbers = new Map<string, number>();
  readonly #states: State[] = [];

  constructor(program: BitProgram) {
    this.#program = program;
    this.#sets = new BitSets(program);
    this.#classCount = program.kinds.length;
  }

  table(): StateTable | undefined {
    const classCount = this.#classCount;
    const next: number[] = [];
    for (let type = 0; type < classCount; type++) next.push(NO_MATCH);
    for (let type = 0; type < classCount; type++) next.push(MATCH * classCount);
    const ends = [0, 1];
    this.#numberOf({ set: this.#sets.set.slice(), before: KIND.end });
    // States that are found on the way are walked in their turn.
    for (const state of this.#states) {
      if ((START + this.#states.length) * classCount > CELLS_MAX) return undefined;
      for (let type = 0; type < classCount; type++)
        next.push(this.#after(state, type) * classCount);
      this.#sets.set.set(state.set);
      ends.push(this.#sets.isSatisfied(contextOf(state.before, KIND.end)) ? 1 : 0);
    }
    return { classCount, next: Uint16Array.from(next), ends: Uint8Array.from(ends) };
  }

  #after({ set, before }: State, type: number): number {
    const sets = this.#sets;
    const behind = this.#program.kinds[type] as number;
    const context = contextOf(before, behind);
    sets.set.set(set);
    if (sets.isSatisfied(context)) return MATCH;
    if (!sets.move(context, type) && !sets.startsAnywhere) return NO_MATCH;
    return this.#numberOf({ set: sets.set.slice(), before: behind });
  }

  #numberOf(state: State): number {
    const name = `${state.before}:${state.set.join()}`;
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = START + this.#states.push(state) - 1;
    this.#numbers.set(name, number);
    return number;
  }
}
