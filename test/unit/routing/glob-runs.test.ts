import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY, type Glob, type Segment } from '../../../src/routing/glob.ts';
import { parseGlob } from '../../../src/routing/glob-parse.ts';
import { GlobRuns } from '../../../src/routing/glob-runs.ts';
import { gramsOfRuns } from '../../../src/routing/grams.ts';
import { END, START } from '../../../src/routing/key-text.ts';

/** One reader for all: what a pattern before has left must not show. */
const reader = new GlobRuns();

function gramsOf(pattern: string): number[] {
  reader.read(pattern);
  return [...reader.grams.subarray(0, reader.gramCount)];
}

/** Runs of text and marks as the parsed form of the pattern has them. */
function runsOf({ middles, prefix, starred, suffix }: Glob): number[][] {
  const runs: number[][] = [[START]];
  const add = ({ atoms, literal }: Segment): void => {
    const points =
      literal === undefined ? atoms : Array.from(literal, (char) => char.codePointAt(0));
    for (const point of points as readonly number[]) {
      if (point <= ANY) runs.push([]);
      else
        for (const unit of String.fromCodePoint(point).split(''))
          runs.at(-1)?.push(unit.charCodeAt(0));
    }
  };
  for (const [place, segment] of (starred ? [prefix, ...middles, suffix] : [prefix]).entries()) {
    if (place > 0) runs.push([]);
    add(segment);
  }
  runs.at(-1)?.push(END);
  return runs.filter((run) => run.some((unit) => unit < START));
}

describe('GlobRuns', () => {
  it.each([
    ...['a', 'abc', '*a', 'a*', '*ab*', '***order.created**', 'order.created', '*.\u{1f68c}.*'],
    ...[
      '*seventeen.letters',
      '12345678901234567890',
      '*]-!*',
      'a*b',
      '?a',
      'a?b',
      '[ab]x*',
      'x[*]y',
    ],
    ...['[\u{1f68c}]z', '*[a-c]lit', 'l?t[0-9]*', '', '*', '?', '[ab]', `*${'long'.repeat(90)}*x`],
  ])('has the grams of %j', (pattern) => {
    gramsOf('*another*');
    expect(gramsOf(pattern)).toEqual(gramsOfRuns(runsOf(parseGlob(pattern))).flat());
  });

  it('has the grams of any pattern, and refuses what is no pattern', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '!', '-', '\u{1f68c}'),
    });
    fc.assert(
      fc.property(text, (pattern) => {
        let glob: Glob;
        try {
          glob = parseGlob(pattern);
        } catch (error) {
          expect(() => reader.read(pattern)).toThrow((error as Error).message);
          return;
        }
        expect(gramsOf(pattern)).toEqual(gramsOfRuns(runsOf(glob)).flat());
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['abc', 'abc', true, true],
    ['**abc', 'abc', false, true],
    ['abc*', 'abc', true, false],
    ['*a[b]c*', 'abc', false, false],
    ['[*]', '*', true, true],
  ])('sees that %j is one run of text', (pattern, text, isAtStart, isAtEnd) => {
    reader.read(pattern);
    const units = reader.units.subarray(reader.textFrom, reader.textTo);
    expect(String.fromCharCode(...units)).toBe(text);
    expect(reader).toMatchObject({ isText: true, isAtStart, isAtEnd });
  });

  it.each(['', '*', 'a*b', '?a', 'a?', '[ab]x', '*x[ab]*', '*a*a'])(
    'sees that %j is not one run of text alone',
    (pattern) => {
      reader.read(pattern);
      expect(reader.isText).toBe(false);
    },
  );

  it('says for each gram where in its run it starts, and how long it is', () => {
    reader.read('abcdefghij*klm');
    // START and ten letters have four grams of eight; three letters and END one of four.
    expect([...reader.places.subarray(0, reader.gramCount)]).toEqual([0, 1, 2, 3, 0]);
    expect([...reader.sizes.subarray(0, reader.gramCount)]).toEqual([8, 8, 8, 8, 4]);
  });
});
