import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Found } from '../../src/routing/found.ts';
import { matchGlob } from '../../src/routing/glob-match.ts';
import { parseGlob } from '../../src/routing/glob-parse.ts';
import { KeyView } from '../../src/routing/key-view.ts';
import { PatternIndex } from '../../src/routing/pattern-index.ts';
import { scaledRuns } from '../setup/property-runs.ts';

/** Of two letters, so that texts come twice; with upper bytes here and there, also such as look like a letter below. */
const anyText = fc
  .array(fc.constantFrom('a', 'a', 'a', 'b', 'b', '\u0461', '\u{1f680}'), { maxLength: 40 })
  .map((units) => units.join(''));

/** A part of a text as a pattern, perhaps with something between. */
const anyPart = fc
  .record({
    text: anyText,
    from: fc.nat(10),
    length: fc.integer({ min: 1, max: 34 }),
    before: fc.constantFrom('', '*', '*', '?'),
    after: fc.constantFrom('', '*', '*', '[ab]'),
    middle: fc.option(fc.constantFrom('*', '?', '*?*'), { freq: 4 }),
  })
  .map(({ after, before, from, length, middle, text }) => {
    const part = Array.from(text).slice(from, from + length);
    if (middle !== null) part.splice(part.length >> 1, 1, middle);
    return `${before}${part.join('')}${after}`;
  })
  .filter((pattern) => pattern.length > 0);

/** Some of them often, so that many are under one gram. */
const anyPattern = fc.oneof(anyPart, fc.constantFrom('*a*', '*ba*', 'ab*', '*b', '*\u0461*'));

type Change =
  | { readonly kind: 'add'; readonly patterns: readonly string[]; readonly isNoted: boolean }
  | { readonly kind: 'remove'; readonly places: readonly number[] }
  | { readonly kind: 'note'; readonly place: number; readonly note: number }
  | { readonly kind: 'find'; readonly key: string };

const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('add'),
    patterns: fc.array(anyPattern, { minLength: 1, maxLength: 20 }),
    isNoted: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('remove'), places: fc.array(fc.nat(200), { maxLength: 15 }) }),
  fc.record({
    kind: fc.constant('note'),
    place: fc.nat(200),
    note: fc.integer({ min: -3, max: 3 }),
  }),
  fc.record({ kind: fc.constant('find'), key: anyText }),
);

/** An index, and beside it a list of what is in it. */
class Indexed {
  readonly #index = new PatternIndex();
  readonly #patterns: { number: number; pattern: string; note: number }[] = [];

  apply(change: Change): void {
    switch (change.kind) {
      case 'add':
        for (const pattern of change.patterns) this.#add(pattern, change.isNoted);
        break;
      case 'remove':
        for (const place of change.places) {
          const [gone] = this.#patterns.splice(place % (this.#patterns.length + 1), 1);
          if (gone !== undefined) this.#index.remove(gone.number);
        }
        break;
      case 'note': {
        const noted = this.#patterns[change.place % (this.#patterns.length + 1)];
        if (noted !== undefined) this.#note(noted, change.note);
        break;
      }
      case 'find':
        this.expectFound(change.key);
    }
  }

  expectFound(key: string): void {
    const view = new KeyView(key);
    const matching = this.#patterns.filter(({ pattern }) => matchGlob(parseGlob(pattern), view));
    const notes = new Found();
    const numbers = new Found();
    this.#index.collect(key, notes, numbers);
    const noted = matching.filter(({ note }) => note >= 0);
    const others = matching.filter(({ note }) => note < 0);
    expect(sorted(notes)).toEqual(noted.map(({ note }) => note).toSorted(ascending));
    expect(sorted(numbers)).toEqual(others.map(({ number }) => number).toSorted(ascending));
  }

  #add(pattern: string, isNoted: boolean): void {
    const added = { number: this.#index.add(pattern), pattern, note: -1 };
    if (isNoted) this.#note(added, added.number);
    this.#patterns.push(added);
  }

  #note(noted: { number: number; note: number }, note: number): void {
    noted.note = note;
    this.#index.setNote(noted.number, note);
  }
}

const ascending = (left: number, right: number): number => left - right;
const sorted = ({ count, numbers }: Found): number[] =>
  [...numbers.subarray(0, count)].toSorted(ascending);

describe('an index whose patterns come and go', () => {
  it('finds what all patterns matched one by one do', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 40 }), fc.array(anyText), (changes, keys) => {
        const indexed = new Indexed();
        for (const change of changes) indexed.apply(change);
        for (const key of keys) indexed.expectFound(key);
      }),
      { numRuns: scaledRuns(200) },
    );
  });
});
