import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { EventHub } from '../../../src/client/bus-events.ts';
import { Registrations } from '../../../src/client/registrations.ts';
import type { ControlPlane } from '../../../src/control/plane.ts';
import { resolveEndpointOptions } from '../../../src/options.ts';
import { CoreWorld } from './core-world.ts';

/** Targets from 10 on; `refuse` is a verb that rejects. */
function makeRegistrations(refuse?: 'registerEndpoint' | 'subscribe') {
  const world = new CoreWorld();
  const { core } = world.client(1);
  const calls: [string, unknown][] = [];
  let next = 10;
  const note = (verb: string) => async (first: unknown, target?: unknown, request?: unknown) => {
    calls.push([verb, request ?? target ?? first]);
    if (verb === refuse) throw new Error('refused');
  };
  const plane = {
    allocateTarget: async () => next++,
    releaseTarget: note('releaseTarget'),
    registerEndpoint: note('registerEndpoint'),
    closeEndpoint: note('closeEndpoint'),
    subscribe: note('subscribe'),
    unsubscribe: note('unsubscribe'),
  } as unknown as ControlPlane;
  const registrations = new Registrations({
    core,
    plane,
    settings: { maxConcurrentDeliveries: 1000 } as never,
    events: new EventHub(() => undefined),
    onWaiting: () => undefined,
    refusal: () => new Error('refused'),
  });
  const verbs = (): string[] => calls.map(([verb]) => verb);
  return { world, registrations, calls, verbs };
}

describe('Registrations', () => {
  it('asks for room for the handlers that run and some ahead, and takes an endpoint out again', async () => {
    const { registrations, calls, verbs } = makeRegistrations();
    const endpoint = await registrations.addEndpoint('e', () => 1, { concurrency: 5, tags: ['t'] });
    const { retry } = resolveEndpointOptions({});
    const spec = { id: 'e', tags: ['t'], window: 69, concurrency: 5, retry, maxDeaths: 3 };
    expect(calls[0]).toEqual(['registerEndpoint', spec]);
    expect(registrations.endpointCount).toBe(1);
    await endpoint.close();
    expect(verbs()).toEqual(['registerEndpoint', 'closeEndpoint', 'releaseTarget']);
    expect(registrations.endpointCount).toBe(0);
  });

  it('counts the endpoints that hold the process, while they are registered', async () => {
    const { registrations } = makeRegistrations();
    await registrations.addEndpoint('plain', () => 1);
    const endpoint = await registrations.addEndpoint('e', () => 1, { keepAlive: true });
    await registrations.addSubscription('k', () => 1);
    expect(registrations.keepAliveCount).toBe(1);
    expect([registrations.endpointCount, registrations.subscriptionCount]).toEqual([2, 1]);
    await endpoint.close();
    expect(registrations.keepAliveCount).toBe(0);
  });

  it.each([
    [
      'nope',
      undefined,
      "a handler function or an options object after the pattern, got the string 'nope'",
    ],
    [null, undefined, 'a handler function or an options object after the pattern, got null'],
    [5, {}, 'a function as the handler, got 5'],
    [{ capacity: 5 }, {}, 'a function as the handler, got the object { capacity: 5 }'],
  ])('subscribes no %o, %o', async (handler, options, expected) => {
    const { registrations, verbs } = makeRegistrations();
    const subscribing = registrations.addSubscription('z', handler as never, options);
    await expect(subscribing).rejects.toMatchObject({
      code: 'ERR_BUS_CONFIG',
      message: `subscribe: expected ${expected}.`,
      details: { option: 'handler' },
    });
    expect(verbs()).toEqual([]);
  });

  it('asks main for a dedupe window where there is one', async () => {
    const { registrations, calls } = makeRegistrations();
    for (const dedupeWindow of [0, 5]) {
      await registrations.addEndpoint('e', () => 1, { dedupeWindow });
    }
    const specs = calls.filter(([, spec]) => (spec as { id?: string })?.id === 'e');
    expect(specs.map(([, spec]) => (spec as { dedupeWindow?: number }).dedupeWindow)).toEqual([
      undefined,
      5,
    ]);
  });

  it.each(['registerEndpoint', 'subscribe'] as const)(
    'keeps nothing when main refuses %s',
    async (verb) => {
      const { registrations, verbs } = makeRegistrations(verb);
      const done =
        verb === 'subscribe'
          ? registrations.addSubscription('k', () => undefined)
          : registrations.addEndpoint('e', () => undefined);
      await expect(done).rejects.toThrow('refused');
      expect(verbs()).toEqual([verb, 'releaseTarget']);
      expect([registrations.endpointCount, registrations.held]).toEqual([0, 0]);
    },
  );

  it.each([
    ['drop-oldest', 512, 'drop-oldest'],
    ['block', 1000, 'park'],
    ['error', 1000, 'error'],
  ] as const)('asks the shards for a window as %s wants it', async (overflow, window, whenFull) => {
    const { registrations, calls } = makeRegistrations();
    await registrations.addSubscription('k.*', { overflow });
    expect(calls[0]?.[1]).toMatchObject({ pattern: 'k.*', match: 'auto', window, whenFull });
  });

  it('asks for half of a client’s slots at most for what is leased, over all shards', async () => {
    const { registrations, calls } = makeRegistrations();
    const { slots, links } = new CoreWorld().client().core;
    const half = slots.count / 2 / links.length;
    for (const [overflow, window] of [
      ['drop-oldest', half / 2],
      ['drop-newest', half],
      ['error', half],
    ] as const) {
      calls.length = 0;
      await registrations.addSubscription('k.*', { overflow, lease: true });
      expect(calls[0]?.[1]).toMatchObject({ window: Math.floor(window), whenFull: overflow });
      await registrations.addSubscription('k.*', { overflow, lease: true, capacity: 1 });
      expect(calls.at(-1)?.[1]).toMatchObject({ window: 1 });
    }
  });

  it('ends a subscription with its signal, and leaves no listener behind', async () => {
    const { registrations, verbs } = makeRegistrations();
    const abort = new AbortController();
    const subscription = await registrations.addSubscription('k', { signal: abort.signal });
    const next = subscription[Symbol.asyncIterator]().next();
    expect(registrations.waiting).toBe(1);
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    await subscription.unsubscribe();
    expect(verbs()).toEqual(['subscribe', 'unsubscribe', 'releaseTarget']);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
    await expect(
      registrations.addSubscription('k', { signal: abort.signal }),
    ).rejects.toMatchObject({
      code: 'ERR_BUS_ABORTED',
    });
  });

  it('gives once the next event, or says that the wait was aborted', async () => {
    const { world, registrations, verbs } = makeRegistrations();
    const once = registrations.once('k');
    await world.runAsync();
    const target = {
      id: 10,
      kind: 'subscription',
      client: 1,
      window: 4,
      whenFull: 'park',
    } as const;
    world.tell({ op: 'addTarget', target });
    world.subscribe('k', 10);
    world.client().publish('k', 'event');
    await world.runAsync();
    expect((await once).payload).toBe('event');
    expect(verbs()).toContain('unsubscribe');
    const abort = new AbortController();
    const never = registrations.once('k', { signal: abort.signal });
    await world.runAsync();
    abort.abort();
    await expect(never).rejects.toMatchObject({ code: 'ERR_BUS_ABORTED' });
  });

  it('refuses a handler that is none', async () => {
    const { registrations } = makeRegistrations();
    const refusal = { code: 'ERR_BUS_CONFIG' };
    await expect(registrations.addEndpoint('e', 1 as never)).rejects.toMatchObject(refusal);
  });

  it('ends everything without asking main when the client leaves', async () => {
    const { registrations, verbs } = makeRegistrations();
    await registrations.addEndpoint('e', () => 1);
    const subscription = await registrations.addSubscription('k');
    const next = subscription[Symbol.asyncIterator]().next();
    registrations.closeAll();
    expect((await next).done).toBe(true);
    expect(verbs()).toEqual(['registerEndpoint', 'subscribe']);
    expect([registrations.endpointCount, registrations.waiting]).toEqual([0, 0]);
  });
});
