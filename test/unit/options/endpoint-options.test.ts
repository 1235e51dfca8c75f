import { describe, expect, it } from 'vitest';
import {
  type EndpointOptions,
  type PoolOptions,
  resolveEndpointOptions,
  resolvePoolOptions,
  resolveStartWorkerOptions,
  type StartWorkerOptions,
} from '../../../src/options.ts';
import { refused } from './refused.ts';

function resolve(options: unknown) {
  return resolveEndpointOptions(options as EndpointOptions | undefined);
}

describe('the options of registerEndpoint', () => {
  it('have the documented defaults, shared and frozen when none are given', () => {
    const defaults = resolve(undefined);
    expect(defaults).toEqual({
      service: undefined,
      version: undefined,
      tags: [],
      concurrency: 100,
      queueLimit: Number.POSITIVE_INFINITY,
      timeout: Number.POSITIVE_INFINITY,
      retry: {
        attempts: 5,
        requestAttempts: 1,
        initial: 50,
        factor: 2,
        max: 5000,
        jitter: 'full',
      },
      breaker: undefined,
      maxDeaths: 3,
      redeliver: true,
      ordered: false,
      dedupeWindow: 0,
      lease: false,
      keepAlive: false,
    });
    expect(resolve(undefined)).toBe(defaults);
    expect(resolve({})).toEqual(defaults);
    expect(Object.isFrozen(defaults)).toBe(true);
    expect(Object.isFrozen(resolve({ retry: { attempts: 2 } }).retry)).toBe(true);
  });

  it.each([
    ['service', ['', 7, null, 'x'.repeat(257), '\ud800']],
    ['version', ['', 7]],
    ['tags', ['eu', [1], [''], Array.from({ length: 65 }, () => 'x'), ['x'.repeat(257)]]],
    ['concurrency', [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', 100_001]],
    ['queueLimit', [-1, 1.5, Number.NaN, '5', null]],
    ['timeout', [0, -1, Number.NaN, 2 ** 31, '1s']],
    ['retry', [5, true, null, []]],
    ['breaker', [1, 'on', null, []]],
    ['maxDeaths', [0, 256, 1.5]],
    ['redeliver', [1, 'no']],
    ['ordered', [true, 'keys', null, '']],
    ['dedupeWindow', [-1, Number.NaN, Number.POSITIVE_INFINITY]],
    ['lease', [1]],
    ['keepAlive', ['true']],
  ])('%s refuses what it cannot be', (option, values) => {
    for (const value of values) {
      const error = refused(() => resolve({ [option]: value }));
      expect(error.code).toBe('ERR_BUS_CONFIG');
      expect(error.message).toContain(`registerEndpoint: option '${option}' must be `);
    }
  });

  it('suggest known names, nested ones with their path', () => {
    expect(refused(() => resolve({ concurency: 1 })).message).toContain("mean 'concurrency'?");
    const error = refused(() => resolve({ retry: { attemps: 1 } }));
    expect(error.message).toContain("'retry.attemps' is unknown. Did you mean 'retry.attempts'?");
  });
});

describe('retry', () => {
  it('lets requests run again only if attempts are given', () => {
    const given = resolve({ retry: { attempts: 3 } }).retry;
    expect([given.attempts, given.requestAttempts]).toEqual([3, 3]);
    const implied = resolve({ retry: { initial: 10 } }).retry;
    expect([implied.attempts, implied.requestAttempts]).toEqual([5, 1]);
  });

  it('raises the default cap to a first delay beyond it, and refuses a given cap below', () => {
    expect(resolve({ retry: { initial: 9000 } }).retry.max).toBe(9000);
    const error = refused(() => resolve({ retry: { initial: 100, max: 50 } }));
    expect(error.details).toMatchObject({ option: 'retry.max' });
  });

  // p-retry "throws on negative retry count", "throws on NaN retries", "invalid numeric options throw" (E14)
  it.each([
    { attempts: -1 },
    { attempts: 0 },
    { attempts: 1.5 },
    { attempts: 256 },
    { attempts: Number.NaN },
    { attempts: Number.POSITIVE_INFINITY },
    { attempts: '3' },
    { initial: -1 },
    { initial: Number.NaN },
    { initial: Number.POSITIVE_INFINITY },
    { initial: 2 ** 31 },
    { initial: '5' },
    { factor: 0.5 },
    { factor: -2 },
    { factor: Number.NaN },
    { factor: Number.POSITIVE_INFINITY },
    { factor: null },
    { max: -1 },
    { max: Number.NaN },
    { max: Number.POSITIVE_INFINITY },
    { max: '1s' },
    { jitter: 'half' },
  ])('refuses %o', (retry) => {
    const error = refused(() => resolve({ retry }));
    expect(error.code).toBe('ERR_BUS_CONFIG');
    expect(error.details['option']).toBe(`retry.${Object.keys(retry)[0]}`);
  });
});

// cockatiel CountBreaker.test.ts, SamplingBreaker.test.ts (G16)
describe('breaker', () => {
  it('is off by default and for false', () => {
    expect(resolve({ breaker: false }).breaker).toBeUndefined();
  });

  it('has the documented defaults for true and for an empty object', () => {
    const defaults = {
      kind: 'rate',
      failureRate: 0.5,
      minimumVolume: 20,
      window: 10_000,
      openFor: 5_000,
      probes: 1,
      isFailure: undefined,
    };
    expect(resolve({ breaker: true }).breaker).toEqual(defaults);
    expect(resolve({ breaker: {} }).breaker).toEqual(defaults);
  });

  it('counts failures in a row instead, when asked to', () => {
    const isFailure = () => true;
    const breaker = resolve({
      breaker: { consecutiveFailures: 5, openFor: 10, isFailure },
    }).breaker;
    expect(breaker).toEqual({
      kind: 'consecutive',
      consecutiveFailures: 5,
      openFor: 10,
      probes: 1,
      isFailure,
    });
  });

  it.each([
    [{ failureRate: 0 }, 'breaker.failureRate'],
    [{ failureRate: 1.1 }, 'breaker.failureRate'],
    [{ failureRate: 50 }, 'breaker.failureRate'],
    [{ failureRate: -0.5 }, 'breaker.failureRate'],
    [{ failureRate: Number.NaN }, 'breaker.failureRate'],
    [{ minimumVolume: 0 }, 'breaker.minimumVolume'],
    [{ minimumVolume: 0.5 }, 'breaker.minimumVolume'],
    [{ minimumVolume: Number.NaN }, 'breaker.minimumVolume'],
    [{ window: 0 }, 'breaker.window'],
    [{ window: -1 }, 'breaker.window'],
    [{ window: 0.5 }, 'breaker.window'],
    [{ window: Number.NaN }, 'breaker.window'],
    [{ openFor: Number.POSITIVE_INFINITY }, 'breaker.openFor'],
    [{ probes: 0 }, 'breaker.probes'],
    [{ isFailure: true }, 'breaker.isFailure'],
    [{ consecutiveFailures: 0 }, 'breaker.consecutiveFailures'],
    [{ consecutiveFailures: 0.5 }, 'breaker.consecutiveFailures'],
    [{ consecutiveFailures: Number.NaN }, 'breaker.consecutiveFailures'],
    [{ consecutiveFailures: 5, window: 1000 }, 'breaker.window'],
    [{ failureRatio: 0.5 }, 'breaker.failureRatio'],
  ])('refuses %o and names %s', (breaker, option) => {
    expect(refused(() => resolve({ breaker })).details['option']).toBe(option);
  });
});

describe('the options of registerPool', () => {
  it('run one handler a thread by default, on all cores but one', () => {
    const pool = resolvePoolOptions(undefined, 4);
    expect(pool).toMatchObject({ threads: 3, concurrency: 1, handler: 'default' });
    expect(pool.threadOptions).toEqual({});
    expect(resolvePoolOptions(undefined, 1).threads).toBe(1);
    expect(resolvePoolOptions(undefined, 500).threads).toBe(64);
  });

  it('take what endpoints take, and what threads take', () => {
    const resourceLimits = { maxOldGenerationSizeMb: 32 };
    const pool = resolvePoolOptions({ threads: 2, timeout: 5, tags: ['x'], resourceLimits }, 4);
    expect(pool).toMatchObject({ threads: 2, timeout: 5, tags: ['x'] });
    expect(pool.threadOptions).toEqual({ resourceLimits });
  });

  it('have one breaker for all threads, whose isFailure is an export of the module', () => {
    const pool = resolvePoolOptions({ breaker: { probes: 2, isFailure: 'isOurs' } }, 4);
    expect(pool).toMatchObject({ breaker: { kind: 'rate', probes: 2 }, isFailure: 'isOurs' });
    expect(pool.breaker?.isFailure).toBeUndefined();
    expect(resolvePoolOptions({ breaker: true }, 4).isFailure).toBeUndefined();
    expect(resolvePoolOptions({ breaker: false }, 4).breaker).toBeUndefined();
    for (const isFailure of [() => true, '', 1]) {
      const options = { breaker: { isFailure } } as unknown as PoolOptions;
      const { details, message } = refused(() => resolvePoolOptions(options, 4));
      expect(details['option']).toBe('breaker.isFailure');
      expect(message.includes("the name of an export of the pool's module")).toBe(
        typeof isFailure === 'function',
      );
    }
  });

  it.each([{ threads: 0 }, { threads: 65 }, { handler: '' }, { handler: () => {} }, { thread: 1 }])(
    'refuse %o',
    (options) => {
      const error = refused(() => resolvePoolOptions(options as PoolOptions, 4));
      expect(error.message).toMatch(/^registerPool: option /);
    },
  );
});

describe('the options of startWorker', () => {
  it('are passed on as they were given, and nothing besides', () => {
    const given = { workerData: { a: 1 }, argv: ['x'], stdout: true, name: 'w', env: {} };
    expect(resolveStartWorkerOptions(given)).toStrictEqual(given);
    expect(resolveStartWorkerOptions(undefined)).toStrictEqual({});
  });

  it.each([
    [{ eval: true }, "'eval' is unknown"],
    [{ argv: 'x' }, "'argv' must be an array"],
    [{ transferList: {} }, "'transferList' must be an array"],
    [{ stdout: 1 }, "'stdout' must be true or false"],
    [{ workerdata: 1 }, "Did you mean 'workerData'?"],
  ])('refuse %o', (options, words) => {
    const error = refused(() => resolveStartWorkerOptions(options as StartWorkerOptions));
    expect(error.message).toContain(words);
  });
});
