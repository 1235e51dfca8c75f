/**
 * A regular expression of JavaScript in the syntax of RE2, with the same meaning: every character and class
 * is written out, so that RE2's own ideas of `\s`, `.`, `$` or of case never count. Groups capture nothing,
 * since a route only asks whether a key matches. It expects a source that JavaScript itself accepts.
 *
 * On the way it notes the literal text that every match has, for the index.
 */
import { complementRanges, mergeRanges } from './char-class.ts';
import { LiteralRuns } from './literal-runs.ts';
import { EscapeReader } from './regex-escape.ts';
import { foldRanges } from './regex-fold.ts';
import { ANYTHING, dotSet, type Ranges, type RegexFlags } from './regex-sets.ts';

export interface TranslatedRegex {
  readonly re2: string;
  /** Runs of code units, as `gramsOfRuns` takes them; none when no text is in every match. */
  readonly runs: readonly (readonly number[])[];
}

/** Says what of a pattern is not supported, and what is expected instead; throws. */
export type Refuse = (problem: string, expected: string) => never;

/** Atoms with their repeats: several times what the limit of the compiled program lets pass. */
const ATOMS_MAX = 1024;

/** Atoms of whole Unicode properties: each stands for hundreds of ranges. */
const PROPERTIES_MAX = 8;

export function translateRegex(source: string, flags: RegexFlags, refuse: Refuse): TranslatedRegex {
  return new Translator(source, flags, refuse).translate();
}

class Translator {
  readonly #source: string;
  readonly #flags: RegexFlags;
  readonly #refuse: Refuse;
  readonly #escapes: EscapeReader;
  readonly #runs = new LiteralRuns();
  /** Atoms with their repeats, by depth of groups; the last is the innermost. */
  readonly #atoms: number[] = [0];
  /** Of what a quantifier would repeat. */
  #lastAtoms = 0;
  #properties = 0;
  #at = 0;
  #re2 = '';

  constructor(source: string, flags: RegexFlags, refuse: Refuse) {
    this.#source = source;
    this.#flags = flags;
    this.#refuse = refuse;
    this.#escapes = new EscapeReader(source, flags, refuse);
  }

  translate(): TranslatedRegex {
    const source = this.#source;
    while (this.#at < source.length) this.#next();
    return { re2: this.#re2, runs: this.#runs.finish() };
  }

  #next(): void {
    const char = this.#source[this.#at] as string;
    switch (char) {
      case '^':
        return this.#assertion(this.#flags.multiline ? '(?m:^)' : '\\A', () => this.#runs.start());
      case '$':
        return this.#assertion(this.#flags.multiline ? '(?m:$)' : '\\z', () => this.#runs.end());
      case '|':
        this.#runs.alternative();
        return this.#pass('|');
      case '(':
        return this.#openGroup();
      case ')':
        return this.#closeGroup();
      case '.':
        this.#at++;
        return this.#set(dotSet(this.#flags));
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      default:
        if (this.#quantifier()) return;
        return this.#literal();
    }
  }

  #pass(text: string): void {
    this.#re2 += text;
    this.#at++;
  }

  #assertion(re2: string, note: () => void): void {
    if (!this.#flags.multiline) note();
    this.#pass(re2);
  }

  #openGroup(): void {
    const opening = GROUP.exec(this.#source.slice(this.#at, this.#at + GROUP_HEAD_MAX));
    const head = opening?.[0] ?? '(';
    if (LOOK_AROUND.test(head)) {
      this.#refuse(
        'it has a look-ahead or look-behind',
        'a regular expression without look-around',
      );
    }
    if (head.startsWith('(?') && !head.startsWith('(?:') && !head.startsWith('(?<')) {
      this.#refuse('it changes flags inside', 'flags of the whole expression');
    }
    const nameEnd = head === '(?<' ? this.#source.indexOf('>', this.#at) + 1 : 0;
    this.#at = nameEnd > 0 ? nameEnd : this.#at + head.length;
    this.#re2 += '(?:';
    this.#runs.open();
    this.#atoms.push(0);
  }

  #closeGroup(): void {
    this.#lastAtoms = this.#atoms.pop() as number;
    this.#count(this.#lastAtoms);
    this.#runs.close();
    this.#pass(')');
  }

  #quantifier(): boolean {
    const parts = QUANTIFIER.exec(this.#source.slice(this.#at, this.#at + QUANTIFIER_MAX));
    if (parts === null) return false;
    const [whole, text, low, comma, high] = parts as unknown as [string, ...string[]];
    const least = text === '+' ? 1 : Number(low ?? 0);
    const most =
      low === undefined ? 1 : Math.max(least, comma ? Number(high || Math.max(least, 1)) : least);
    if (most > ATOMS_MAX) this.#refuseSize();
    this.#count(this.#lastAtoms * (most - 1));
    this.#runs.repeat(least);
    // Greedy or not decides only what is matched, not whether.
    this.#re2 += text;
    this.#at += whole.length;
    return true;
  }

  #literal(): void {
    const char = this.#flags.unicode
      ? (this.#source.codePointAt(this.#at) as number)
      : this.#source.charCodeAt(this.#at);
    this.#at += char > 0xffff ? 2 : 1;
    this.#set([char, char]);
  }

  #escape(): void {
    const read = this.#escapes.read(this.#at, false);
    this.#at = read.end;
    if (read.kind === 'set') this.#set(read.ranges);
    else if (read.kind === 'property') this.#propertyClass(read.re2, [], false);
    else this.#re2 += read.re2;
  }

  #set(ranges: Ranges): void {
    const folded = foldRanges(ranges, this.#flags);
    this.#runs.atom(folded.length === 2 && folded[0] === folded[1] ? (folded[0] as number) : -1);
    this.#emit(setText(folded));
  }

  #class(): void {
    const negated = this.#source[this.#at + 1] === '^';
    this.#at += negated ? 2 : 1;
    const ranges: number[] = [];
    let properties = '';
    while (this.#source[this.#at] !== ']') {
      const first = this.#member();
      const isRange = this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']';
      if (first.property !== undefined) properties += first.property;
      if (!isRange || first.single < 0) {
        ranges.push(...first.ranges);
        continue;
      }
      this.#at++;
      const last = this.#member();
      if (last.single >= 0) ranges.push(first.single, last.single);
      else ranges.push(...first.ranges, HYPHEN, HYPHEN, ...last.ranges);
    }
    this.#at++;
    if (properties !== '') return this.#propertyClass(properties, ranges, negated);
    const folded = mergeRanges(foldRanges(ranges, this.#flags));
    if (!negated) return this.#set(folded);
    this.#runs.atom(-1);
    this.#emit(setText(complementRanges(folded)));
  }

  /** One member of a class; `single` is its character, or -1. */
  #member(): { ranges: Ranges; single: number; property?: string } {
    if (this.#source[this.#at] === '\\') {
      const read = this.#escapes.read(this.#at, true);
      this.#at = read.end;
      if (read.kind !== 'set') return { ranges: [], single: -1, property: read.re2 };
      const { ranges } = read;
      return { ranges, single: read.single ? (ranges[0] as number) : -1 };
    }
    const char = this.#flags.unicode
      ? (this.#source.codePointAt(this.#at) as number)
      : this.#source.charCodeAt(this.#at);
    this.#at += char > 0xffff ? 2 : 1;
    return { ranges: [char, char], single: char };
  }

  /** A class with properties of Unicode: those RE2 has to know, and to fold. */
  #propertyClass(properties: string, ranges: Ranges, negated: boolean): void {
    this.#properties += properties.split('{').length - 1;
    if (this.#properties > PROPERTIES_MAX) {
      this.#refuse('it has too many Unicode properties', `at most ${PROPERTIES_MAX} of them`);
    }
    const text = `[${negated ? '^' : ''}${properties}${rangesText(ranges)}]`;
    this.#runs.atom(-1);
    this.#emit(this.#flags.ignoreCase ? `(?i:${text})` : text);
  }

  #emit(re2: string): void {
    this.#re2 += re2;
    this.#lastAtoms = 1;
    this.#count(1);
  }

  #count(atoms: number): void {
    const depth = this.#atoms.length - 1;
    this.#atoms[depth] = (this.#atoms[depth] as number) + atoms;
    if (this.#atoms[depth] > ATOMS_MAX) this.#refuseSize();
  }

  #refuseSize(): never {
    this.#refuse(
      'its repeats make it too long',
      `at most ${ATOMS_MAX} characters or classes in all`,
    );
  }
}

const HYPHEN = 0x2d;

const GROUP = /^\(\?(?:[:=!]|<[=!]?|[a-z-]*:)/;
const GROUP_HEAD_MAX = 12;
const LOOK_AROUND = /^\(\?<?[=!]/;

/** The text for RE2, then the counts. A brace that opens no count is literal, as JavaScript has it. */
const QUANTIFIER = /^([*+?]|\{(\d+)(,(\d*))?\})\??/;
/** Longer counts are refused anyway. */
const QUANTIFIER_MAX = 64;

function setText(ranges: Ranges): string {
  if (ranges.length === 2 && ranges[0] === ranges[1]) return charText(ranges[0] as number);
  if (ranges.length === 0) return `[^${rangesText(ANYTHING)}]`;
  return `[${rangesText(ranges)}]`;
}

function rangesText(ranges: Ranges): string {
  let text = '';
  for (let i = 0; i < ranges.length; i += 2) {
    text += `${charText(ranges[i] as number)}-${charText(ranges[i + 1] as number)}`;
  }
  return text;
}

function charText(char: number): string {
  return `\\x{${char.toString(16)}}`;
}
