/** From the instructions that RE2's compiler made to a program of bits. */
import { foldRanges } from './regex-fold.ts';
import { type BitProgram, CONTEXTS, contextOf, KIND, type RegexProgram } from './regex-program.ts';
import { isLineEnd, isWordChar, type Ranges, type RegexFlags } from './regex-sets.ts';
import { determinize } from './regex-states.ts';

/** An instruction of re2js: `out` and, for an alternative, `arg` are what comes next. */
export interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  /** Pairs of first and last character, or a single character. */
  readonly runes: ArrayLike<number>;
}

export interface Compiled {
  readonly start: number;
  readonly instructions: readonly Instruction[];
  readonly grams: readonly (readonly number[])[];
}

/** Numbers of re2js. */
const OP = {
  alt: 1,
  altMatch: 2,
  capture: 3,
  assertion: 4,
  match: 6,
  nop: 7,
  firstRune: 8,
  lastRune: 11,
};
const ASSERT = { lineStart: 1, lineEnd: 2, start: 4, end: 8, boundary: 16, noBoundary: 32 };

const BITS = 32;

export function buildProgram(compiled: Compiled, flags: RegexFlags): RegexProgram {
  const { instructions, grams } = compiled;
  const positions = instructions.flatMap(({ op }, place) => (isRune(op) ? [place] : []));
  const words = Math.max(1, Math.ceil(positions.length / BITS));
  const assertions = instructions.reduce(
    (all, { op, arg }) => (op === OP.assertion ? all | arg : all),
    0,
  );
  const runes = positions.map((place) => rangesOf(instructions[place] as Instruction));
  const { starts, classes, kinds, accepts } = classesOf(runes, words, assertions, flags);
  const bits = {
    words,
    positions: positions.length,
    kinds,
    accepts,
    ...followersOf(compiled, positions, words, assertions),
  };
  const automaton = determinize(bits) ?? bits;
  return { byCodePoint: flags.unicode, starts, classes, automaton, grams };
}

/** What is one letter in two cases, re2js writes as one of them and a flag. */
function rangesOf({ arg, runes }: Instruction): Ranges {
  if (runes.length !== 1) return Array.from(runes);
  const single = [runes[0] as number, runes[0] as number];
  return (arg & FOLDED) === 0 ? single : foldRanges(single, SIMPLE_FOLDING);
}

const FOLDED = 1;
const SIMPLE_FOLDING: RegexFlags = {
  ignoreCase: true,
  multiline: false,
  dotAll: false,
  unicode: true,
};

function isRune(op: number): boolean {
  return op >= OP.firstRune && op <= OP.lastRune;
}

/** Characters that all positions, and `\b`, `^` and `$`, treat alike. */
function classesOf(
  runes: readonly Ranges[],
  words: number,
  assertions: number,
  flags: RegexFlags,
): Pick<RegexProgram, 'starts' | 'classes'> & Pick<BitProgram, 'kinds' | 'accepts'> {
  const cuts = new Set<number>([0]);
  for (const ranges of runes) {
    for (let i = 0; i < ranges.length; i += 2) {
      cuts.add(ranges[i] as number).add((ranges[i + 1] as number) + 1);
    }
  }
  const kindOf = kindsSeen(assertions, flags);
  for (let char = 0; assertions !== 0 && char < KIND_CHANGES_END; char++) {
    if (kindOf(char) !== kindOf(char - 1)) cuts.add(char);
  }
  const starts = [...cuts].sort((left, right) => left - right);
  const accepts: number[] = [];
  const kinds: number[] = [];
  const byName = new Map<string, number>();
  const classes = acceptedAt(runes, starts, words).map((mask, i) => {
    const kind = kindOf(starts[i] as number);
    const name = `${kind}:${mask.join()}`;
    const known = byName.get(name);
    if (known !== undefined) return known;
    byName.set(name, kinds.length);
    accepts.push(...mask);
    return kinds.push(kind) - 1;
  });
  return {
    starts: Int32Array.from(starts),
    classes: Uint16Array.from(classes),
    kinds: Uint8Array.from(kinds),
    accepts: Int32Array.from(accepts),
  };
}

/** For each stretch the set of positions that accept it. */
function acceptedAt(
  runes: readonly Ranges[],
  starts: readonly number[],
  words: number,
): number[][] {
  const place = new Map(starts.map((start, i) => [start, i]));
  const masks = starts.map(() => new Array<number>(words).fill(0));
  runes.forEach((ranges, position) => {
    for (let i = 0; i < ranges.length; i += 2) {
      const end = place.get((ranges[i + 1] as number) + 1) ?? starts.length;
      for (let k = place.get(ranges[i] as number) as number; k < end; k++)
        setBit(masks[k] as number[], position);
    }
  });
  return masks;
}

/** Beyond it no character is a word character or ends a line. */
const KIND_CHANGES_END = 0x2200;

/** Only kinds that some assertion asks for are told apart. */
function kindsSeen(assertions: number, flags: RegexFlags): (char: number) => number {
  const seesWords = (assertions & (ASSERT.boundary | ASSERT.noBoundary)) !== 0;
  const seesLines = (assertions & (ASSERT.lineStart | ASSERT.lineEnd)) !== 0;
  return (char) => {
    if (seesLines && isLineEnd(char)) return KIND.lineEnd;
    return seesWords && isWordChar(char, flags) ? KIND.word : KIND.other;
  };
}

function followersOf(
  { instructions, start }: Compiled,
  positions: readonly number[],
  words: number,
  assertions: number,
): Pick<BitProgram, 'tables' | 'followers' | 'firsts' | 'lasts' | 'empty'> {
  const numbers = new Map(positions.map((place, position) => [place, position]));
  const followers: number[] = [];
  const tableNumbers = new Map<string, number>();
  const found = {
    tables: new Uint8Array(CONTEXTS),
    firsts: new Int32Array(CONTEXTS * words),
    lasts: new Int32Array(CONTEXTS * words),
    empty: new Uint8Array(CONTEXTS),
  };
  const made = new Map<number, Place>();
  for (let context = 0; context < CONTEXTS; context++) {
    const holds = holding(context) & assertions;
    const place = made.get(holds) ?? placeOf(instructions, start, numbers, words, holds);
    made.set(holds, place);
    const name = place.table.join();
    if (!tableNumbers.has(name)) {
      tableNumbers.set(name, tableNumbers.size);
      followers.push(...place.table);
    }
    found.tables[context] = tableNumbers.get(name) as number;
    found.firsts.set(place.first, context * words);
    found.lasts.set(place.last, context * words);
    found.empty[context] = place.isEmpty ? 1 : 0;
  }
  return { ...found, followers: Int32Array.from(followers) };
}

/** What is true wherever the same assertions hold. */
interface Place {
  readonly table: readonly number[];
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isEmpty: boolean;
}

function placeOf(
  instructions: readonly Instruction[],
  start: number,
  numbers: ReadonlyMap<number, number>,
  words: number,
  holds: number,
): Place {
  const first = reachable(instructions, start, holds);
  const last = new Array<number>(words).fill(0);
  const table: number[] = [];
  for (const [place, position] of numbers) {
    const { out } = instructions[place] as Instruction;
    const { isMatch, places } = reachable(instructions, out, holds);
    if (isMatch) setBit(last, position);
    table.push(...maskOf(places, numbers, words));
  }
  return { table, last, first: maskOf(first.places, numbers, words), isEmpty: first.isMatch };
}

/** The assertions that hold in a context, as bits of re2js. */
function holding(context: number): number {
  for (const before of Object.values(KIND)) {
    for (const behind of Object.values(KIND)) {
      if (contextOf(before, behind) !== context) continue;
      const atStart = before === KIND.end ? ASSERT.start : 0;
      const atEnd = behind === KIND.end ? ASSERT.end : 0;
      const lineStart = atStart !== 0 || before === KIND.lineEnd ? ASSERT.lineStart : 0;
      const lineEnd = atEnd !== 0 || behind === KIND.lineEnd ? ASSERT.lineEnd : 0;
      const isBoundary = (before === KIND.word) !== (behind === KIND.word);
      return (
        atStart | atEnd | lineStart | lineEnd | (isBoundary ? ASSERT.boundary : ASSERT.noBoundary)
      );
    }
  }
  return 0;
}

/** The characters that may come next from an instruction on, and whether a match may end there. */
function reachable(
  instructions: readonly Instruction[],
  from: number,
  holds: number,
): { places: readonly number[]; isMatch: boolean } {
  const seen = new Set<number>([from]);
  const places: number[] = [];
  let isMatch = false;
  // A set is walked in the order of insertion, what is added on the way included.
  for (const place of seen) {
    const { op, out, arg } = instructions[place] as Instruction;
    if (isRune(op)) places.push(place);
    else if (op === OP.match) isMatch = true;
    else if (op === OP.alt || op === OP.altMatch) seen.add(out).add(arg);
    else if (op === OP.capture || op === OP.nop) seen.add(out);
    else if (op === OP.assertion && (arg & ~holds) === 0) seen.add(out);
  }
  return { places, isMatch };
}

function maskOf(
  places: readonly number[],
  numbers: ReadonlyMap<number, number>,
  words: number,
): number[] {
  const mask = new Array<number>(words).fill(0);
  for (const place of places) setBit(mask, numbers.get(place) as number);
  return mask;
}

function setBit(mask: number[], bit: number): void {
  const word = Math.floor(bit / BITS);
  mask[word] = (mask[word] as number) | (1 << (bit % BITS));
}
