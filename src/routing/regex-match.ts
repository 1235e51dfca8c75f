/**
 * Whether a key matches a regular expression. By its table of states a character costs one look-up, by its
 * sets of positions a bounded number of them, whatever the expression and the key.
 */
import type { KeyView } from './key-view.ts';
import { BitSets } from './regex-bits.ts';
import {
  type BitProgram,
  bitSteps,
  contextOf,
  KIND,
  type RegexProgram,
  type StateTable,
} from './regex-program.ts';

const ASCII_COUNT = 128;

export class RegexMatcher {
  readonly #program: RegexProgram;
  readonly #asciiClass = new Uint16Array(ASCII_COUNT);
  /** Undefined where there is a table of states. */
  readonly #sets: BitSets | undefined;
  /** As the function of this name says. */
  readonly bitSteps: number;

  constructor(program: RegexProgram) {
    this.#program = program;
    for (let char = 0; char < ASCII_COUNT; char++) this.#asciiClass[char] = classAt(program, char);
    const { automaton } = program;
    this.#sets = 'next' in automaton ? undefined : new BitSets(automaton);
    this.bitSteps = bitSteps(program);
  }

  /** Adds its look-ups to the key's steps. */
  matches(key: KeyView): boolean {
    const { automaton } = this.#program;
    const { text } = key;
    return this.#sets === undefined
      ? this.#runStates(key, text, automaton as StateTable)
      : this.#runSets(key, text, automaton as BitProgram, this.#sets);
  }

  #runStates(key: KeyView, text: string, { classCount, ends, next }: StateTable): boolean {
    const program = this.#program;
    const asciiClass = this.#asciiClass;
    const { byCodePoint } = program;
    const { length } = text;
    let row = 2 * classCount;
    let i = 0;
    // The first two rows never lead anywhere else.
    for (; i < length && row > classCount; i++) {
      let char = text.charCodeAt(i);
      if (char < ASCII_COUNT) {
        row = next[row + (asciiClass[char] as number)] as number;
        continue;
      }
      if (byCodePoint && isHighSurrogate(char)) char = text.codePointAt(i++) as number;
      row = next[row + classAt(program, char)] as number;
    }
    key.steps += i;
    return ends[row / classCount] === 1;
  }

  #runSets(key: KeyView, text: string, { kinds }: BitProgram, sets: BitSets): boolean {
    const program = this.#program;
    const asciiClass = this.#asciiClass;
    const { byCodePoint } = program;
    const { length } = text;
    sets.set.fill(0);
    let before: number = KIND.end;
    for (let i = 0; i < length; i++) {
      key.steps += this.bitSteps;
      let char = text.charCodeAt(i);
      if (byCodePoint && isHighSurrogate(char)) char = text.codePointAt(i++) as number;
      const type = char < ASCII_COUNT ? (asciiClass[char] as number) : classAt(program, char);
      const behind = kinds[type] as number;
      const context = contextOf(before, behind);
      if (sets.isSatisfied(context)) return true;
      if (!sets.move(context, type) && !sets.startsAnywhere) return false;
      before = behind;
    }
    return sets.isSatisfied(contextOf(before, KIND.end));
  }
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** The class of a character: of the last stretch that does not start behind it. */
function classAt({ classes, starts }: RegexProgram, char: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= char) low = middle;
    else high = middle;
  }
  return classes[low] as number;
}
