import { beforeAll, describe, expect, it } from 'vitest';
import type { MessageBus, RouteOptions } from '../../src/index.ts';
import { createWatchedBus } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

describe.each([1, 2, 4])('regular expressions with %i shards', (shards) => {
  let bus: MessageBus;
  const shared = sharedBus({ shards });

  const add = async (id: string, ...routes: (readonly [string | RegExp, RouteOptions?])[]) => {
    shared.open(await bus.registerEndpoint(id, () => id));
    return bus.registerRoutes(
      routes.map(([pattern, options]) => ({ pattern, endpoint: id, ...options })),
    );
  };

  beforeAll(() => {
    bus = shared.bus;
  });

  it('route what they find anywhere in the key, beside globs and exact keys', async () => {
    await add('orders', [/^order\.(\d+)$/, { priority: 1 }]);
    await add('text', ['item', { match: 'regex' }], [/ITEM/i, { priority: 2 }]);
    await add('all', ['*']);
    expect(await bus.request('order.17')).toBe('orders');
    expect(await bus.request('order.x')).toBe('all');
    expect(await bus.request('an.item.1')).toBe('text');
    expect(await bus.request('an.Item.1')).toBe('text');
    const routes = await bus.findAllRoutes('an.item.1');
    expect(routes.map(({ pattern, match }) => [pattern, match])).toEqual([
      ['(?i)ITEM', 'regex'],
      ['item', 'regex'],
      ['*', 'glob'],
    ]);
  });

  it('come after an exact key and by age at equal priority', async () => {
    await add('regex', [/^a/]);
    await add('glob', ['a*']);
    await add('exact', ['ab']);
    expect(await bus.request('ab')).toBe('exact');
    expect(await bus.request('ac')).toBe('regex');
  });

  it('are known by source and flags', async () => {
    await add('one', [/a/], [/a/i]);
    expect(await codeOf(bus.registerRoute(/a/, 'one'))).toBe('ERR_BUS_DUPLICATE');
    expect(await codeOf(bus.registerRoute('a', 'one', { match: 'regex' }))).toBe(
      'ERR_BUS_DUPLICATE',
    );
    expect(await bus.removeRoute(/a/s, 'one')).toBe(false);
    expect(await bus.removeRoute(/a/, 'one')).toBe(true);
    expect(await bus.removeRoute(/a/, 'one')).toBe(false);
    expect(await bus.request('A')).toBe('one');
    expect(await bus.removeRoute(/a/i, 'one')).toBe(true);
    expect(await codeOf(bus.request('A'))).toBe('ERR_BUS_NO_ROUTE');
  });

  it('are what subscriptions and once may ask for', async () => {
    const heard: string[] = [];
    const sub = await bus.subscribe(/\.(created|deleted)$/, (event) => {
      heard.push(event.routingKey);
    });
    const other = await bus.subscribe('^user', () => {}, { match: 'regex' });
    const first = bus.once(/^user\.d/);
    expect(await bus.publish('user.created', 1)).toBeGreaterThanOrEqual(2);
    await bus.publish('user.changed', 2);
    await until(async () => {
      const { subscriptions } = await bus.explain('user.deleted');
      return subscriptions.some(({ pattern }) => pattern === '^user\\.d');
    });
    await bus.publish('user.deleted', 3);
    expect((await first).payload).toBe(3);
    await bus.flush();
    expect(heard).toEqual(['user.created', 'user.deleted']);
    await sub.unsubscribe();
    await other.unsubscribe();
  });

  it('are refused where they cannot be kept within bounds, saying what is wrong', async () => {
    shared.open(await bus.registerEndpoint('e', () => {}));
    const refusals: [unknown, string][] = [
      [/a(?=b)/, 'look-ahead'],
      [/(?<!a)b/, 'look-behind'],
      [/(a)\1/, 'back-reference'],
      [/a/g, 'flags'],
      [/a{200}/, 'instructions'],
    ];
    for (const [pattern, reason] of refusals) {
      const error = await failureOf(bus.registerRoute(pattern as RegExp, 'e'));
      expect([error.code, error.message]).toEqual([
        'ERR_BUS_INVALID_PATTERN',
        expect.stringContaining(reason),
      ]);
    }
    const bad = await failureOf(bus.registerRoute('a(', 'e', { match: 'regex' }));
    expect(bad.code).toBe('ERR_BUS_INVALID_PATTERN');
    expect(await codeOf(bus.registerRoute(/a/, 'e', { match: 'glob' }))).toBe(
      'ERR_BUS_INVALID_PATTERN',
    );
  });
});

describe('the limits of patterns', () => {
  it('are options, and an over-run names its option and adds nothing', async () => {
    const bus = await createWatchedBus({ shards: 2, maxRegexRoutes: 2, maxPatternsPerRun: 3 });
    await bus.registerEndpoint('e', () => 'e');
    await bus.registerRoute(/a/, 'e');
    await bus.registerRoute('?*', 'e');
    const many = await failureOf(
      bus.registerRoutes([
        { pattern: 'exact', endpoint: 'e' },
        { pattern: /b/, endpoint: 'e' },
      ]),
    );
    expect([many.code, many.details]).toEqual([
      'ERR_BUS_FULL',
      { limit: 2, option: 'maxRegexRoutes' },
    ]);
    expect(await bus.findAllRoutes('exact')).toHaveLength(2);
    for (const stars of ['*', '**', '***']) await bus.registerRoute(`x${stars}`, 'e');
    const run = await failureOf(bus.registerRoute('x****', 'e'));
    expect([run.code, run.details]).toEqual([
      'ERR_BUS_FULL',
      { limit: 3, option: 'maxPatternsPerRun' },
    ]);
    await bus.removeRoute(/a/, 'e');
    await bus.registerRoute(/b/, 'e');
    expect(await bus.request('b')).toBe('e');
    await bus.close();
  });
});
