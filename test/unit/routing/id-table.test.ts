import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from '../../../src/routing/id-table.ts';

describe('IdTable', () => {
  it('has what a map with the same changes has', () => {
    const ids = fc.oneof(fc.nat(200), fc.constantFrom(2 ** 31, 2 ** 40, 2 ** 40 + 63));
    const changes = fc.array(fc.tuple(ids, fc.boolean()), { maxLength: 300 });
    fc.assert(
      fc.property(changes, (list) => {
        const table = new IdTable<string>();
        const map = new Map<number, string>();
        for (const [place, [id, isGoing]] of list.entries()) {
          if (isGoing) table.delete(id);
          else table.set(id, `${place}`);
          if (isGoing) map.delete(id);
          else map.set(id, `${place}`);
          expect([table.get(id), table.size]).toEqual([map.get(id), map.size]);
        }
        for (const [id] of list) expect(table.get(id)).toBe(map.get(id));
      }),
    );
  });
});
