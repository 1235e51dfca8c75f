import { describe, expect, it } from 'vitest';
import { Posting } from '../../../src/routing/posting.ts';

describe('Posting', () => {
  it('keeps the grams and the place of each entry beside it when others go', () => {
    const posting = new Posting<{ readonly name: number; place: number }>(7);
    const entries = Array.from({ length: 6 }, (_, name) => ({ name, place: -1 }));
    for (const entry of entries) posting.add(entry, 10 * entry.name, 10 * entry.name + 1);
    for (const gone of [1, 0, 5, 3]) {
      posting.remove(entries[gone] as (typeof entries)[number]);
      for (const [place, entry] of posting.entries.entries()) {
        expect(entry.place).toBe(place);
        expect(posting.moreGrams.slice(2 * place, 2 * place + 2)).toEqual([
          10 * entry.name,
          10 * entry.name + 1,
        ]);
      }
    }
    const left = posting.entries.map((entry) => entry.name);
    expect(left.toSorted((a, b) => a - b)).toEqual([2, 4]);
    expect(posting.moreGrams).toHaveLength(4);
  });
});
