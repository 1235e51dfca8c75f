/**
 * Globs and regexes by the rarest piece of literal text in them, so that a key meets only patterns with which
 * it shares that piece, wherever in the pattern it stands. Which piece is rarest is decided when the
 * pattern comes and by the counts of that moment. Patterns without literal text are in one list that
 * every key meets, which is why that list is kept short.
 */

import { LIMITS } from '../limits.ts';
import { BusError } from '../message/errors.ts';
import type { Glob } from './glob.ts';
import { matchGlob } from './glob-match.ts';
import { parseGlob } from './glob-parse.ts';
import { gramsOfGlob, KeyGrams } from './grams.ts';
import { KeyView } from './key-view.ts';
import { Posting } from './posting.ts';
import { quotePattern } from './refusal.ts';
import { RegexMatcher } from './regex-match.ts';
import { bitSteps, type RegexProgram } from './regex-program.ts';

/** How many patterns there may be that cost every look-up, or one key, much. An over-run is `ERR_BUS_FULL`. */
export interface IndexLimits {
  /** Regexes, and globs without a literal run, which every uncached look-up tries. Default 1 000. */
  readonly maxRegexRoutes?: number;
  /** Patterns under one run; a key that has the run tries them all. Default 4 096. */
  readonly maxPatternsPerRun?: number;
  /** Look-ups a character of regexes too large for a table of states. Default 2 000. */
  readonly maxRegexSteps?: number;
}

/** A pattern's place in the index; `owner` is what a match leads to. */
export class IndexedPattern<Owner> {
  /** Undefined for a regex. */
  readonly glob: Glob | undefined;
  /** Undefined for a glob. */
  readonly regex: RegexMatcher | undefined;
  readonly owner: Owner;
  readonly posting: Posting<IndexedPattern<Owner>>;
  /** Place within the posting, which sets it. */
  place = 0;

  constructor(form: Glob | RegexMatcher, owner: Owner, posting: Posting<IndexedPattern<Owner>>) {
    this.regex = form instanceof RegexMatcher ? form : undefined;
    this.glob = form instanceof RegexMatcher ? undefined : form;
    this.owner = owner;
    this.posting = posting;
  }
}

export class PatternIndex<Owner> {
  readonly #limits: Required<IndexLimits>;
  readonly #postings = new Map<number, Posting<IndexedPattern<Owner>>>();
  readonly #withoutLiteral = new Posting<IndexedPattern<Owner>>(undefined);
  readonly #key = new KeyView();
  readonly #keyGrams = new KeyGrams();
  #lookUps = 0;
  #size = 0;
  /** Regexes, and globs without a literal run. */
  #costly = 0;
  #regexSteps = 0;

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
   * A glob. Throws `ERR_BUS_INVALID_PATTERN` for bad syntax, `ERR_BUS_FULL` when the list that the pattern
   * belongs to is full. The same pattern twice is two entries.
   */
  add(pattern: string, owner: Owner): IndexedPattern<Owner> {
    const glob = parseGlob(pattern);
    const grams = gramsOfGlob(glob);
    if (grams.length === 0) this.#checkCostly(pattern);
    const entry = this.#enter(
      pattern,
      grams,
      (posting) => new IndexedPattern(glob, owner, posting),
    );
    if (grams.length === 0) this.#costly++;
    return entry;
  }

  /** Throws `ERR_BUS_FULL` as `add` does. */
  addRegex(pattern: string, program: RegexProgram, owner: Owner): IndexedPattern<Owner> {
    this.#checkCostly(pattern);
    const steps = this.#regexSteps + bitSteps(program);
    if (steps > this.#limits.maxRegexSteps) refuseOverrun(pattern, this.#limits, 'maxRegexSteps');
    const matcher = new RegexMatcher(program);
    const entry = this.#enter(
      pattern,
      program.grams,
      (posting) => new IndexedPattern(matcher, owner, posting),
    );
    this.#costly++;
    this.#regexSteps = steps;
    return entry;
  }

  /** Takes out an entry that `add` or `addRegex` returned, once. */
  remove(entry: IndexedPattern<Owner>): void {
    const posting = entry.posting;
    posting.remove(entry);
    if (posting.entries.length === 0 && posting.gram !== undefined) {
      this.#postings.delete(posting.gram);
    }
    if (entry.regex !== undefined || posting.gram === undefined) this.#costly--;
    if (entry.regex !== undefined) this.#regexSteps -= entry.regex.bitSteps;
    this.#size--;
  }

  /** Adds the owners of all matching patterns to `matches`, in no order; each entry once. */
  collect(text: string, matches: Owner[]): void {
    if (this.#size === 0) return;
    this.#key.reset(text);
    const entries = this.#withoutLiteral.entries;
    for (let i = 0; i < entries.length; i++) this.#tryEntry(entries, i, matches);
    if (this.#postings.size > 0) this.#collectByGrams(text, matches);
  }

  #collectByGrams(text: string, matches: Owner[]): void {
    const keyGrams = this.#keyGrams;
    const postings = this.#postings;
    keyGrams.read(text);
    const lookUp = ++this.#lookUps;
    const grams = keyGrams.numbers;
    const count = keyGrams.count;
    for (let i = 0; i < count; i++) {
      const posting = postings.get(grams[i] as number);
      if (posting === undefined || posting.seenBy === lookUp) continue;
      posting.seenBy = lookUp;
      this.#tryPosting(posting, matches);
    }
  }

  #tryPosting(posting: Posting<IndexedPattern<Owner>>, matches: Owner[]): void {
    const { entries, moreGrams } = posting;
    const keyGrams = this.#keyGrams;
    for (let i = 0; i < entries.length; i++) {
      if (!keyGrams.mayHave(moreGrams[2 * i] as number)) continue;
      if (!keyGrams.mayHave(moreGrams[2 * i + 1] as number)) continue;
      this.#tryEntry(entries, i, matches);
    }
  }

  #tryEntry(entries: readonly IndexedPattern<Owner>[], place: number, matches: Owner[]): void {
    const entry = entries[place] as IndexedPattern<Owner>;
    const { glob } = entry;
    const isMatch =
      glob === undefined
        ? (entry.regex as RegexMatcher).matches(this.#key)
        : matchGlob(glob, this.#key);
    if (isMatch) matches.push(entry.owner);
  }

  #enter(
    pattern: string,
    grams: readonly (readonly number[])[],
    make: (posting: Posting<IndexedPattern<Owner>>) => IndexedPattern<Owner>,
  ): IndexedPattern<Owner> {
    const posting = this.#choosePosting(grams);
    if (posting.gram !== undefined) {
      if (posting.entries.length >= this.#limits.maxPatternsPerRun) {
        refuseOverrun(pattern, this.#limits, 'maxPatternsPerRun');
      }
      this.#postings.set(posting.gram, posting);
    }
    const entry = make(posting);
    // Of all, the first gram of the first run and the last one of the last are the least likely to
    // overlap the posting's own and each other.
    posting.add(entry, grams[0]?.[0] ?? 0, grams.at(-1)?.at(-1) ?? 0);
    this.#size++;
    return entry;
  }

  #checkCostly(pattern: string): void {
    if (this.#costly >= this.#limits.maxRegexRoutes) {
      refuseOverrun(pattern, this.#limits, 'maxRegexRoutes');
    }
  }

  /** The shortest posting among those of the pattern's grams. */
  #choosePosting(runs: readonly (readonly number[])[]): Posting<IndexedPattern<Owner>> {
    if (runs.length === 0) return this.#withoutLiteral;
    let rarest: Posting<IndexedPattern<Owner>> | undefined;
    for (const grams of runs) {
      for (const gram of grams) {
        const posting = this.#postings.get(gram);
        if (posting === undefined) return new Posting(gram);
        if (rarest === undefined || posting.entries.length < rarest.entries.length) {
          rarest = posting;
        }
      }
    }
    return rarest as Posting<IndexedPattern<Owner>>;
  }
}

const DEFAULTS: Required<IndexLimits> = {
  maxRegexRoutes: LIMITS.regexRoutes,
  maxPatternsPerRun: LIMITS.patternsPerRun,
  maxRegexSteps: LIMITS.regexSteps,
};

/** What a limit counts, and how to keep within it. */
const COUNTED: Readonly<Record<keyof IndexLimits, readonly [string, string]>> = {
  maxRegexRoutes: [
    'regexes and patterns without a literal run',
    'remove some, or give the pattern literal text',
  ],
  maxPatternsPerRun: [
    'patterns under its rarest literal run',
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
