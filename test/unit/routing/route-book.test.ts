import { describe, expect, it } from 'vitest';
import { Columns } from '../../../src/routing/columns.ts';
import { PatternTable } from '../../../src/routing/pattern-table.ts';
import { RouteBook } from '../../../src/routing/route-book.ts';
import { Router } from '../../../src/routing/router.ts';
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

describe('routes by what they are', () => {
  const specs = [
    routeSpec({ id: 1, pattern: 'a.*', target: 7 }),
    routeSpec({ id: 2, pattern: 'a.*', target: 8 }),
    routeSpec({ id: 3, pattern: 'a.*', target: 9, priority: 4 }),
    routeSpec({ id: 4, pattern: 'a.*', target: 7, match: 'exact' }),
  ];

  it('are found by pattern, match and target, or target alone', () => {
    const router = new Router();
    router.addRoutes(specs);
    expect(router.routeTo(7, 'a.*', 'glob')?.id).toBe(1);
    expect(router.routeTo(8, 'a.*', 'glob')?.id).toBe(2);
    expect(router.routeTo(9, 'a.*', 'glob')?.id).toBe(3);
    expect(router.routeTo(7, 'a.*', 'exact')?.id).toBe(4);
    expect(router.routeTo(8, 'a.*', 'exact')).toBeUndefined();
    expect(router.routesOf(7).map(({ id }) => id)).toEqual([1, 4]);
    const sets = router.setsOf('a.*', 'glob')?.map(({ members }) => members.map(({ id }) => id));
    expect(sets?.toSorted()).toEqual([[1, 2], [3]]);
    expect(router.setsOf('a.b', 'glob')).toBeUndefined();
  });

  it('are gone when they are removed, and their set is told of when it is empty', () => {
    const emptied: string[] = [];
    const router = new Router({}, ({ match, priority }) => emptied.push(`${match} ${priority}`));
    router.addRoutes(specs);
    router.removeRoutes([1]);
    expect([router.routeTo(7, 'a.*', 'glob'), emptied]).toEqual([undefined, []]);
    router.removeTarget(7);
    expect([router.routeTo(7, 'a.*', 'exact'), emptied]).toEqual([undefined, ['exact 0']]);
    router.removeRoutes([2, 3]);
    expect(emptied).toEqual(['exact 0', 'glob 0', 'glob 4']);
    expect(() => router.addRoutes([...specs, routeSpec({ id: 9, pattern: '[' })])).toThrow();
    expect([router.routesOf(7), emptied.length]).toEqual([[], 6]);
  });
});
