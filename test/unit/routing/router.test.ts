import { describe, expect, it } from 'vitest';
import type { BusError } from '../../../src/message/errors.ts';
import { Router, type RouteSpec } from '../../../src/routing/router.ts';
import { choiceOf, routeSpec, subscriptionSpec } from './route-spec.ts';

function routerOf(...routes: readonly (readonly [string, number])[]): Router {
  const router = new Router();
  router.addRoutes(routes.map(([pattern, priority], id) => routeSpec({ id, pattern, priority })));
  return router;
}

function errorOf(act: () => void): BusError {
  try {
    act();
  } catch (error) {
    return error as BusError;
  }
  throw new Error('nothing was thrown');
}

describe('choice (design, section 5)', () => {
  it.each([
    [
      'the higher priority wins',
      [
        ['a.*', 1],
        ['*.b', 2],
      ],
      ['*.b 2', 'a.* 1'],
    ],
    [
      'priority beats exactness',
      [
        ['a.b', 0],
        ['a.*', 1],
      ],
      ['a.* 1', 'a.b 0'],
    ],
    [
      'exact goes before pattern at equal priority',
      [
        ['a.*', 3],
        ['a.b', 3],
      ],
      ['a.b 3', 'a.* 3'],
    ],
    [
      'the older of equals goes first (bullmq worker.test.ts, "same priority in FIFO order")',
      [
        ['*.b', 0],
        ['a.*', 0],
        ['*', 0],
      ],
      ['*.b 0', 'a.* 0', '* 0'],
    ],
    [
      'one pattern may stand at several priorities',
      [
        ['a.*', 1],
        ['a.*', 9],
      ],
      ['a.* 9', 'a.* 1'],
    ],
    [
      'all 31 bits of a priority count',
      [
        ['*', 2 ** 31 - 2],
        ['a*', 2 ** 31 - 1],
      ],
      ['a* 2147483647', '* 2147483646'],
    ],
  ] as const)('%s', (_title, routes, expected) => {
    expect(choiceOf(routerOf(...routes), 'a.b')).toEqual(expected);
  });

  it('orders a thousand matches of many priorities as it orders two', () => {
    const router = new Router();
    const routes = Array.from({ length: 1000 }, (_, id) =>
      routeSpec({
        id,
        pattern: `${'*'.repeat(id + 1)}`,
        priority: (id * 7919) % 10,
        order: 2000 - id,
      }),
    );
    router.addRoutes([...routes, routeSpec({ id: 1000, pattern: 'k', priority: 5, order: 9999 })]);
    const places = router.resolve('k').sets.map((set) => [-set.priority, set.match, set.order]);
    expect(places).toHaveLength(1001);
    const sorted = places.toSorted((left, right) => {
      const [leftPriority, leftMatch, leftOrder] = left as [number, string, number];
      const [rightPriority, rightMatch, rightOrder] = right as [number, string, number];
      if (leftPriority !== rightPriority) return leftPriority - rightPriority;
      return leftMatch === rightMatch ? leftOrder - rightOrder : leftMatch === 'exact' ? -1 : 1;
    });
    expect(places).toEqual(sorted);
  });

  it('orders routes whose registration numbers exceed 32 bits', () => {
    const router = new Router();
    for (let id = 0; id < 40; id++) {
      router.addRoutes([routeSpec({ id, pattern: '*'.repeat(id + 1), order: 2 ** 40 - id })]);
    }
    const orders = router.resolve('k').sets.map((set) => set.order);
    expect(orders).toEqual(orders.toSorted((left, right) => left - right));
    expect(orders).toHaveLength(40);
  });
});

describe('matching', () => {
  it('takes special characters of an exact pattern for text', () => {
    const router = new Router();
    router.addRoutes([routeSpec({ id: 1, pattern: 'a*', match: 'exact' })]);
    expect(choiceOf(router, 'a*')).toEqual(['a* 0']);
    expect(choiceOf(router, 'ab')).toEqual([]);
  });

  it('keeps an exact pattern and a glob of the same text apart', () => {
    const router = new Router();
    router.addRoutes([
      routeSpec({ id: 1, pattern: 'a*', match: 'glob' }),
      routeSpec({ id: 2, pattern: 'a*', match: 'exact' }),
    ]);
    expect(router.resolve('a*').sets.map((set) => set.match)).toEqual(['exact', 'glob']);
    router.removeRoutes([2]);
    expect(router.resolve('a*').sets.map((set) => set.match)).toEqual(['glob']);
  });

  // Behaviour C10: nats-server TestSublistInsertWithWildcardsAsLiterals.
  it('takes a wildcard inside a token by the rules of this bus (nats-server "foo.*-")', () => {
    expect(choiceOf(routerOf(['foo.*-', 0]), 'foo.x.y-')).toEqual(['foo.*- 0']);
  });

  // Bugs 48: spearhead-ea/island PR 270.
  it('matches every star of a pattern, not only the first (island PR 270)', () => {
    expect(choiceOf(routerOf(['a.*.b.*', 0]), 'a.x.b.y')).toEqual(['a.*.b.* 0']);
  });

  it('gives all keys without a match the same frozen object', () => {
    const router = routerOf(['a.*', 0]);
    const nothing = router.resolve('b');
    expect(router.resolve('c')).toBe(nothing);
    expect(Object.isFrozen(nothing)).toBe(true);
    expect(nothing).toEqual({ sets: [], notify: [], subscriptions: [], groups: [] });
  });

  it('is not led astray by names that objects have', () => {
    const router = routerOf(['__proto__', 0], ['const*', 0]);
    expect(choiceOf(router, '__proto__')).toEqual(['__proto__ 0']);
    expect(choiceOf(router, 'constructor')).toEqual(['const* 0']);
    expect(choiceOf(router, 'toString')).toEqual([]);
  });

  it('agrees with itself whether a key was looked up before or not (nats-server PR 5353)', () => {
    const router = routerOf(['a.*', 0]);
    expect(choiceOf(router, 'a.b')).toEqual(choiceOf(router, 'a.b'));
    router.addRoutes([routeSpec({ id: 9, pattern: 'a.b' })]);
    expect(choiceOf(router, 'a.b')).toEqual(['a.b 0', 'a.* 0']);
  });
});

describe('balance sets', () => {
  const members = (router: Router, key: string): number[][] =>
    router.resolve(key).sets.map((set) => set.members.map((member) => member.id));

  it('join routes of the same pattern, match and priority, by age (nest 3074, patrun 8)', () => {
    const router = new Router();
    router.addRoutes([
      routeSpec({ id: 2, pattern: 'a.*', order: 20 }),
      routeSpec({ id: 1, pattern: 'a.*', order: 10 }),
      routeSpec({ id: 3, pattern: 'a.*', order: 30, priority: 1 }),
    ]);
    expect(members(router, 'a.b')).toEqual([[3], [1, 2]]);
  });

  it('keep their identity and scratch while members come and go', () => {
    const router = routerOf(['a.*', 0]);
    const [set] = router.resolve('a.b').sets;
    if (set === undefined) throw new Error('no set');
    set.scratch = { inFlight: 1 };
    const before = set.members;
    router.addRoutes([routeSpec({ id: 7, pattern: 'a.*' })]);
    expect(router.resolve('a.c').sets[0]).toBe(set);
    expect(set.members).not.toBe(before);
    expect(before).toHaveLength(1);
    expect(set.members).toHaveLength(2);
    router.removeRoutes([0]);
    expect(router.resolve('a.d').sets[0]).toBe(set);
    expect(set.scratch).toEqual({ inFlight: 1 });
  });

  it('keep the age of their first member until they are empty', () => {
    const router = routerOf(['a.*', 0], ['*.b', 0]);
    router.addRoutes([routeSpec({ id: 5, pattern: 'a.*' })]);
    router.removeRoutes([0]);
    expect(choiceOf(router, 'a.b')).toEqual(['a.* 0', '*.b 0']);
    router.removeRoutes([5]);
    router.addRoutes([routeSpec({ id: 6, pattern: 'a.*' })]);
    expect(choiceOf(router, 'a.b')).toEqual(['*.b 0', 'a.* 0']);
  });

  it('are another object, without members in the old one, after they were empty', () => {
    const router = routerOf(['a.*', 0]);
    const [old] = router.resolve('a.b').sets;
    router.removeRoutes([0]);
    expect(old?.members).toEqual([]);
    router.addRoutes([routeSpec({ id: 1, pattern: 'a.*' })]);
    expect(router.resolve('a.b').sets[0]).not.toBe(old);
  });

  it('refuse a member that asks for another balance', () => {
    const router = routerOf(['a.*', 0]);
    const error = errorOf(() =>
      router.addRoutes([routeSpec({ id: 1, pattern: 'a.*', balance: 'random' })]),
    );
    expect(error.code).toBe('ERR_BUS_CONFIG');
    expect(error.message).toContain('"round-robin"');
    expect(error.message).toContain('"random"');
  });
});

describe('notify', () => {
  it('has each target of all matching routes once, in choice order', () => {
    const router = new Router();
    router.addRoutes([
      routeSpec({ id: 1, pattern: '*', target: 30 }),
      routeSpec({ id: 2, pattern: 'a.*', target: 10 }),
      routeSpec({ id: 3, pattern: 'a.b', target: 30 }),
      routeSpec({ id: 4, pattern: '*.b', target: 20, priority: 1 }),
      routeSpec({ id: 5, pattern: 'x', target: 40 }),
    ]);
    expect(router.resolve('a.b').notify).toEqual([20, 30, 10]);
  });

  it('has the members that a set has now, each target once', () => {
    const router = new Router();
    const specs = [5, 6, 5, 7].map((target, id) => routeSpec({ id, pattern: 'a.*', target }));
    router.addRoutes(specs.slice(0, 3));
    expect(router.resolve('a.b').notify).toEqual([5, 6]);
    router.addRoutes(specs.slice(3));
    expect(router.resolve('a.b').notify).toEqual([5, 6, 7]);
    router.removeRoutes([1, 2]);
    expect(router.resolve('a.b').notify).toEqual([5, 7]);
  });
});

describe('subscriptions', () => {
  it('has each matching subscription once, the oldest first (aedes 37, mosca 426)', () => {
    const router = new Router();
    router.addSubscription(subscriptionSpec({ id: 1, pattern: 'a.*', target: 7 }));
    router.addSubscription(subscriptionSpec({ id: 2, pattern: '*.b', target: 7 }));
    router.addSubscription(subscriptionSpec({ id: 3, pattern: 'a.b', target: 7 }));
    router.addSubscription(subscriptionSpec({ id: 4, pattern: '*', target: 5 }));
    expect(router.resolve('a.b').subscriptions).toEqual([7, 5]);
    router.removeSubscription(1);
    router.removeSubscription(3);
    expect(router.resolve('a.b').subscriptions).toEqual([7, 5]);
    expect(router.resolve('a.c').subscriptions).toEqual([5]);
  });

  it('share a pattern with routes and outlive them', () => {
    const router = routerOf(['a.*', 0]);
    router.addSubscription(subscriptionSpec({ id: 1, pattern: 'a.*' }));
    router.removeRoutes([0]);
    expect(router.resolve('a.b')).toMatchObject({ sets: [], notify: [], subscriptions: [1] });
    router.removeSubscription(1);
    expect(router.resolve('a.b').subscriptions).toEqual([]);
  });

  it('refuse an id that is in use', () => {
    const router = new Router();
    router.addSubscription(subscriptionSpec({ id: 1, pattern: 'a' }));
    const again = subscriptionSpec({ id: 1, pattern: 'b' });
    expect(errorOf(() => router.addSubscription(again)).code).toBe('ERR_BUS_DUPLICATE');
    expect(router.resolve('b').subscriptions).toEqual([]);
  });
});

describe('removal', () => {
  it('leaves exact routes alone when a pattern goes (EventEmitter2 68)', () => {
    const router = new Router();
    router.addRoutes([
      routeSpec({ id: 1, pattern: 'foo.bar.baz' }),
      routeSpec({ id: 2, pattern: 'foo.bar.baz' }),
      routeSpec({ id: 3, pattern: 'foo.*.*' }),
    ]);
    router.removeRoutes([3]);
    const [set] = router.resolve('foo.bar.baz').sets;
    expect(set?.members.map((member) => member.id)).toEqual([1, 2]);
  });

  it('leaves nothing when all routes are gone', () => {
    const router = routerOf(['a.*', 0], ['a.b', 0], ['*', 0]);
    router.resolve('a.b');
    router.removeRoutes([0]);
    expect(choiceOf(router, 'a.b')).toEqual(['a.b 0', '* 0']);
    router.removeRoutes([1, 2]);
    expect(choiceOf(router, 'a.b')).toEqual([]);
    expect(router.routeCount).toBe(0);
  });

  it('takes all that a target had and nothing else', () => {
    const router = new Router();
    router.addRoutes([
      routeSpec({ id: 1, pattern: 'a.*', target: 1 }),
      routeSpec({ id: 2, pattern: 'a.*', target: 2 }),
      routeSpec({ id: 3, pattern: 'a.b', target: 1 }),
    ]);
    router.addSubscription(subscriptionSpec({ id: 1, pattern: '*', target: 1 }));
    router.addSubscription(subscriptionSpec({ id: 2, pattern: '*', target: 2 }));
    router.removeTarget(1);
    expect(router.resolve('a.b')).toMatchObject({ notify: [2], subscriptions: [2] });
    expect(router.routeCount).toBe(1);
    expect(router.subscriptionCount).toBe(1);
  });

  it('passes over what is not there', () => {
    const router = routerOf(['a.*', 0]);
    const before = router.generation;
    router.removeRoutes([5, 6]);
    router.removeSubscription(5);
    router.removeTarget(99);
    router.addRoutes([]);
    expect(router.generation).toBe(before);
    expect(choiceOf(router, 'a.b')).toEqual(['a.* 0']);
  });

  it('takes an id that was given twice once', () => {
    const router = routerOf(['a.*', 0], ['a.*', 0]);
    router.removeRoutes([0, 0]);
    expect(router.routeCount).toBe(1);
  });
});

describe('addRoutes', () => {
  const refusals: readonly (readonly [string, RouteSpec, string])[] = [
    ['bad syntax', routeSpec({ id: 9, pattern: 'b[' }), 'ERR_BUS_INVALID_PATTERN'],
    ['an id in use', routeSpec({ id: 0, pattern: 'b' }), 'ERR_BUS_DUPLICATE'],
    ['an id twice in the list', routeSpec({ id: 5, pattern: 'b' }), 'ERR_BUS_DUPLICATE'],
    ['a negative priority', routeSpec({ id: 9, pattern: 'b', priority: -1 }), 'ERR_BUS_CONFIG'],
    ['a broken priority', routeSpec({ id: 9, pattern: 'b', priority: 0.5 }), 'ERR_BUS_CONFIG'],
    ['no priority', routeSpec({ id: 9, pattern: 'b', priority: Number.NaN }), 'ERR_BUS_CONFIG'],
    [
      'a priority over 31 bits',
      routeSpec({ id: 9, pattern: 'b', priority: 2 ** 31 }),
      'ERR_BUS_CONFIG',
    ],
  ];

  it.each(refusals)(
    'changes nothing when one of the routes is refused: %s',
    (_title, bad, code) => {
      const router = routerOf(['a.*', 0]);
      const { generation } = router;
      const good = [
        routeSpec({ id: 5, pattern: 'a.*' }),
        routeSpec({ id: 6, pattern: 'c.*' }),
        routeSpec({ id: 7, pattern: 'a.*', priority: 4 }),
      ];
      expect(errorOf(() => router.addRoutes([...good, bad])).code).toBe(code);
      expect(router.generation).toBe(generation);
      expect(router.routeCount).toBe(1);
      expect(router.resolve('a.b').sets.map((set) => set.members.length)).toEqual([1]);
      expect(choiceOf(router, 'c.x')).toEqual([]);
      router.addRoutes(good);
      expect(choiceOf(router, 'a.b')).toEqual(['a.* 4', 'a.* 0']);
      expect(router.routeCount).toBe(4);
    },
  );

  it('gives a set back its age when an older route than its own is refused with others', () => {
    const router = routerOf(['*.b', 0], ['a.*', 0]);
    const older = routeSpec({ id: 9, pattern: 'a.*', order: -1 });
    expect(() => router.addRoutes([older, routeSpec({ id: 8, pattern: '[' })])).toThrow();
    expect(choiceOf(router, 'a.b')).toEqual(['*.b 0', 'a.* 0']);
    router.addRoutes([older]);
    expect(choiceOf(router, 'a.b')).toEqual(['a.* 0', '*.b 0']);
  });

  it('changes nothing when the list itself throws', () => {
    const router = routerOf(['a.*', 0]);
    function* broken(): Generator<RouteSpec> {
      yield routeSpec({ id: 5, pattern: 'b.*' });
      throw new Error('no more');
    }
    expect(errorOf(() => router.addRoutes(broken())).message).toBe('no more');
    expect(router.routeCount).toBe(1);
    expect(choiceOf(router, 'b.c')).toEqual([]);
  });

  it('is one change of the generation, however many routes come', () => {
    const router = new Router();
    router.addRoutes([routeSpec({ id: 1, pattern: 'a' }), routeSpec({ id: 2, pattern: 'b*' })]);
    expect(router.generation).toBe(1);
    router.removeRoutes([1, 2]);
    expect(router.generation).toBe(2);
    router.addSubscription(subscriptionSpec({ id: 1, pattern: 'a' }));
    expect(router.generation).toBe(3);
  });
});
