import { describe, expect, it } from 'vitest';
import {
  patternText,
  routeHandle,
  routeRequest,
  routeRequests,
} from '../../../src/client/route-handle.ts';
import type { ControlPlane, RouteRecord } from '../../../src/control/plane.ts';

describe('routeRequest', () => {
  it('fills in what the caller left out', () => {
    expect(routeRequest('a.*', 'e', undefined)).toEqual({
      pattern: 'a.*',
      match: 'auto',
      endpoint: 'e',
      priority: 0,
      balance: 'round-robin',
      weight: 1,
    });
    expect(
      routeRequests([{ pattern: 'k', endpoint: 'e', priority: 3, match: 'exact' }]),
    ).toMatchObject([{ match: 'exact', priority: 3 }]);
  });

  it('passes on what differs from the defaults', () => {
    const options = { balance: 'consistent-hash', hashHeader: 'x', timeout: 5 } as const;
    expect(routeRequest('k', 'e', { ...options, spill: true, failover: false })).toMatchObject({
      ...options,
      spill: true,
      failover: false,
    });
    const plain = routeRequest('k', 'e', { spill: false, failover: true });
    expect(plain).not.toHaveProperty('spill');
    expect(plain).not.toHaveProperty('failover');
  });

  it('refuses an endpoint that is no id', () => {
    const refusal = expect.objectContaining({ code: 'ERR_BUS_CONFIG' });
    expect(() => routeRequest('k', 7 as unknown as string, undefined)).toThrow(refusal);
  });
});

describe('what is no id of an endpoint', () => {
  it('is refused with its verb and place', () => {
    const refusals = [
      () => routeRequest('a', undefined as never, undefined),
      () => routeRequest('a', 5 as never, {}, 'removeRoute'),
      () => routeRequests([{ pattern: 'a', endpoint: 'e' }, { pattern: 'b' }]),
    ].map((call) => {
      try {
        return call();
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(refusals).toEqual([
      "registerRoute: option 'endpoint' must be the id of an endpoint, got undefined.",
      "removeRoute: option 'endpoint' must be the id of an endpoint, got 5.",
      "registerRoutes: option '[1].endpoint' must be the id of an endpoint, got undefined.",
    ]);
  });
});

describe('patternText', () => {
  it('refuses what only inherits from RegExp', () => {
    const pattern = Object.create(RegExp.prototype) as RegExp;
    expect(() => patternText(pattern, 'auto')).toThrow(
      /must be a non-empty string or a RegExp; got/,
    );
  });

  it.each([
    [7 as never, 'auto'],
    [/a/, 'glob'],
    [/a/, 'exact'],
    [/a/g, 'auto'],
    [/a/y, 'regex'],
    [/a/d, 'auto'],
  ] as const)('refuses %s as %s', (pattern, match) => {
    expect(() => patternText(pattern, match)).toThrow(
      expect.objectContaining({ code: 'ERR_BUS_INVALID_PATTERN' }),
    );
  });
});

describe('patternText of a regular expression', () => {
  it.each([
    [/^a$/, 'auto', '^a$'],
    [/^a$/, 'regex', '^a$'],
    [/a/is, 'auto', '(?is)a'],
    [/a/su, 'auto', '(?su)a'],
    ['^a$', 'regex', '^a$'],
  ] as const)('%s as %s is %j', (pattern, match, text) => {
    expect(patternText(pattern, match)).toEqual({ pattern: text, match: 'regex' });
  });
});

describe('routeHandle', () => {
  it('shows the route, cannot be changed, and removes it by what identifies it', async () => {
    const calls: unknown[] = [];
    const plane = {
      removeRoute: async (...args: unknown[]) => calls.push(args) === 1,
    } as unknown as ControlPlane;
    const record: RouteRecord = {
      id: 1,
      pattern: 'k',
      match: 'exact',
      endpoint: 'e',
      priority: 2,
      balance: 'random',
      weight: 1,
      createdAt: 9,
    };
    const route = routeHandle(record, plane);
    expect(route).toMatchObject({
      pattern: 'k',
      match: 'exact',
      endpoint: 'e',
      priority: 2,
      createdAt: 9,
    });
    expect(Object.isFrozen(route)).toBe(true);
    expect([await route.remove(), await route.remove()]).toEqual([true, false]);
    expect(calls[0]).toEqual(['k', 'exact', 'e']);
  });
});
