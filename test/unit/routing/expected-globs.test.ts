import { describe, expect, it } from 'vitest';
import { Router } from '../../../src/routing/router.ts';
import { choiceOf, routeSpec, subscriptionSpec } from './route-spec.ts';

describe('expectGlobs', () => {
  it('changes nothing until the routes come', () => {
    const router = new Router();
    router.addRoutes([routeSpec({ id: 0, pattern: 'old.*' })]);
    router.removeRoutes([0]);
    const { generation } = router;
    router.expectGlobs(['a.*', 'b[', '*.b', 'a.*', '*']);
    expect([choiceOf(router, 'a.b'), router.generation]).toEqual([[], generation]);
    router.addRoutes([routeSpec({ id: 1, pattern: 'a.*' }), routeSpec({ id: 2, pattern: '?.b' })]);
    expect(choiceOf(router, 'a.b')).toEqual(['a.* 0', '?.b 0']);
  });

  it('leaves no room taken by what was expected in vain', () => {
    const router = new Router({ maxPatternsPerRun: 2 });
    router.expectGlobs(['*a*', '*a**', '*a***']);
    expect(() => router.addRoutes([routeSpec({ id: 1, pattern: '***a*' })])).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_FULL' }),
    );
    router.addRoutes([routeSpec({ id: 1, pattern: '***a*' })]);
    router.addSubscription(subscriptionSpec({ id: 2, pattern: '*a*' }));
    expect(choiceOf(router, 'a')).toEqual(['***a* 0']);
  });
});
