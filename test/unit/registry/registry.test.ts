import { beforeEach, describe, expect, it } from 'vitest';
import type { EndpointSpec, RouteRequest } from '../../../src/control/plane.ts';
import { hashKey } from '../../../src/message/key.ts';
import { Registry } from '../../../src/registry/registry.ts';

const NOW_MS = 1_700_000_000_000;
const MAIN = 0;
const WORKER = 1;

const limits = {
  maxEndpoints: 4,
  maxSubscriptions: 3,
  maxRoutes: 6,
  maxRegexRoutes: 2,
  maxPatternsPerRun: 100,
  targets: 8,
  cells: 64,
};

let registry: Registry;
beforeEach(() => {
  registry = new Registry(limits);
});

const endpoint = (id: string, rest: Partial<EndpointSpec> = {}): EndpointSpec => ({
  id,
  tags: [],
  window: 10,
  ...rest,
});

const route = (pattern: string, to: string, rest: Partial<RouteRequest> = {}): RouteRequest => ({
  pattern,
  match: /[*?[]/.test(pattern) ? 'glob' : 'exact',
  endpoint: to,
  priority: 0,
  balance: 'round-robin',
  weight: 1,
  ...rest,
});

function register(id: string, client = MAIN, rest: Partial<EndpointSpec> = {}): number {
  const target = registry.allocateTarget(client);
  registry.addEndpoint(client, target, endpoint(id, rest));
  return target;
}

describe('Registry endpoints', () => {
  it('turns an endpoint into a target that parks what finds no room', () => {
    const target = registry.allocateTarget(WORKER);
    expect(registry.addEndpoint(WORKER, target, endpoint('a'))).toEqual({
      id: target,
      kind: 'endpoint',
      client: WORKER,
      window: 10,
      whenFull: 'park',
      concurrency: 10,
      place: hashKey('a'),
    });
    const limited = { id: 'b', tags: [], window: 64, concurrency: 3, queueLimit: 5 };
    const second = registry.allocateTarget(WORKER);
    expect(registry.addEndpoint(WORKER, second, limited)).toMatchObject({
      window: 64,
      concurrency: 3,
      capacity: 8,
    });
  });

  it('isolates an endpoint that exists', () => {
    const target = register('a');
    expect(registry.setEndpointState('a', 'isolated')).toBe(target);
    expect([registry.endpointAt(target)?.state, registry.findEndpoints({})[0]?.state]).toEqual([
      'isolated',
      'isolated',
    ]);
    registry.setEndpointState('a', 'active');
    expect(registry.endpointAt(target)?.state).toBe('active');
    const unknown = expect.objectContaining({ code: 'ERR_BUS_ENDPOINT_NOT_FOUND' });
    expect(() => registry.setEndpointState('b', 'isolated')).toThrow(unknown);
  });

  it('cuts a window to the cells that a link has', () => {
    const target = registry.allocateTarget(MAIN);
    expect(registry.addEndpoint(MAIN, target, endpoint('a', { window: 1000 })).window).toBe(64);
  });

  it('refuses an id that exists, from whichever client', () => {
    register('a');
    expect(() => register('a', WORKER)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_DUPLICATE', details: { endpoint: 'a' } }),
    );
  });

  it('names the option when there are too many', () => {
    for (const id of ['a', 'b', 'c', 'd']) register(id);
    expect(() => register('e')).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_FULL',
        details: { limit: 4, option: 'maxEndpoints' },
      }),
    );
  });

  it('refuses a target that belongs to another client or is in use', () => {
    const target = register('a');
    const add = (client: number) => () => registry.addEndpoint(client, target, endpoint('b'));
    expect(add(WORKER)).toThrow(expect.objectContaining({ code: 'ERR_BUS_INTERNAL' }));
    expect(add(MAIN)).toThrow(expect.objectContaining({ code: 'ERR_BUS_INTERNAL' }));
  });

  it.each([
    ['id', { id: '' }],
    ['service', { service: 5 }],
    ['tags', { tags: 'eu' }],
    ['tags', { tags: [''] }],
    ['maxConcurrentDeliveries', { window: 0 }],
    ['maxConcurrentDeliveries', { window: 1.5 }],
  ])('refuses a bad %s that got past a worker', (option, rest) => {
    const target = registry.allocateTarget(WORKER);
    const spec = { ...endpoint('a'), ...rest } as EndpointSpec;
    expect(() => registry.addEndpoint(WORKER, target, spec)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_CONFIG',
        details: expect.objectContaining({ option }),
      }),
    );
  });

  it('finds by service, version and tag, in order of registration', () => {
    register('a', MAIN, { service: 's', version: '1', tags: ['eu'] });
    register('b', WORKER, { service: 's', version: '2', tags: ['eu', 'us'] });
    register('c', MAIN, { service: 't' });
    const ids = (query: object) => registry.findEndpoints(query).map((entry) => entry.spec.id);
    expect(ids({})).toEqual(['a', 'b', 'c']);
    expect(ids({ service: 's' })).toEqual(['a', 'b']);
    expect(ids({ service: 's', version: '2' })).toEqual(['b']);
    expect(ids({ tag: 'us' })).toEqual(['b']);
    expect(ids({ tag: 'none' })).toEqual([]);
  });

  it('gives an id free again when its endpoint has left', () => {
    const target = register('a');
    expect(registry.removeEndpoint(target)).toEqual([]);
    expect(registry.removeEndpoint(target)).toBeUndefined();
    expect(() => register('a')).not.toThrow();
  });
});

describe('Registry routes', () => {
  it('numbers routes in order of registration', () => {
    const target = register('a');
    const specs = registry.addRoutes([route('x', 'a'), route('y.*', 'a')], NOW_MS);
    const records = registry.recordsOf(specs);
    expect(specs.map((spec) => spec.order)).toEqual([1, 2]);
    expect(specs.every((spec) => spec.target === target)).toBe(true);
    expect(records[1]).toEqual({ ...route('y.*', 'a'), id: 2, createdAt: NOW_MS });
  });

  it('gives the members of a balance set one cursor, and other sets another one', () => {
    register('a');
    register('b');
    const specs = registry.addRoutes(
      [
        route('x', 'a'),
        route('x', 'b'),
        route('x', 'b', { match: 'glob' }),
        route('y', 'a', { priority: 1 }),
      ],
      NOW_MS,
    );
    const cursors = specs.map((spec) => spec.cursor);
    expect(cursors[0]).toBe(cursors[1]);
    expect(new Set(cursors).size).toBe(3);
  });

  it('gives cursors back with their sets, and that of a route which is refused', () => {
    registry = new Registry({ ...limits, targets: 3 });
    register('a');
    const cursorOf = (pattern: string): number | undefined =>
      registry.addRoutes([route(pattern, 'a')], NOW_MS)[0]?.cursor;
    expect(() => registry.addRoutes([route('[', 'a')], NOW_MS)).toThrow();
    const taken = [cursorOf('x'), cursorOf('y')];
    registry.removeRoute('x', 'exact', 'a');
    // In turn, except for those that are in use: of three words, that of the refused route is the next.
    expect([...taken, cursorOf('z')]).toEqual([1, 2, 0]);
    registry.removeRoute('z', 'exact', 'a');
    expect([cursorOf('v'), cursorOf('w')]).toEqual([1, 0]);
  });

  it('refuses another balance in a set, and names both', () => {
    register('a');
    register('b');
    registry.addRoutes([route('x', 'a')], NOW_MS);
    expect(() => registry.addRoutes([route('x', 'b', { balance: 'random' })], NOW_MS)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_CONFIG',
        details: expect.objectContaining({
          option: 'balance',
          expected: 'round-robin',
          got: 'random',
        }),
      }),
    );
    const otherPriority = route('x', 'b', { balance: 'random', priority: 3 });
    expect(() => registry.addRoutes([otherPriority], NOW_MS)).not.toThrow();
  });

  it.each([
    ['hashHeader', { balance: 'consistent-hash', hashHeader: 'x' }, { balance: 'consistent-hash' }],
    ['spill', { spill: true }, {}],
    ['failover', {}, { failover: false }],
  ] as const)('refuses members of a set that do not agree on %s', (option, first, second) => {
    register('a');
    register('b');
    registry.addRoutes([route('x', 'a', first)], NOW_MS);
    expect(() => registry.addRoutes([route('x', 'b', second)], NOW_MS)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_CONFIG',
        details: expect.objectContaining({ option }),
      }),
    );
    expect(() =>
      registry.addRoutes([route('x', 'b', { ...first, timeout: 9 })], NOW_MS),
    ).not.toThrow();
  });

  it('lets a set choose its balance anew once it was empty', () => {
    register('a');
    registry.addRoutes([route('x', 'a')], NOW_MS);
    expect(registry.removeRoute('x', 'exact', 'a')?.pattern).toBe('x');
    expect(() =>
      registry.addRoutes([route('x', 'a', { balance: 'random' })], NOW_MS),
    ).not.toThrow();
  });

  it('refuses a route with the same pattern, match and endpoint, whatever its options', () => {
    register('a');
    registry.addRoutes([route('x', 'a')], NOW_MS);
    expect(() => registry.addRoutes([route('x', 'a', { priority: 9 })], NOW_MS)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_DUPLICATE' }),
    );
    expect(() => registry.addRoutes([route('x', 'a', { match: 'glob' })], NOW_MS)).not.toThrow();
  });

  it('names an endpoint that does not exist', () => {
    expect(() => registry.addRoutes([route('x', 'nobody')], NOW_MS)).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_ENDPOINT_NOT_FOUND',
        details: { endpoint: 'nobody' },
      }),
    );
  });

  it.each([
    ['an unknown endpoint', route('z', 'nobody')],
    ['a duplicate within the call', route('x', 'a')],
    ['a bad pattern', route('[', 'a')],
    ['a bad priority', route('z', 'a', { priority: -1 })],
    ['a bad regex', route('(', 'a', { match: 'regex' })],
  ])('adds none of several routes when one has %s', (_, bad) => {
    register('a');
    const good = [route('x', 'a'), route('y.*', 'a')];
    expect(() => registry.addRoutes([...good, bad], NOW_MS)).toThrow();
    expect(registry.addRoutes(good, NOW_MS)).toHaveLength(2);
  });

  it('refuses what the index of the shards would refuse, and adds none of them', () => {
    register('a');
    const lists = ['*', '??*', '?*'].map((pattern) => route(pattern, 'a'));
    expect(() => registry.addRoutes(lists, NOW_MS)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_FULL' }),
    );
    expect(registry.addRoutes(lists.slice(0, 2), NOW_MS)).toHaveLength(2);
  });

  it('names the option when there are too many', () => {
    register('a');
    const many = Array.from({ length: 7 }, (_, index) => route(`k${index}`, 'a'));
    expect(() => registry.addRoutes(many, NOW_MS)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_FULL', details: { limit: 6, option: 'maxRoutes' } }),
    );
    expect(registry.addRoutes(many.slice(1), NOW_MS)).toHaveLength(6);
  });

  it("settles 'auto' by the characters of the pattern", () => {
    register('a');
    const auto = ['x', 'x.*'].map((pattern) => route(pattern, 'a', { match: 'auto' }));
    const specs = registry.addRoutes(auto, NOW_MS);
    expect(registry.recordsOf(specs).map((record) => record.match)).toEqual(['exact', 'glob']);
    expect(specs.map((spec) => spec.match)).toEqual(['exact', 'glob']);
    expect(registry.removeRoute('x.*', 'auto', 'a')?.match).toBe('glob');
    expect(registry.removeRoute('x', 'glob', 'a')).toBeUndefined();
  });

  it('takes the routes out with their endpoint', () => {
    const target = register('a');
    register('b');
    registry.addRoutes([route('x', 'a'), route('x', 'b'), route('y', 'a')], NOW_MS);
    expect(registry.removeEndpoint(target)?.map((spec) => spec.pattern)).toEqual(['x', 'y']);
    expect(registry.removeRoute('x', 'exact', 'a')).toBeUndefined();
    expect(registry.removeRoute('x', 'exact', 'b')).toBeDefined();
  });
});

describe('Registry subscriptions and targets', () => {
  const request = (pattern: string) => ({
    id: `s-${pattern}`,
    pattern,
    match: 'glob' as const,
    window: 100,
    whenFull: 'drop-oldest' as const,
  });

  it('turns a subscription into a target with its own policy', () => {
    const target = registry.allocateTarget(MAIN);
    expect(registry.addSubscription(MAIN, target, request('a*'))).toEqual({
      target: {
        id: target,
        kind: 'subscription',
        client: MAIN,
        window: 64,
        whenFull: 'drop-oldest',
      },
      subscription: { id: 1, pattern: 'a*', match: 'glob', target, order: 1 },
    });
    expect(registry.removeSubscription(target)?.id).toBe(1);
    expect(registry.removeSubscription(target)).toBeUndefined();
  });

  it('refuses a bad pattern and keeps nothing of it', () => {
    const target = registry.allocateTarget(MAIN);
    const bad = () => registry.addSubscription(MAIN, target, request('[z-a]'));
    expect(bad).toThrow(expect.objectContaining({ code: 'ERR_BUS_INVALID_PATTERN' }));
    expect(registry.releaseTarget(target)).toBe(true);
  });

  it('names the option when there are too many', () => {
    const subscribe = () =>
      registry.addSubscription(MAIN, registry.allocateTarget(MAIN), request('lit*'));
    for (let count = 0; count < 3; count++) subscribe();
    expect(subscribe).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_FULL',
        details: { limit: 3, option: 'maxSubscriptions' },
      }),
    );
  });

  it('hands a target id out again only after its release, the longest released first', () => {
    const targets = Array.from({ length: 8 }, () => registry.allocateTarget(MAIN));
    expect(targets).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(() => registry.allocateTarget(MAIN)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_FULL' }),
    );
    registry.releaseTarget(5);
    registry.releaseTarget(2);
    expect(registry.releaseTarget(2)).toBe(false);
    expect([registry.allocateTarget(MAIN), registry.allocateTarget(WORKER)]).toEqual([5, 2]);
    expect(registry.ownerOf(2)).toBe(WORKER);
  });

  it('does not release a target on which an endpoint is registered', () => {
    const target = register('a');
    expect(registry.releaseTarget(target)).toBe(false);
    registry.removeEndpoint(target);
    expect(registry.releaseTarget(target)).toBe(true);
  });

  it('forgets all that a client had, and nothing of another one', () => {
    const kept = register('kept');
    const gone = register('gone', WORKER);
    const listening = registry.allocateTarget(WORKER);
    const reserved = registry.allocateTarget(WORKER);
    registry.addSubscription(WORKER, listening, request('s*'));
    registry.addRoutes([route('x', 'gone'), route('x', 'kept'), route('y*', 'gone')], NOW_MS);

    const estate = registry.forget(WORKER);
    expect(estate.routes.map((spec) => spec.pattern)).toEqual(['x', 'y*']);
    expect(estate.subscriptions.map((spec) => spec.pattern)).toEqual(['s*']);
    expect(estate.targets).toEqual([gone, listening, reserved]);
    expect(registry.findEndpoints({}).map((entry) => entry.target)).toEqual([kept]);
    expect(registry.ownerOf(gone)).toBe(WORKER);
    expect(registry.removeRoute('x', 'exact', 'kept')).toBeDefined();
  });
});
