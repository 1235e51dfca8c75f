/**
 * Globs and regexes by the rarest piece of literal text in them, so that a key meets only patterns with which
 * it shares that piece, wherever in the pattern it stands. Which piece is rarest is decided when the
 * pattern comes and by the counts of that moment. Patterns without literal text are in one list that
 * every key meets, which is why that list is kept short.
 */

import { LIMITS } from '../limits.ts';
import { BusError } from '../message/errors.ts';
import { Found } from './found.ts';
import type { Glob, Segment } from './glob.ts';
import { matchGlob } from './glob-match.ts';
import { parseGlob } from './glob-parse.ts';
import { GlobRuns } from './glob-runs.ts';
import { Chains, GramTable } from './gram-table.ts';
import { KeyGrams } from './grams.ts';
import { KeyView } from './key-view.ts';
import { quotePattern } from './refusal.ts';
import { RegexMatcher } from './regex-match.ts';
import { bitSteps, type RegexProgram } from './regex-program.ts';
import { type Judged, RunRecords } from './run-records.ts';

/** How many patterns there may be that cost every look-up, or one key, much. An over-run is `ERR_BUS_FULL`. */
export interface IndexLimits {
  /** Regexes, and globs without a literal run, which every uncached look-up tries. Default 1 000. */
  readonly maxRegexRoutes?: number;
  /**
   * Patterns under one run, which a key that has the run tries all; and all *late* patterns of the bus, which are
   * those beyond the first {@link CROWD} under their run. Default 1 024.
   */
  readonly maxPatternsPerRun?: number;
  /** Wildcards, and ranges of classes, of all globs that have no literal run or are late under one. Default 32 768. */
  readonly maxWildcards?: number;
  /** Look-ups a character of regexes too large for a table of states. Default 500. */
  readonly maxRegexSteps?: number;
}

export class PatternIndex {
  readonly #limits: Required<IndexLimits>;
  readonly #chains = new GramTable();
  readonly #records = new RunRecords();
  /** By number. Of most globs the text alone, until a key must be matched with them. */
  readonly #forms: (Glob | RegexMatcher | string | undefined)[] = [];
  readonly #freeNumbers: number[] = [];
  /** Those that every key matches. */
  readonly #forAll = new Found();
  /** The others that have no gram. */
  readonly #withoutLiteral = new Found();
  readonly #runs = new GlobRuns();
  readonly #key = new KeyView();
  readonly #keyGrams = new KeyGrams();
  readonly #met = new Chains();
  readonly #judged: Judged = { notes: NOTHING, numbers: NOTHING, unsure: new Found() };
  #lookUps = 0;
  #size = 0;
  /** Regexes, and globs without a literal run. */
  #costly = 0;
  #regexSteps = 0;
  #late = 0;
  #wildcards = 0;

  constructor(limits: IndexLimits = {}) {
    this.#limits = { ...DEFAULTS, ...limits };
  }

  get size(): number {
    return this.#size;
  }

  /** Matcher steps of all look-ups so far; see `KeyView.steps`. */
  get steps(): number {
    return this.#key.steps;
  }

  /**
   * A glob; its number is its own until it is removed. Throws `ERR_BUS_INVALID_PATTERN` for bad syntax,
   * `ERR_BUS_FULL` when the chain that it belongs to is full. The same pattern twice is two numbers.
   */
  add(pattern: string): number {
    const runs = this.#runs;
    runs.read(pattern);
    if (runs.gramCount > 0) return this.#enterRuns(pattern);
    const glob = parseGlob(pattern);
    this.#checkCostly(pattern);
    this.#checkWildcards(pattern, glob);
    const number = this.#open(glob);
    if (glob.starred && glob.unitsMin === 0) this.#forAll.push(number);
    else this.#withoutLiteral.push(number);
    this.#costly++;
    this.#wildcards += wildcardsOf(glob);
    return number;
  }

  /** As `add` does. */
  addRegex(pattern: string, program: RegexProgram): number {
    this.#checkCostly(pattern);
    const steps = this.#regexSteps + bitSteps(program);
    if (steps > this.#limits.maxRegexSteps) refuseOverrun(pattern, this.#limits, 'maxRegexSteps');
    const number = this.#enterRegex(pattern, program);
    this.#costly++;
    this.#regexSteps = steps;
    return number;
  }

  /** Takes out a pattern that `add` or `addRegex` has numbered, once. */
  remove(number: number): void {
    const records = this.#records;
    const form = this.#forms[number];
    const hasGram = records.hasGram(number);
    if (hasGram) this.#removeFromRun(number);
    else if (!this.#forAll.remove(number)) this.#withoutLiteral.remove(number);
    if (form instanceof RegexMatcher) this.#regexSteps -= form.bitSteps;
    if (form instanceof RegexMatcher || !hasGram) this.#costly--;
    if (!hasGram) this.#wildcards -= wildcardsOf(form);
    this.#forms[number] = undefined;
    this.#freeNumbers.push(number);
    this.#size--;
  }

  /** The owner's number of a pattern; -1: it has none. */
  noteOf(number: number): number {
    return this.#records.noteOf(number);
  }

  /** Int32; if it is not negative, `collect` finds it in place of the pattern's number. */
  setNote(number: number, note: number): void {
    this.#records.setNote(number, note);
  }

  /** Adds the notes that are not negative, or else the numbers, of all matching patterns, in no order; each once. */
  collect(text: string, notes: Found, numbers: Found): void {
    if (this.#size === 0) return;
    this.#key.reset(text);
    const judged = this.#judged;
    judged.notes = notes;
    judged.numbers = numbers;
    const forAll = this.#forAll;
    for (let i = 0; i < forAll.count; i++) this.#take(forAll.numbers[i] as number);
    this.#takeMatching(this.#withoutLiteral);
    if (this.#chains.size > 0) this.#collectByGrams(text);
  }

  #collectByGrams(text: string): void {
    const keyGrams = this.#keyGrams;
    const met = this.#met;
    const judged = this.#judged;
    keyGrams.read(text);
    this.#chains.visit(keyGrams, this.#nextLookUp(), met);
    judged.unsure.count = 0;
    this.#key.steps += met.patternCount;
    this.#records.judge(met, keyGrams, judged);
    this.#takeMatching(judged.unsure);
  }

  #takeMatching({ count, numbers }: Found): void {
    for (let i = 0; i < count; i++) {
      const id = numbers[i] as number;
      if (this.#matches(id)) this.#take(id);
    }
  }

  /** It matches. */
  #take(id: number): void {
    const note = this.#records.noteOf(id);
    if (note < 0) this.#judged.numbers.push(id);
    else this.#judged.notes.push(note);
  }

  #matches(id: number): boolean {
    let form = this.#forms[id] as Glob | RegexMatcher | string;
    if (form instanceof RegexMatcher) return form.matches(this.#key);
    if (typeof form === 'string') {
      form = parseGlob(form);
      this.#forms[id] = form;
    }
    return matchGlob(form, this.#key);
  }

  #nextLookUp(): number {
    this.#lookUps = (this.#lookUps + 1) | 0;
    if (this.#lookUps === 0) {
      // Numbers start again: a chain visited 2³² look-ups ago must not be taken for visited.
      this.#chains.forgetVisits();
      this.#lookUps = 1;
    }
    return this.#lookUps;
  }

  /** What was read. */
  #enterRuns(pattern: string): number {
    const runs = this.#runs;
    const records = this.#records;
    const { gramCount, grams } = runs;
    const place = this.#rarest(grams, gramCount);
    const gram = grams[place] as number;
    const count = this.#chains.countOf(gram);
    const isRare = count === 0 && (runs.sizes[place] as number) >= RARE_UNITS_MIN;
    const isLater = runs.isText || (isRare && pattern.length <= PARSED_LATER_UNITS_MAX);
    const form = isLater ? pattern : parseGlob(pattern);
    this.#checkRun(pattern, count, form);
    const id = this.#open(form);
    // Of all, the first gram of the first run and the last one of the last are the least likely to
    // overlap the chosen one and each other.
    records.setGrams(id, gram, grams[0] as number, grams[gramCount - 1] as number);
    this.#chain(id, gram, count);
    records.setText(id, runs, runs.places[place] as number);
    return id;
  }

  #enterRegex(pattern: string, program: RegexProgram): number {
    const grams = program.grams.flat();
    const form = new RegexMatcher(program);
    if (grams.length === 0) {
      const id = this.#open(form);
      this.#withoutLiteral.push(id);
      return id;
    }
    const gram = grams[this.#rarest(grams, grams.length)] as number;
    const count = this.#chains.countOf(gram);
    this.#checkRun(pattern, count, form);
    const id = this.#open(form);
    this.#records.setGrams(id, gram, grams[0] as number, grams.at(-1) as number);
    this.#chain(id, gram, count);
    return id;
  }

  #open(form: Glob | RegexMatcher | string): number {
    const id = this.#freeNumbers.pop() ?? this.#forms.length;
    this.#records.open(id);
    this.#forms[id] = form;
    this.#size++;
    return id;
  }

  /** Puts it under its gram, under which so many were before. */
  #chain(id: number, gram: number, count: number): void {
    if (count >= CROWD) this.#setLate(id, true);
    const chains = this.#chains;
    chains.grow(gram, this.#records.append(id, chains.headOf(gram), count));
  }

  /** When one of the first goes, a late one is among the first. */
  #removeFromRun(number: number): void {
    const records = this.#records;
    const chains = this.#chains;
    const gram = records.gramOf(number);
    const count = chains.countOf(gram);
    const head = records.remove(number, chains.headOf(gram), count);
    chains.shrink(gram, head);
    if (records.isLate(number)) this.#setLate(number, false);
    else if (count > CROWD) this.#setLate(records.lateIn(head), false);
  }

  #setLate(id: number, isLate: boolean): void {
    const wildcards = wildcardsOf(this.#forms[id]);
    this.#records.setLate(id, isLate);
    this.#late += isLate ? 1 : -1;
    this.#wildcards += isLate ? wildcards : -wildcards;
  }

  #checkRun(pattern: string, count: number, form: Glob | RegexMatcher | string): void {
    const limit = this.#limits.maxPatternsPerRun;
    const isLate = count >= CROWD;
    if (count >= limit || (isLate && this.#late >= limit)) {
      refuseOverrun(pattern, this.#limits, 'maxPatternsPerRun');
    }
    if (isLate) this.#checkWildcards(pattern, form);
  }

  #checkWildcards(pattern: string, form: Glob | RegexMatcher | string): void {
    if (this.#wildcards + wildcardsOf(form) > this.#limits.maxWildcards) {
      refuseOverrun(pattern, this.#limits, 'maxWildcards');
    }
  }

  #checkCostly(pattern: string): void {
    if (this.#costly >= this.#limits.maxRegexRoutes) {
      refuseOverrun(pattern, this.#limits, 'maxRegexRoutes');
    }
  }

  /** Place of the gram with the fewest patterns so far. */
  #rarest(grams: ArrayLike<number>, count: number): number {
    const chains = this.#chains;
    let place = 0;
    let fewest = chains.countOf(grams[0] as number);
    for (let i = 1; i < count && fewest > 0; i++) {
      const patterns = chains.countOf(grams[i] as number);
      if (patterns >= fewest) continue;
      fewest = patterns;
      place = i;
    }
    return place;
  }
}

/** Before the first look-up. */
const NOTHING = new Found();

/** Patterns under one run of which none is late. */
const CROWD = 16;

/**
 * A glob is parsed when a key first meets it, if few keys will: it is the first under a gram of so many code units. All
 * such globs that a key of 256 characters can meet are parsed in a millisecond or two: no look-up is the one that pays.
 */
const RARE_UNITS_MIN = 4;
/** Code units of such a glob: a microsecond or two. */
const PARSED_LATER_UNITS_MAX = 32;

/** Atoms of segments that are not text alone, and ranges of their classes; of what is no such glob 0. */
function wildcardsOf(form: Glob | RegexMatcher | string | undefined): number {
  if (form === undefined || typeof form === 'string' || form instanceof RegexMatcher) return 0;
  const { middles, prefix, suffix } = form;
  let wildcards = wildcardsIn(prefix) + wildcardsIn(suffix);
  for (const segment of middles) wildcards += wildcardsIn(segment);
  return wildcards;
}

function wildcardsIn({ atoms, classes }: Segment): number {
  let wildcards = atoms.length;
  for (const { ranges } of classes) wildcards += ranges.length >> 1;
  return wildcards;
}

const DEFAULTS: Required<IndexLimits> = {
  maxRegexRoutes: LIMITS.regexRoutes,
  maxPatternsPerRun: LIMITS.patternsPerRun,
  maxRegexSteps: LIMITS.regexSteps,
  maxWildcards: LIMITS.wildcards,
};

/** What a limit counts, and how to keep within it. */
const COUNTED: Readonly<Record<keyof IndexLimits, readonly [string, string]>> = {
  maxRegexRoutes: [
    'regexes and patterns without a literal run',
    'remove some, or give the pattern literal text',
  ],
  maxPatternsPerRun: [
    'patterns under its rarest literal run, or beyond the first 16 under all runs together',
    'remove some, or give the pattern more literal text',
  ],
  maxWildcards: [
    'wildcards, and ranges of classes, in patterns that have no literal run or share theirs with many',
    'remove some, or give the pattern more literal text',
  ],
  maxRegexSteps: [
    'steps a character of regexes with too many states for a table',
    'remove some, or repeat classes less often',
  ],
};

function refuseOverrun(
  pattern: string,
  limits: Required<IndexLimits>,
  option: keyof IndexLimits,
): never {
  const limit = limits[option];
  const [counted, remedy] = COUNTED[option];
  throw new BusError(
    'ERR_BUS_FULL',
    `The pattern ${quotePattern(pattern)} cannot be added: the bus takes at most ${limit} ${counted} ` +
      `(${option}); ${remedy}.`,
    { details: { limit, option } },
  );
}
