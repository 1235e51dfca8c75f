import { describe, expect, it } from 'vitest';
import { Chains, GramTable, NO_CHAIN } from '../../../src/routing/gram-table.ts';
import { KeyGrams } from '../../../src/routing/grams.ts';

describe('GramTable', () => {
  it('keeps the chains that are left when others go, in whatever order', () => {
    const table = new GramTable();
    const grams = Array.from({ length: 500 }, (_, i) => Math.imul(i, 0x10001) ^ (i << 20));
    for (const [pattern, gram] of grams.entries()) table.grow(gram, pattern);
    const left = new Map(grams.map((gram, pattern) => [gram, pattern]));
    for (let i = 0; i < grams.length; i++) {
      const gone = grams[(i * 177) % grams.length] as number;
      table.shrink(gone, NO_CHAIN);
      left.delete(gone);
      if (i % 25 !== 0) continue;
      expect(table.size).toBe(left.size);
      for (const gram of grams) {
        expect(table.headOf(gram)).toBe(left.get(gram) ?? NO_CHAIN);
        expect(table.countOf(gram)).toBe(left.has(gram) ? 1 : 0);
      }
    }
  });

  it('counts what is under a gram', () => {
    const table = new GramTable();
    table.grow(7, 1);
    table.grow(7, 2);
    expect([table.headOf(7), table.countOf(7), table.size]).toEqual([2, 2, 1]);
    table.shrink(7, 1);
    expect([table.headOf(7), table.countOf(7), table.size]).toEqual([1, 1, 1]);
  });

  it('shows a chain once to each look-up, with the first place of its gram', () => {
    const grams = new KeyGrams();
    grams.read('aba');
    const twice = gramsAt(grams, 1).find((gram) => gramsAt(grams, 3).includes(gram)) as number;
    const table = new GramTable();
    table.grow(twice, 0);
    table.grow(twice, 0);
    table.grow(twice + 1, 8);
    const chains = new Chains();
    const met = (lookUp: number): number[][] => {
      table.visit(grams, lookUp, chains);
      return [...chains.heads.subarray(0, chains.count)].map((head, i) => [
        head,
        chains.places[i] as number,
      ]);
    };
    expect([met(1), chains.patternCount]).toEqual([[[0, 1]], 2]);
    expect([met(1), chains.patternCount]).toEqual([[], 0]);
    expect(met(2)).toEqual([[0, 1]]);
    table.forgetVisits();
    expect(met(2)).toEqual([[0, 1]]);
  });
});

function gramsAt({ count, numbers, places }: KeyGrams, place: number): number[] {
  return [...numbers.subarray(0, count)].filter((_gram, i) => places[i] === place);
}
