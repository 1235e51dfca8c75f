import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY, classOfAtom, type Segment } from '../../src/routing/glob.ts';
import { parseGlob } from '../../src/routing/glob-parse.ts';
import { KeyView } from '../../src/routing/key-view.ts';
import { findSegment } from '../../src/routing/segment-search.ts';
import { scaledRuns } from '../setup/property-runs.ts';

/** Place by place, atom by atom. */
function findPlainly(
  segment: Segment,
  points: readonly number[],
  from: number,
  to: number,
): number {
  for (let start = from; start + segment.atoms.length <= to; start++) {
    const fits = segment.atoms.every((atom, i) => {
      const point = points[start + i] as number;
      if (atom === ANY || atom === point) return true;
      return atom < 0 && classOfAtom(segment, atom).has(point);
    });
    if (fits) return start;
  }
  return -1;
}

/** Mostly wide atoms, so that many starts are left for the ones that decide. */
const atoms = fc.array(
  fc.constantFrom('?', '?', '[ab]', '[ac]', '[bc]', '[!c]', '[!b]', '[a-c]', '[!a-b]', 'a', 'c'),
  { minLength: 1, maxLength: 70 },
);
/** A repeated unit with a few changes: such keys have many starts that fit nearly. */
const key = fc
  .record({
    unit: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 }),
    length: fc.integer({ min: 1, max: 1500 }),
    changes: fc.array(fc.tuple(fc.nat(1499), fc.constantFrom('a', 'b', 'c')), { maxLength: 20 }),
  })
  .map(({ unit, length, changes }) => {
    const chars = Array.from(unit.repeat(length).slice(0, length));
    for (const [place, char] of changes) if (place < length) chars[place] = char;
    return chars.join('');
  });

describe('a search by position sets against one place by place', () => {
  it('finds the same first place between any bounds', () => {
    const bounds = fc.tuple(fc.nat(1500), fc.nat(1500));
    fc.assert(
      fc.property(atoms, key, bounds, (written, text, [first, second]) => {
        const segment = parseGlob(`${written.join('')}?`).prefix;
        const from = Math.min(first, second, text.length);
        const to = Math.min(Math.max(first, second), text.length);
        const view = new KeyView(text);
        view.prepare();
        const points = Array.from(text, (char) => char.charCodeAt(0));
        expect(findSegment(segment, view, from, to)).toBe(findPlainly(segment, points, from, to));
      }),
      { numRuns: scaledRuns(3000) },
    );
  });
});
