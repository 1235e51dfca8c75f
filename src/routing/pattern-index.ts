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
import { EMPTY_GRAM, foldUnit, GRAM_LENGTHS, gramsOfGlob, markUnits } from './grams.ts';
import { KeyView } from './key-view.ts';
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

/** Patterns that are tried on the same keys. */
interface Posting<Owner> {
  readonly gram: number | undefined;
  readonly entries: IndexedPattern<Owner>[];
  /** Number of the last look-up that went through it: a key may have the same gram twice. */
  seenBy: number;
}

/** A pattern's place in the index; `owner` is what a match leads to. */
export class IndexedPattern<Owner> {
  readonly glob: Glob;
  readonly owner: Owner;
  /** @internal */
  posting: Posting<Owner>;
  /** @internal Place within the posting. */
  place: number;

  constructor(glob: Glob, owner: Owner, posting: Posting<Owner>, place: number) {
    this.glob = glob;
    this.owner = owner;
    this.posting = posting;
    this.place = place;
  }
}

export class PatternIndex<Owner> {
  readonly #withoutLiteralMax: number;
  readonly #perRunMax: number;
  readonly #postings = new Map<number, Posting<Owner>>();
  readonly #withoutLiteral: Posting<Owner> = { gram: undefined, entries: [], seenBy: 0 };
  readonly #key = new KeyView();
  #units = new Int32Array(256);
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
    const posting = this.#choosePosting(glob);
    const isListed = posting.gram !== undefined;
    const limit = isListed ? this.#perRunMax : this.#withoutLiteralMax;
    if (posting.entries.length >= limit) refuseOverrun(pattern, limit, isListed);
    if (posting.gram !== undefined) this.#postings.set(posting.gram, posting);
    const entry = new IndexedPattern(glob, owner, posting, posting.entries.length);
    posting.entries.push(entry);
    this.#size++;
    return entry;
  }

  /** Takes out an entry that `add` returned, once. */
  remove(entry: IndexedPattern<Owner>): void {
    const { posting, place } = entry;
    const last = posting.entries.pop();
    if (last !== undefined && last !== entry) {
      posting.entries[place] = last;
      last.place = place;
    }
    if (posting.entries.length === 0 && posting.gram !== undefined) {
      this.#postings.delete(posting.gram);
    }
    this.#size--;
  }

  /** Adds the owners of all matching patterns to `matches`, in no order; each entry once. */
  collect(text: string, matches: Owner[]): void {
    if (this.#size === 0) return;
    this.#key.reset(text);
    this.#tryAll(this.#withoutLiteral, matches);
    if (this.#postings.size > 0) this.#collectByGrams(text, matches);
  }

  #collectByGrams(text: string, matches: Owner[]): void {
    if (this.#units.length < text.length + 2) this.#units = new Int32Array(2 * text.length + 2);
    const units = this.#units;
    const postings = this.#postings;
    const count = markUnits(text, units);
    const lookUp = ++this.#lookUps;
    for (let start = 0; start < count; start++) {
      let hash = EMPTY_GRAM;
      let size = 0;
      for (let i = 0; i < GRAM_LENGTHS.length; i++) {
        const wanted = GRAM_LENGTHS[i] as number;
        if (start + wanted > count) break;
        while (size < wanted) hash = foldUnit(hash, units[start + size++] as number);
        const posting = postings.get(hash);
        if (posting === undefined || posting.seenBy === lookUp) continue;
        posting.seenBy = lookUp;
        this.#tryAll(posting, matches);
      }
    }
  }

  #tryAll(posting: Posting<Owner>, matches: Owner[]): void {
    const entries = posting.entries;
    const key = this.#key;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as IndexedPattern<Owner>;
      if (matchGlob(entry.glob, key)) matches.push(entry.owner);
    }
  }

  #choosePosting(glob: Glob): Posting<Owner> {
    const grams = gramsOfGlob(glob);
    if (grams.length === 0) return this.#withoutLiteral;
    let rarest: Posting<Owner> | undefined;
    for (const gram of grams) {
      const posting = this.#postings.get(gram);
      if (posting === undefined) return { gram, entries: [], seenBy: 0 };
      if (rarest === undefined || posting.entries.length < rarest.entries.length) rarest = posting;
    }
    return rarest as Posting<Owner>;
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
