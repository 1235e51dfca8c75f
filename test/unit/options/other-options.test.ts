import { describe, expect, it } from 'vitest';
import {
  type CloseOptions,
  NO_SEND_OPTIONS,
  type RouteEntry,
  type RouteOptions,
  resolveCloseOptions,
  resolveMatch,
  resolveRouteEntry,
  resolveRouteOptions,
  resolveSendOptions,
  resolveSubscribeOptions,
  resolveTicketOptions,
  type SendOptions,
  type SubscribeOptions,
  type TicketOptions,
} from '../../../src/options.ts';
import { refused } from './refused.ts';

const BAD_DURATIONS = [0, -1, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY, '5', null, 5n];

describe('the options of a message', () => {
  const send = (options: unknown) => resolveSendOptions(options as SendOptions, 'request');

  it('are one shared frozen object when none are given', () => {
    expect(send(undefined)).toBe(NO_SEND_OPTIONS);
    expect(Object.isFrozen(NO_SEND_OPTIONS)).toBe(true);
    expect(send({})).toEqual(NO_SEND_OPTIONS);
    expect(send({ timeout: undefined, headers: undefined })).toEqual(NO_SEND_OPTIONS);
  });

  it('are kept, with a private copy of the headers', () => {
    const { signal } = new AbortController();
    const headers = { trace: '1' };
    const options = { timeout: 5, ttl: 1.5, signal, id: 'order-1', headers };
    const resolved = send(options);
    headers.trace = '2';
    expect(resolved).toEqual({
      timeout: 5,
      ttl: 1.5,
      signal,
      id: 'order-1',
      headers: { trace: '1' },
    });
    expect(resolved.signal).toBe(signal);
    expect(send({ headers: {} }).headers).toBeUndefined();
  });

  it('refuse a list, and what throws while it is read', () => {
    const defect = new Error('defect');
    const throwing = (): never => {
      throw defect;
    };
    expect(refused(() => send([])).message).toContain("option 'options' must be an object");
    for (const options of [
      {
        get timeout(): number {
          return throwing();
        },
      },
      new Proxy({}, { ownKeys: throwing }),
    ]) {
      for (const read of [send, resolveSubscribeOptions, resolveRouteOptions]) {
        const error = refused(() => read(options));
        expect([error.code, error.cause]).toEqual(['ERR_BUS_CONFIG', defect]);
      }
    }
  });

  it('take Infinity and the longest delay of a timer', () => {
    const { timeout, ttl } = send({ timeout: Number.POSITIVE_INFINITY, ttl: 2 ** 31 - 1 });
    expect([timeout, ttl]).toEqual([Number.POSITIVE_INFINITY, 2 ** 31 - 1]);
  });

  it.each(['timeout', 'ttl'])('refuse a %s that is no duration', (option) => {
    for (const value of BAD_DURATIONS) {
      const error = refused(() => send({ [option]: value }));
      expect(error.code).toBe('ERR_BUS_CONFIG');
      expect(error.message).toContain(`request: option '${option}' must be milliseconds from 1`);
    }
  });

  it.each([
    [{ signal: {} }, "'signal' must be an AbortSignal"],
    [{ signal: null }, "'signal'"],
    [{ id: '' }, "'id' must be a non-empty string"],
    [{ id: 7 }, "'id'"],
    [{ id: 'é'.repeat(129) }, "'id'"],
    [{ id: '\ud800' }, "'id'"],
    [{ timeOut: 5 }, "Did you mean 'timeout'?"],
    [{ header: {} }, "Did you mean 'headers'?"],
    [7, "'options' must be an object"],
    [null, "'options' must be an object"],
  ])('refuse %o', (options, words) => {
    const error = refused(() => send(options));
    expect(error.code).toBe('ERR_BUS_CONFIG');
    expect(error.message).toContain(words);
  });

  it('refuse bad headers as an invalid message', () => {
    const error = refused(() => send({ headers: { count: 1 } }));
    expect(error.code).toBe('ERR_BUS_INVALID_MESSAGE');
    expect(error.message).toContain('headers["count"]');
  });
});

describe('the options of a route', () => {
  const route = (options: unknown) => resolveRouteOptions(options as RouteOptions);

  it('have the documented defaults', () => {
    expect(route(undefined)).toEqual({
      priority: 0,
      match: 'auto',
      balance: 'round-robin',
      weight: 1,
      hashHeader: undefined,
      timeout: undefined,
      spill: false,
      failover: true,
    });
    expect(route(undefined)).toBe(route(undefined));
    expect(route({})).toEqual(route(undefined));
    expect(Object.isFrozen(route({}))).toBe(true);
  });

  it('refuse a weight that nothing goes by', () => {
    for (const balance of [undefined, 'round-robin', 'consistent-hash'] as const) {
      const error = refused(() => route({ weight: 2, balance }));
      expect([error.code, error.message]).toEqual([
        'ERR_BUS_CONFIG',
        "registerRoute: option 'weight' must be 1, or absent, unless balance is 'weighted', got 2.",
      ]);
    }
  });

  it('say what is not there yet', () => {
    const { code, message } = refused(() => route({ match: 'extglob' }));
    expect(code).toBe('ERR_BUS_CONFIG');
    expect(message).toBe(
      "registerRoute: option 'match' must be one of 'auto', 'exact', 'glob', 'regex' ('extglob' is not supported yet), got the string 'extglob'.",
    );
  });

  it('take the bounds', () => {
    const given = { priority: 2 ** 31 - 1, match: 'regex', timeout: 1 };
    expect(route(given)).toMatchObject(given);
    const weighted = { balance: 'weighted', weight: 65_535 };
    expect(route(weighted)).toMatchObject(weighted);
    expect(route({ balance: 'random', weight: 1 }).weight).toBe(1);
    const hashed = { balance: 'consistent-hash', hashHeader: 'tenant' };
    expect(route(hashed)).toMatchObject(hashed);
  });

  it.each([
    ['priority', [-1, 1.5, 2 ** 31, Number.NaN, '1']],
    ['match', ['Glob', '', 7, null, 'toString', 'extglob']],
    ['balance', ['sticky', null, 'constructor']],
    ['weight', [0, -1, 0.5, 65_536]],
    ['hashHeader', ['', 7, 'used-without-consistent-hash']],
    ['timeout', BAD_DURATIONS],
    ['spill', [1]],
    ['failover', ['no']],
    ['pattern', ['x']],
  ])('refuse a wrong %s', (option, values) => {
    for (const value of values) {
      expect(refused(() => route({ [option]: value })).details['option']).toBe(option);
    }
  });

  it('of a list say which entry is wrong', () => {
    const entry = { pattern: 'a', endpoint: 'b', priority: 7 };
    expect(resolveRouteEntry(entry, 0).priority).toBe(7);
    const wrong = { pattern: 'a', endpoint: 'b', prio: 1 } as RouteEntry;
    expect(refused(() => resolveRouteEntry(wrong, 3)).message).toContain("'[3].prio' is unknown");
    const missing = refused(() => resolveRouteEntry(7 as unknown as RouteEntry, 3));
    expect(missing.message).toContain("'[3]' must be an object, got 7");
  });

  it('of removeRoute are the match alone', () => {
    expect(resolveMatch(undefined)).toBe('auto');
    expect(resolveMatch({ match: 'glob' })).toBe('glob');
    expect(refused(() => resolveMatch({ mach: 'glob' } as object)).message).toContain("'match'?");
  });
});

describe('the options of subscribe', () => {
  const subscribe = (options: unknown) => resolveSubscribeOptions(options as SubscribeOptions);

  it('have the documented defaults', () => {
    expect(subscribe(undefined)).toMatchObject({
      capacity: 1000,
      capacityBytes: 64 * 1024 * 1024,
      overflow: 'drop-oldest',
      group: undefined,
      ack: false,
      prefetch: 64,
      lease: false,
      signal: undefined,
      concurrency: 1,
      match: 'auto',
      timeout: Number.POSITIVE_INFINITY,
    });
    expect(subscribe(undefined)).toBe(subscribe(undefined));
    expect(subscribe({})).toEqual(subscribe(undefined));
  });

  it.each([
    ['capacity', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10', 2 ** 30]],
    ['capacityBytes', [0, 1.5, 2 ** 31]],
    ['overflow', ['drop', null, 'valueOf']],
    ['group', ['', 7, null]],
    ['ack', ['manual', 1]],
    ['prefetch', [0, 65_537, 1.5]],
    ['lease', [1]],
    ['signal', [{}, 'x']],
    ['concurrency', [0, 1.5, Number.POSITIVE_INFINITY]],
    ['match', ['re', null]],
    ['timeout', BAD_DURATIONS],
    ['retry', [5]],
  ])('refuse a wrong %s', (option, values) => {
    for (const value of values) {
      const error = refused(() => subscribe({ [option]: value }));
      expect(error.code).toBe('ERR_BUS_CONFIG');
      expect(error.details['option']).toBe(option);
    }
  });
});

describe('the options of close', () => {
  it('drain for five seconds by default, and may not wait at all', () => {
    expect(resolveCloseOptions(undefined)).toEqual({ drain: true, timeout: 5000 });
    expect(resolveCloseOptions({ timeout: 0 })).toEqual({ drain: true, timeout: 0 });
    expect(resolveCloseOptions({ drain: false })).toEqual({ drain: false, timeout: 5000 });
  });

  it.each([{ timeout: -1 }, { timeout: Number.NaN }, { drain: 1 }, { force: true }])(
    'refuse %o',
    (options) => {
      const error = refused(() => resolveCloseOptions(options as CloseOptions));
      expect(error.message).toMatch(/^close: option /);
    },
  );
});

describe('the options of a ticket', () => {
  it('have a lifetime that ends', () => {
    expect(resolveTicketOptions(undefined)).toEqual({ lifetime: 60_000 });
    expect(resolveTicketOptions({ lifetime: 5 })).toEqual({ lifetime: 5 });
    for (const lifetime of [...BAD_DURATIONS, Number.POSITIVE_INFINITY]) {
      const error = refused(() => resolveTicketOptions({ lifetime } as TicketOptions));
      expect(error).toMatchObject({ code: 'ERR_BUS_CONFIG', details: { option: 'lifetime' } });
    }
  });
});
