import { describe, expect, it } from 'vitest';
import { GramTable, NO_CHAIN } from '../../../src/routing/gram-table.ts';

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

  it('shows a chain once to each look-up', () => {
    const table = new GramTable();
    table.grow(0, 0);
    expect([table.visit(0, 1), table.visit(0, 1), table.visit(0, 2)]).toEqual([0, NO_CHAIN, 0]);
    table.forgetVisits();
    expect([table.visit(0, 2), table.visit(1, 2)]).toEqual([0, NO_CHAIN]);
  });
});
