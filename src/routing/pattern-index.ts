/**
 * Globs by the rarest piece of literal text in them, so that a key meets only patterns with which
 * it shares that piece, wherever in the pattern it stands. Which piece is rarest is decided when the
 * pattern comes and by the counts of that moment. Patterns without literal text are in one list that
 * every key meets, which is why that list is kept short.
 */
import { BusError } from '../message/errors.ts';
import type { Glob } from './glob.ts';
import { matchGlob } from './glob-match.ts';
import { parseGlob } from './glob-parse.ts';
import { gramsOfGlob, KeyGrams } from './grams.ts';
import { KeyView } from './key-view.ts';
import { Posting } from './posting.ts';
import { quotePattern } from './refusal.ts';

/** How many patterns may share one look-up list. An over-run is `ERR_BUS_FULL`. */
export interface IndexLimits {
  /** Patterns without a literal run; every uncached look-up tries them all. Default 1 000. */
  readonly maxPatternsWithoutLiteral?: number;
  /** Patterns under one run; a key that has the run tries them all. Default 4 096. */
  readonly maxPatternsPerRun?: number;
}

const WITHOUT_LITERAL_MAX = 1000;
const PER_RUN_MAX = 4096;

/** A pattern's place in the index; `owner` is what a match leads to. */
export class IndexedPattern<Owner> {
  readonly glob: Glob;
  readonly owner: Owner;
  readonly posting: Posting<IndexedPattern<Owner>>;
  /** Place within the posting, which sets it. */
  place = 0;

  constructor(glob: Glob, owner: Owner, posting: Posting<IndexedPattern<Owner>>) {
    this.glob = glob;
    this.owner = owner;
    this.posting = posting;
  }
}

export class PatternIndex<Owner> {
  readonly #withoutLiteralMax: number;
  readonly #perRunMax: number;
  readonly #postings = new Map<number, Posting<IndexedPattern<Owner>>>();
  readonly #withoutLiteral = new Posting<IndexedPattern<Owner>>(undefined);
  readonly #key = new KeyView();
  readonly #keyGrams = new KeyGrams();
  #lookUps = 0;
  #size = 0;

  constructor(limits: IndexLimits = {}) {
    this.#withoutLiteralMax = limits.maxPatternsWithoutLiteral ?? WITHOUT_LITERAL_MAX;
    this.#perRunMax = limits.maxPatternsPerRun ?? PER_RUN_MAX;
  }

  get size(): number {
    return this.#size;
  }

  /** Matcher steps of all look-ups so far; see `KeyView.steps`. */
  get steps(): number {
    return this.#key.steps;
  }

  /**
   * Throws `ERR_BUS_INVALID_PATTERN` for bad syntax, `ERR_BUS_FULL` when the list that the pattern
   * belongs to is full. The same pattern twice is two entries.
   */
  add(pattern: string, owner: Owner): IndexedPattern<Owner> {
    const glob = parseGlob(pattern);
    const runs = gramsOfGlob(glob);
    const posting = this.#choosePosting(runs);
    const isListed = posting.gram !== undefined;
    const limit = isListed ? this.#perRunMax : this.#withoutLiteralMax;
    if (posting.entries.length >= limit) refuseOverrun(pattern, limit, isListed);
    if (posting.gram !== undefined) this.#postings.set(posting.gram, posting);
    const entry = new IndexedPattern(glob, owner, posting);
    // Of all, the first gram of the first run and the last one of the last are the least likely to
    // overlap the posting's own and each other.
    posting.add(entry, runs[0]?.[0] ?? 0, runs.at(-1)?.at(-1) ?? 0);
    this.#size++;
    return entry;
  }

  /** Takes out an entry that `add` returned, once. */
  remove(entry: IndexedPattern<Owner>): void {
    const posting = entry.posting;
    posting.remove(entry);
    if (posting.entries.length === 0 && posting.gram !== undefined) {
      this.#postings.delete(posting.gram);
    }
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
    if (matchGlob(entry.glob, this.#key)) matches.push(entry.owner);
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

function refuseOverrun(pattern: string, limit: number, isListed: boolean): never {
  const what = isListed
    ? `${limit} patterns share its rarest literal run (option maxPatternsPerRun)`
    : `${limit} patterns have no literal run (option maxPatternsWithoutLiteral)`;
  throw new BusError(
    'ERR_BUS_FULL',
    `The pattern ${quotePattern(pattern)} cannot be added: already ${what}; ` +
      'remove some, or give the pattern more literal text.',
    { details: { limit, option: isListed ? 'maxPatternsPerRun' : 'maxPatternsWithoutLiteral' } },
  );
}
