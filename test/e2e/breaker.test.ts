import { describe, expect, it } from 'vitest';
import type { BreakerOptions, Endpoint, MessageBus } from '../../src/index.ts';
import { expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { footprint, grownSince } from '../helpers/leaks.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

type Handler = Parameters<MessageBus['registerEndpoint']>[1];

describe.each([1, 2, 4])('breakers with %i shards', (shards) => {
  const shared = sharedBus({ shards });

  async function broken(
    id: string,
    breaker: BreakerOptions,
    handler: Handler = () => {
      throw new Error('down');
    },
  ): Promise<Endpoint> {
    return shared.open(await shared.bus.registerEndpoint(id, handler, { breaker }));
  }

  function statesOf(id: string): {
    readonly states: string[];
    until(state: string): Promise<void>;
  } {
    const states: string[] = [];
    let report: (() => void) | undefined;
    shared.bus.on('breaker', ({ endpoint, state }) => {
      if (endpoint !== id) return;
      states.push(state);
      report?.();
    });
    const until = async (state: string): Promise<void> => {
      while (!states.includes(state)) {
        await new Promise<void>((resolve) => {
          report = resolve;
        });
      }
    };
    return { states, until };
  }

  it('open, are passed over at once, and show in health, endpoints.find, explain and metrics', async () => {
    const { bus } = shared;
    const told = statesOf('first');
    await broken('first', { consecutiveFailures: 3, openFor: 60_000 });
    shared.open(await bus.registerEndpoint('second', () => 'second'));
    await bus.registerRoute('*', 'first', { priority: 1 });
    await bus.registerRoute('*', 'second');
    for (let at = 0; at < 3; at++) {
      expect(await failureOf(bus.request(`k${at}`))).toMatchObject({ code: 'ERR_BUS_HANDLER' });
    }
    await told.until('open');
    for (let at = 0; at < 8; at++) expect(await bus.request(`k${at}`)).toBe('second');
    expect(told.states).toEqual(['open']);
    const { endpoints } = await bus.health();
    expect(endpoints).toMatchObject({ first: { breaker: 'open' }, second: { breaker: 'closed' } });
    expect((await bus.metrics()).endpoints['first']).toMatchObject({ breaker: 'open', failed: 3 });
    const found = await bus.endpoints.find();
    expect(found.map(({ health, state }) => [health, state])).toEqual([
      ['unhealthy', 'active'],
      ['healthy', 'active'],
    ]);
    const { request, routes } = await bus.explain('k');
    expect(request).toBe('second');
    expect(routes[0]).toMatchObject({ endpoint: 'first', eligible: false, reason: 'broken' });
  });

  // opossum isOurError in test/test.js (G12): what the breaker refuses is told from what the handler throws
  it('refuse with an error of their own where nobody else is, also a notification in the end', async () => {
    const { bus } = shared;
    const retry = { attempts: 2, initial: 1, jitter: 'none' } as const;
    const fail = (): never => {
      throw new Error('down');
    };
    const breaker = { consecutiveFailures: 1, openFor: 60_000 };
    shared.open(await bus.registerEndpoint('e', fail, { breaker, retry }));
    await bus.registerRoute('*', 'e');
    await bus.registerRoute('strict', 'e', { priority: 1, failover: false });
    await failureOf(bus.notify('k'));
    for (const key of ['a', 'b', 'c', 'strict']) {
      const failure = await failureOf(bus.request(key));
      expect(failure).toMatchObject({ code: 'ERR_BUS_ENDPOINT_UNAVAILABLE', retryable: true });
    }
    expect(await failureOf(bus.notify('n'))).toMatchObject({ code: 'ERR_BUS_DELIVERY_FAILED' });
    await bus.deadLetters.purge();
  });

  // nodeshift/opossum#119 (bugs 72), and that each call runs its own handler: vikunja-mcp PR 90 (bugs 80)
  it('let one trial through when their time has come, and close when it goes well', async () => {
    const { bus } = shared;
    const told = statesOf('e');
    let isDown = true;
    let runs = 0;
    const options = { breaker: { consecutiveFailures: 1, openFor: 50 } };
    const gate: { open?: () => void } = {};
    const handler = async ({ payload }: { payload: unknown }): Promise<unknown> => {
      runs += 1;
      if (isDown) throw new Error('down');
      await new Promise<void>((resolve) => {
        gate.open = resolve;
      });
      return payload;
    };
    shared.open(await bus.registerEndpoint('e', handler, options));
    await broken('other', { consecutiveFailures: 5 }, () => 'other');
    await bus.registerRoute('k.*', 'e');
    await bus.registerRoute('o', 'other');
    await failureOf(bus.request('k.1'));
    await told.until('half-open');
    isDown = false;
    const calls: Promise<unknown>[] = [];
    let refused = 0;
    // Two shards that want the only place at the same time may both be refused.
    while (gate.open === undefined) {
      for (let at = 0; at < 20; at++) {
        const call = bus.request(`k.${at}`, at);
        call.catch(() => {
          refused += 1;
        });
        calls.push(call);
      }
      await until(() => refused >= calls.length - 1);
      expect(await bus.request('o')).toBe('other');
    }
    gate.open();
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(runs).toBe(2);
    await told.until('closed');
    expect(told.states).toEqual(['open', 'half-open', 'closed']);
  });

  // opossum test/error-filter-test.js, test/half-open-test.js "a filtered error should close the circuit" (G10)
  it('take what isFailure denies for a success', async () => {
    const { bus } = shared;
    const told = statesOf('e');
    let code = 'DOWN';
    const handler = (): never => {
      throw Object.assign(new Error('no'), { code });
    };
    const isFailure = (error: unknown): boolean => (error as { code?: string }).code === 'DOWN';
    await broken('e', { consecutiveFailures: 1, openFor: 20, isFailure }, handler);
    await bus.registerRoute('k', 'e');
    await failureOf(bus.request('k'));
    await told.until('half-open');
    code = 'BUSINESS';
    await failureOf(bus.request('k'));
    await told.until('closed');
    for (let at = 0; at < 3; at++) {
      expect(await failureOf(bus.request('k'))).toMatchObject({ code: 'ERR_BUS_HANDLER' });
    }
    expect((await bus.health()).endpoints['e']).toMatchObject({ breaker: 'closed' });
  });

  it('name the endpoint of a notification that they never let through', async () => {
    const { bus } = shared;
    const failing = (): never => {
      throw new Error('no');
    };
    const options = {
      breaker: { consecutiveFailures: 1, openFor: 60_000 },
      retry: { attempts: 2, initial: 1 },
    };
    shared.open(await bus.registerEndpoint('broken', failing, options));
    shared.open(await bus.registerEndpoint('well', () => {}));
    await bus.registerRoutes(['broken', 'well'].map((endpoint) => ({ pattern: 'k', endpoint })));
    await bus.registerRoute('r', 'broken');
    await failureOf(bus.request('r'));
    expect(await failureOf(bus.notify('k', 1))).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      cause: { code: 'ERR_BUS_ENDPOINT_UNAVAILABLE' },
      details: { delivered: 1, failed: [{ endpoint: 'broken' }] },
    });
    const { items } = await bus.deadLetters.list();
    expect(items).toMatchObject([{ endpoint: 'broken', reason: 'attempts', payload: 1 }]);
    await bus.deadLetters.purge();
  });

  it('count attempts that take too long, and go on after isolate and restore', async () => {
    const { bus } = shared;
    const states: string[] = [];
    bus.on('endpointState', ({ endpoint, state }) => states.push(`${endpoint} ${state}`));
    const hang = (): Promise<never> => new Promise(() => {});
    const options = { timeout: 5, breaker: { consecutiveFailures: 1, openFor: 60_000 } };
    const endpoint = shared.open(await bus.registerEndpoint('slow', hang, options));
    await bus.registerRoute('k', 'slow');
    expect(await failureOf(bus.request('k'))).toMatchObject({ code: 'ERR_BUS_TIMEOUT' });
    expect((await bus.health()).endpoints['slow']).toMatchObject({ breaker: 'open' });
    await bus.isolate('slow');
    expect((await bus.health()).endpoints['slow']).toMatchObject({ breaker: 'isolated' });
    await bus.restore('slow');
    expect((await bus.health()).endpoints['slow']).toMatchObject({ breaker: 'open' });
    await endpoint.close();
    expect(states).toEqual(['slow active', 'slow isolated', 'slow active', 'slow closed']);
    // Another endpoint in its place begins closed.
    await broken('slow', { consecutiveFailures: 1 }, () => 'well');
    await bus.registerRoute('k', 'slow');
    expect(await bus.request('k')).toBe('well');
  });

  // opossum test/circuit-shutdown-test.js (G18)
  it('leave nothing behind when a hundred of them have come and gone, open ones too', async () => {
    const { bus } = shared;
    const fail = (): never => {
      throw new Error('down');
    };
    const breaker = { consecutiveFailures: 1, openFor: 60_000 };
    // What the process does once, it has done by then.
    await failureOf(bus.request('nobody'));
    const before = footprint();
    for (let at = 0; at < 100; at++) {
      const endpoint = await bus.registerEndpoint(`e${at}`, fail, { breaker });
      await bus.registerRoute('k', `e${at}`);
      if (at % 2 === 0) await failureOf(bus.request('k'));
      await endpoint.close();
    }
    expect(await bus.endpoints.find()).toEqual([]);
    await expectAtRest(bus);
    await until(() => Object.keys(grownSince(before)).length === 0);
  });
});
