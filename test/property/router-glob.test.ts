import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { Found } from '../../src/routing/found.ts';
import { matchGlob } from '../../src/routing/glob-match.ts';
import { parseGlob } from '../../src/routing/glob-parse.ts';
import { KeyView } from '../../src/routing/key-view.ts';
import { PatternIndex } from '../../src/routing/pattern-index.ts';
import { scaledRuns } from '../setup/property-runs.ts';

/** What a piece of a pattern asks of one code point; `'*'` stands for any run of them. */
type Piece = '*' | ((char: string) => boolean);

interface Written {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

const ALPHABET = ['a', 'b', 'c', '.', '\u{1f680}'];

const literal = (char: string): Written => ({ text: char, pieces: [(other) => other === char] });

const anyClass = fc
  .record({
    negated: fc.constantFrom('', '!', '^'),
    members: fc.array(fc.constantFrom(...ALPHABET, 'a-b', 'b-\u{1f680}'), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map(({ negated, members }): Written => {
    const accepted = new Set(members.flatMap((member) => membersOf(member)));
    const wanted = negated === '';
    return {
      text: `[${negated}${members.join('')}]`,
      pieces: [(char) => accepted.has(char) === wanted],
    };
  });

function membersOf(member: string): readonly string[] {
  const [first, , last] = Array.from(member);
  if (last === undefined) return [member];
  return ALPHABET.filter((char) => codeOf(char) >= codeOf(first) && codeOf(char) <= codeOf(last));
}

const codeOf = (char: string | undefined): number => char?.codePointAt(0) ?? -1;

const anyPiece: fc.Arbitrary<Written> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ALPHABET).map(literal) },
  { weight: 2, arbitrary: fc.constant({ text: '*', pieces: ['*'] as const }) },
  { weight: 1, arbitrary: fc.constant({ text: '?', pieces: [() => true] }) },
  { weight: 1, arbitrary: anyClass },
);

const patternOf = (maxLength: number): fc.Arbitrary<Written> =>
  fc.array(anyPiece, { maxLength }).map((written) => ({
    text: written.map((piece) => piece.text).join(''),
    pieces: written.flatMap((piece) => piece.pieces),
  }));

const keyOf = (alphabet: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { maxLength }).map((chars) => chars.join(''));

/** The definition itself: piece by piece, a star as "nothing, or one more". Row by row, not deep. */
function matchesByDefinition(pieces: readonly Piece[], key: string): boolean {
  const chars = Array.from(key);
  let reached = chars.map(() => false).concat(false);
  reached[0] = true;
  for (const piece of pieces) {
    const next = reached.map(() => false);
    for (let i = 0; i <= chars.length; i++) {
      if (piece === '*') next[i] = reached[i] === true || next[i - 1] === true;
      else next[i] = reached[i - 1] === true && piece(chars[i - 1] as string);
    }
    reached = next;
  }
  return reached[chars.length] === true;
}

const matches = (pattern: string, key: string): boolean =>
  matchGlob(parseGlob(pattern), new KeyView(key));

describe('a glob against the definition of its match', () => {
  it('agrees on short patterns and keys', () => {
    fc.assert(
      fc.property(patternOf(8), keyOf(ALPHABET, 10), ({ text, pieces }, key) => {
        expect(matches(text, key)).toBe(matchesByDefinition(pieces, key));
      }),
      { numRuns: scaledRuns(5000) },
    );
  });

  it('agrees on keys long enough for position sets', () => {
    const key = fc.oneof(keyOf(['a', 'b'], 600), keyOf(['a', 'b', '\u{1f680}'], 600));
    fc.assert(
      fc.property(patternOf(12), key, ({ text, pieces }, long) => {
        expect(matches(text, long)).toBe(matchesByDefinition(pieces, long));
      }),
      { numRuns: scaledRuns(500) },
    );
  });

  it('agrees where a long segment was cut out of the key and perhaps changed', () => {
    const cut = fc.record({
      key: keyOf(['a', 'a', 'a', 'b', '\u{1f680}'], 500),
      from: fc.nat(300),
      length: fc.integer({ min: 1, max: 150 }),
      blanks: fc.array(fc.nat(149), { maxLength: 60 }),
      change: fc.option(fc.nat(149)),
    });
    fc.assert(
      fc.property(cut, ({ key, from, length, blanks, change }) => {
        const piecesOfKey: Written[] = Array.from(key)
          .slice(from, from + length)
          .map(literal);
        const middle = piecesOfKey.map((piece, i) => {
          if (blanks.includes(i)) return { text: '?', pieces: [() => true] };
          return i === change ? literal('b') : piece;
        });
        const text = `*${middle.map((piece) => piece.text).join('')}*`;
        const pieces: Piece[] = ['*', ...middle.flatMap((piece) => piece.pieces), '*'];
        expect(matches(text, key)).toBe(matchesByDefinition(pieces, key));
      }),
      { numRuns: scaledRuns(500) },
    );
  });

  it('never offers too few patterns through the index', () => {
    const patterns = fc.array(patternOf(8), { maxLength: 30 });
    fc.assert(
      fc.property(patterns, fc.array(keyOf(ALPHABET, 12)), (written, keys) => {
        const index = new PatternIndex();
        for (const { text } of written) index.add(text);
        for (const key of keys) {
          const found = new Found();
          index.collect(key, new Found(), found);
          const owners = [...found.numbers.subarray(0, found.count)];
          const expected = written.flatMap(({ pieces }, owner) =>
            matchesByDefinition(pieces, key) ? [owner] : [],
          );
          expect(owners.toSorted((left, right) => left - right)).toEqual(expected);
        }
      }),
      { numRuns: scaledRuns(300) },
    );
  });
});

describe('a glob against picomatch', () => {
  /** Switches off what picomatch adds; slashes and empty keys, which it treats apart, are left out. */
  const plain = { dot: true, nobrace: true, noextglob: true, nonegate: true, strictSlashes: true };
  const simplePiece = fc.constantFrom('a', 'b', 'ab', '.x', '-', '*', '?', '[ab]', '[^a]', '[a-c]');

  it('agrees on what both understand alike', () => {
    const pattern = fc
      .array(simplePiece, { minLength: 1, maxLength: 7 })
      .map((pieces) => pieces.join(''))
      // Stars in a row are a globstar there, and a leading `./` or bare dot is normalised away.
      .filter((text) => !text.includes('**') && !/^\.|\.$/.test(text));
    const key = keyOf(['a', 'b', 'c', '.', 'x', '-'], 9).filter((text) => /^[^.]/.test(text));
    fc.assert(
      fc.property(pattern, key, (text, candidate) => {
        expect(matches(text, candidate)).toBe(picomatch.isMatch(candidate, text, plain));
      }),
      { numRuns: scaledRuns(2000) },
    );
  });
});
