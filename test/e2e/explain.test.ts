import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type {
  Endpoint,
  EndpointRecord,
  Explanation,
  MessageBus,
  Route,
  RouteOptions,
} from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { workerFile } from '../helpers/real-bus.ts';

describe.each([1, 2, 4])('looking at routes and endpoints with %i shards', (shards) => {
  let bus: MessageBus;
  const open: Endpoint[] = [];

  const add = async (id: string, ...routes: (readonly [string, RouteOptions?])[]) => {
    const endpoint = await bus.registerEndpoint(id, () => id);
    open.push(endpoint);
    for (const [pattern, options] of routes) await bus.registerRoute(pattern, id, options);
  };
  const endpointsOf = (routes: readonly Route[]) => routes.map(({ endpoint }) => endpoint);
  /** The same verb on another thread. */
  const there = (verb: string, ...args: unknown[]) =>
    bus.request('at.worker', { act: 'verb', verb, args });

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    const workerData = { id: 'worker', routes: [{ pattern: 'at.worker' }] };
    await bus.startWorker(workerFile('answering'), { workerData });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
    await expectAtRest(bus);
  });
  afterAll(async () => {
    await bus.close();
  });

  it('finds all routes of a key in the order of choice, and takes no turn', async () => {
    await add('low', ['*.b']);
    await add('one', ['a.*', { priority: 1 }]);
    await add('two', ['a.*', { priority: 1 }]);
    await add('exact', ['a.b', { priority: 1 }]);
    for (let i = 0; i < 3; i++) {
      const routes = await bus.findAllRoutes('a.b');
      expect(endpointsOf(routes)).toEqual(['exact', 'one', 'two', 'low']);
      expect(await bus.findRoute('a.b')).toMatchObject({ endpoint: 'exact', match: 'exact' });
    }
    expect([await bus.request('a.c'), await bus.request('a.c')]).toEqual(['one', 'two']);
    expect(await bus.findRoute('x.y')).toBeUndefined();
    expect(await bus.findAllRoutes('x.y')).toEqual([]);
  });

  // C2: a removed route is left out of the next look-up. C4: all look-ups agree.
  it('agrees with what requests do as routes come and go', async () => {
    await add('low', ['a*']);
    await add('high', ['a', { priority: 2 }]);
    expect(await bus.request('a')).toBe('high');
    const route = await bus.findRoute('a');
    expect(await route?.remove()).toBe(true);
    expect((await bus.findRoute('a'))?.endpoint).toBe('low');
    expect(await bus.request('a')).toBe('low');
    expect(await bus.removeRoute('a*', 'low')).toBe(true);
    expect(await bus.findAllRoutes('a')).toEqual([]);
    const nothing = { routes: [], request: null, notification: [], cached: false };
    expect(await bus.explain('a')).toMatchObject(nothing);
    expect(await codeOf(bus.request('a'))).toBe('ERR_BUS_NO_ROUTE');
  });

  it('explains a key: shard, cache, every route, who would get what', async () => {
    await add('low', ['job.*']);
    await add('high', ['job.a', { priority: 7 }]);
    const sub = await bus.subscribe('job.*', { capacity: 1 });
    const first = await bus.explain('job.a');
    const { order: lowOrder } = first.routes[1] as (typeof first.routes)[number];
    expect(first).toEqual({
      key: 'job.a',
      shard: bus.shardOf('job.a'),
      generation: first.generation,
      cached: false,
      routes: [
        {
          pattern: 'job.a',
          match: 'exact',
          priority: 7,
          endpoint: 'high',
          order: lowOrder + 1,
          state: 'active',
          eligible: true,
        },
        {
          pattern: 'job.*',
          match: 'glob',
          priority: 0,
          endpoint: 'low',
          order: lowOrder,
          state: 'active',
          eligible: true,
        },
      ],
      request: 'high',
      notification: ['high', 'low'],
      subscriptions: [{ id: sub.id, pattern: 'job.*' }],
    });
    expect(await bus.notify('job.a')).toEqual({ delivered: 2 });
    const second = await bus.explain('job.a');
    expect(second).toEqual({ ...first, cached: true });
    await sub.unsubscribe();
    const third = await bus.explain('job.a');
    expect(third).toMatchObject({ cached: false, subscriptions: [] });
    expect(third.generation).not.toBe(first.generation);
  });

  it('does the same on every thread', async () => {
    await add('main', ['both.*']);
    const here = await bus.explain('both.a');
    expect(await there('explain', 'both.a')).toEqual(here);
    expect(await there('findAllRoutes', 'nothing')).toEqual([]);
    const own = (await there('explain', 'at.worker')) as Explanation;
    // The question is itself a request to the only endpoint.
    expect(own).toMatchObject({ request: 'worker', routes: [{ endpoint: 'worker' }] });
    expect(await there('find', { service: 'none' })).toEqual([]);
  });

  it('refuses keys that no message may have', async () => {
    for (const verb of ['findRoute', 'findAllRoutes', 'explain'] as const) {
      expect(await codeOf(bus[verb](''))).toBe('ERR_BUS_INVALID_MESSAGE');
      expect(await codeOf(bus[verb](7 as never))).toBe('ERR_BUS_INVALID_MESSAGE');
    }
  });

  // K4, nats.js "metadata is not editable".
  it('gives endpoints whose description cannot be used to change the registry', async () => {
    const tags = ['eu', 'fast'];
    const options = { service: 'billing', version: '1.4.0', tags };
    open.push(await bus.registerEndpoint('billing', () => 1, options));
    tags.push('mine');
    const asked = { service: 'billing', tag: 'eu', version: '1.4.0' };
    const [found] = (await bus.endpoints.find(asked)) as [EndpointRecord];
    expect(found).toMatchObject({ id: 'billing', state: 'active', health: 'healthy', threadId: 0 });
    (found.tags as string[]).push('changed');
    Object.assign(found, { id: 'changed', state: 'closed' });
    const [again] = await bus.endpoints.find({ tag: 'eu' });
    expect(again).toMatchObject({ id: 'billing', tags: ['eu', 'fast'] });
    expect(await bus.endpoints.find({ tag: 'changed' })).toEqual([]);
    expect(await bus.endpoints.find({ tag: 'mine' })).toEqual([]);
    expect(await bus.endpoints.find({ service: 'billing', version: '2' })).toEqual([]);
    expect(await there('find', { tag: 'eu' })).toEqual([again]);
    const route = await bus.registerRoute('k', 'billing');
    expect(() => Object.assign(route, { endpoint: 'x' })).toThrow(TypeError);
  });
});
