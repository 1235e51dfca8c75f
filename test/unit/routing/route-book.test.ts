import { describe, expect, it } from 'vitest';
import { Columns } from '../../../src/routing/columns.ts';
import { PatternTable } from '../../../src/routing/pattern-table.ts';
import { RouteBook } from '../../../src/routing/route-book.ts';
import { routeSpec } from './route-spec.ts';

describe('RouteBook', () => {
  it('knows the routes of a target until they are removed', () => {
    const book = new RouteBook(new PatternTable({}), new Columns());
    book.add([1, 2, 3].map((id) => routeSpec({ id, pattern: `a${id}.*`, target: id % 2 })));
    expect(book.idsOfTarget(1)).toEqual([1, 3]);
    expect(book.remove([1, 9])).toBe(1);
    expect(book.idsOfTarget(1)).toEqual([3]);
    expect(book.remove([3, 2])).toBe(2);
    expect(book.idsOfTarget(1)).toEqual([]);
    expect(book.size).toBe(0);
  });
});
