import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Found } from '../../src/routing/found.ts';
import { KeyView } from '../../src/routing/key-view.ts';
import { PatternIndex } from '../../src/routing/pattern-index.ts';
import { compileRegex } from '../../src/routing/regex.ts';
import { RegexMatcher } from '../../src/routing/regex-match.ts';
import { scaledRuns } from '../setup/property-runs.ts';

/** What every source may have, with and without `u`. */
const ATOMS = [
  'a',
  'b',
  'k',
  's',
  'S',
  '_',
  '-',
  ' ',
  '/',
  '.',
  '\\.',
  '\\/',
  '\\d',
  '\\D',
  '\\w',
  '\\W',
  '\\s',
  '\\S',
  '\\n',
  '\\t',
  '\\x41',
  '\\u017f',
  '\\cJ',
  '[ab]',
  '[^a]',
  '[a-k]',
  '[^]',
  '[]',
  '[\\w-]',
  '[\\d.]',
  '[\\b]',
  '[^\\s\\d]',
  '[.*$]',
  '[^\\W_]',
  'ß',
  'σ',
  'ς',
  'é',
  '\u{1f680}',
  '[\u{1f680}a]',
  '\\0',
  '\\$',
  '\\^',
  '\\*',
  '[\\-a]',
  '[\\]a]',
  '[a\\-z]',
  '[^\\n]',
];
/** Only without `u`. */
const OLD_ATOMS = [
  '\\-',
  '\\_',
  '{',
  '}',
  ']',
  'a{,2}',
  '\\e',
  '\\x4',
  '\\u{61}',
  '\\c',
  '\\8',
  '\\101',
  '[\\w-a]',
  '[\\c1]',
  '\\ud83d',
  '\\p{L}',
];
/** Only with `u`. */
const UNICODE_ATOMS = [
  '\\u{1f680}',
  '\\u{61}',
  '\\ud83d\\ude80',
  '[\\u{1f600}-\\u{1f6ff}]',
  '\\p{Lu}',
  '[\\p{Ll}.]',
  '\\p{Script=Greek}',
];
const ZERO_WIDTH = ['^', '$', '\\b', '\\B'];
const QUANTIFIERS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,}', '{0,2}', '{2,3}?'];

const flagsOf = fc.record({ i: fc.boolean(), m: fc.boolean(), s: fc.boolean(), u: fc.boolean() });

function sourceOf(unicode: boolean): fc.Arbitrary<string> {
  const atoms = [...ATOMS, ...(unicode ? UNICODE_ATOMS : OLD_ATOMS)];
  const { source } = fc.letrec<{ source: string; sequence: string; item: string; group: string }>(
    (tie) => ({
      source: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((all) => all.join('|')),
      sequence: fc.array(tie('item'), { maxLength: 5 }).map((items) => items.join('')),
      item: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(...atoms),
        fc.constantFrom(...ZERO_WIDTH),
        fc
          .tuple(fc.constantFrom(...atoms), fc.constantFrom(...QUANTIFIERS))
          .map((parts) => parts.join('')),
        fc.tuple(tie('group'), fc.constantFrom('', ...QUANTIFIERS)).map((parts) => parts.join('')),
      ),
      group: fc
        .tuple(fc.constantFrom('(', '(?:'), tie('source'))
        .map(([opening, inner]) => `${opening}${inner})`),
    }),
  );
  return source;
}

const KEY_CHARS = [
  'a',
  'b',
  'k',
  'K',
  's',
  'S',
  'A',
  '_',
  '-',
  ' ',
  '/',
  '.',
  '1',
  '8',
  '\n',
  '\r',
  '\u2028',
  '\t',
  '\v',
  '\u00a0',
  '\ufeff',
  '\0',
  '\b',
  '\u017f',
  '\u212a',
  'ß',
  '\u1e9e',
  'σ',
  'ς',
  'Σ',
  'é',
  'É',
  '{',
  '}',
  ']',
  '$',
  '^',
  '*',
  '\\',
  'p',
  'L',
  'c',
  'e',
  'x',
  '4',
  'u',
  '\u{1f680}',
];
const keys = fc.array(fc.string({ unit: fc.constantFrom(...KEY_CHARS), maxLength: 8 }), {
  minLength: 5,
  maxLength: 20,
});

const cases = flagsOf.chain((flags) =>
  fc.record({
    flags: fc.constant(
      Object.entries(flags)
        .flatMap(([flag, isSet]) => (isSet ? flag : []))
        .join(''),
    ),
    source: sourceOf(flags.u),
    keys,
  }),
);

/** As it is, or, of what JavaScript refuses, undefined. */
function nativeOf(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

function compiled(source: string, flags: string): RegexMatcher | string {
  try {
    return new RegexMatcher(compileRegex(flags === '' ? source : `(?${flags})${source}`));
  } catch (error) {
    return (error as Error).message;
  }
}

/** V8 tries `\B` between the halves of a surrogate pair, also with `u`, where it has no place. */
function isComparable(source: string, flags: string, key: string): boolean {
  return !(flags.includes('u') && source.includes('\\B') && /[\ud800-\udfff]/.test(key));
}

/** The only reasons for which a source of these pieces may be refused. */
const REFUSED = /back-reference|instructions|repeats|properties|\\P under/;

describe('a regular expression against that of JavaScript', () => {
  it('agrees on which keys match', () => {
    fc.assert(
      fc.property(cases, ({ source, flags, keys: candidates }) => {
        const native = nativeOf(source, flags);
        fc.pre(native !== undefined && !/^\(\?[a-z]+\)/.test(source));
        const matcher = compiled(source, flags);
        if (typeof matcher === 'string') {
          expect(matcher).toMatch(REFUSED);
          return;
        }
        for (const key of candidates) {
          if (!isComparable(source, flags, key)) continue;
          expect([key, matcher.matches(new KeyView(key))]).toEqual([key, native.test(key)]);
        }
      }),
      { numRuns: scaledRuns(500) },
    );
  });

  it('is found through the index wherever it matches', () => {
    fc.assert(
      fc.property(fc.array(cases, { maxLength: 8 }), (several) => {
        const index = new PatternIndex();
        const owners = new Map<number, number>();
        const natives = several.map(({ source, flags }) => nativeOf(source, flags));
        several.forEach(({ source, flags }, owner) => {
          if (natives[owner] === undefined || /^\(\?[a-z]+\)/.test(source)) return;
          const pattern = flags === '' ? source : `(?${flags})${source}`;
          try {
            owners.set(index.addRegex(pattern, compileRegex(pattern)), owner);
          } catch (error) {
            expect((error as Error).message).toMatch(REFUSED);
            natives[owner] = undefined;
          }
        });
        for (const key of several.flatMap(({ keys: candidates }) => candidates)) {
          if (several.some(({ source, flags }) => !isComparable(source, flags, key))) continue;
          const found = new Found();
          index.collect(key, new Found(), found);
          const matching = [...found.numbers.subarray(0, found.count)].map((id) => owners.get(id));
          const expected = natives.flatMap((native, owner) => (native?.test(key) ? owner : []));
          expect([key, matching.toSorted()]).toEqual([key, expected]);
        }
      }),
      { numRuns: scaledRuns(60) },
    );
  });
});
