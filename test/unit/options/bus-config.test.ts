import { describe, expect, it } from 'vitest';
import { type BusConfig, resolveConfig } from '../../../src/options.ts';
import { refused } from './refused.ts';

const MIB = 1024 * 1024;
const CORES = 8;

function resolve(config: unknown) {
  return resolveConfig(config as BusConfig | undefined, CORES);
}

describe('the options of createBus', () => {
  it('have the documented defaults', () => {
    const expected = {
      shards: 4,
      maxMessageSize: MIB,
      correlationTimeout: 30_000,
      healthCheckInterval: 5_000,
      stallTimeout: 2_000,
      standby: 1,
      batchSize: 100,
      maxConcurrentDeliveries: 1000,
      slots: 16_384,
      heapBytes: 64 * MIB,
      codec: 'auto',
      debugLeases: false,
      shardOptions: {},
      workerUrl: undefined,
      logger: undefined,
      keepAlive: false,
      maxEndpoints: 1024,
      maxSubscriptions: 4096,
      maxClients: 64,
      maxRoutes: 1_000_000,
      maxRegexRoutes: 1000,
      maxPatternsPerRun: 1024,
      maxDeadLetters: 10_000,
      maxDeadLetterBytes: 64 * MIB,
    };
    expect(resolve(undefined)).toEqual(expected);
    expect(resolve({})).toEqual(expected);
    expect(resolve({ shards: undefined, codec: undefined })).toEqual(expected);
    expect(Object.isFrozen(resolve({}))).toBe(true);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 4],
    [64, 4],
  ])('start, on %i cores, %i shards', (cores, shards) => {
    expect(resolveConfig(undefined, cores).shards).toBe(shards);
  });

  it('are kept when they are valid', () => {
    const logger = { debug() {}, info() {}, warn() {}, error() {} };
    const given = {
      shards: 64,
      maxMessageSize: 64,
      correlationTimeout: Number.POSITIVE_INFINITY,
      healthCheckInterval: 1,
      stallTimeout: 0x7fff_ffff,
      standby: 0,
      batchSize: 10_000,
      maxConcurrentDeliveries: 1,
      slots: 2,
      heapBytes: MIB,
      codec: 'v8',
      debugLeases: true,
      logger,
      keepAlive: true,
      maxEndpoints: 1,
      maxDeadLetters: 0,
    };
    expect(resolve(given)).toMatchObject(given);
    expect(resolve(given).logger).toBe(logger);
  });

  it('are private: later changes of the object do not reach the bus', () => {
    const execArgv = ['--no-warnings'];
    const config = { shards: 2, shardOptions: { execArgv } };
    const resolved = resolve(config);
    config.shards = 3;
    execArgv.push('--inspect');
    expect(resolved.shards).toBe(2);
    expect(resolved.shardOptions.execArgv).toEqual(['--no-warnings']);
  });

  it.each([
    ['shards', [0, 65, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null, true, {}, 2n]],
    ['maxMessageSize', [0, 63, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1mb', 2 ** 40]],
    ['correlationTimeout', [0, -1, Number.NaN, 2 ** 31, Number.NEGATIVE_INFINITY, '30s', null]],
    ['healthCheckInterval', [0, -1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY, '5s']],
    ['standby', [-1, 2, 0.5, true, null]],
    ['stallTimeout', [0, -1, Number.NaN, 2 ** 31, null]],
    ['batchSize', [0, 10_001, -1, 1.5, Number.NaN, '100']],
    ['maxConcurrentDeliveries', [0, -1, 1.5, Number.NaN, 2 ** 31]],
    ['slots', [0, 1, 65_537, -1, 1.5, Number.NaN, '16']],
    ['heapBytes', [0, 1, MIB - 1, 1024 * MIB + 1, 1.5e7 + 0.5, Number.NaN, '64mb']],
    ['codec', ['msgpack', '', 'JSON', 7, null, {}, () => {}]],
    ['shardOptions', [null, 'x', [], 7]],
    ['workerUrl', ['./shard.js', 7, null, {}]],
    ['logger', [null, 'pino', {}, { info() {} }, 7]],
    ['keepAlive', [0, 'yes', null]],
    ['maxEndpoints', [0, 1025, -1, 1.5, Number.NaN]],
    ['maxSubscriptions', [0, 4097]],
    ['maxClients', [0, 65]],
    ['maxRoutes', [0, 1_000_001]],
    ['maxRegexRoutes', [0, 1001]],
    ['maxPatternsPerRun', [0, 4097]],
    ['maxDeadLetters', [-1, 1_000_001, 1.5]],
    ['maxDeadLetterBytes', [-1, 2 ** 40]],
  ])('%s refuses what it cannot be, and names itself', (option, values) => {
    for (const value of values) {
      const error = refused(() => resolve({ [option]: value }));
      expect(error.code).toBe('ERR_BUS_CONFIG');
      expect(error.message).toMatch(`createBus: option '${option}' must be `);
      expect(error.details).toMatchObject({ option });
      expect(error.details['expected']).toBeTypeOf('string');
      expect(error.details['got']).toBeTypeOf('string');
    }
  });

  it('say what was expected and what came', () => {
    const error = refused(() => resolve({ shards: 0 }));
    expect(error.message).toBe(
      "createBus: option 'shards' must be an integer from 1 to 64, got 0.",
    );
    expect(error.details).toEqual({
      option: 'shards',
      expected: 'an integer from 1 to 64',
      got: '0',
    });
  });

  it.each([
    ['shard', 'shards'],
    ['Shards', 'shards'],
    ['maxMsgSize', 'maxMessageSize'],
    ['maxmessagesize', 'maxMessageSize'],
    ['correlationTimeOut', 'correlationTimeout'],
    ['heapbyte', 'heapBytes'],
    ['batchsize', 'batchSize'],
    ['loger', 'logger'],
  ])('suggest for %s the known name %s', (name, known) => {
    const error = refused(() => resolve({ [name]: 1 }));
    expect(error.code).toBe('ERR_BUS_CONFIG');
    expect(error.message).toContain(`option '${name}' is unknown. Did you mean '${known}'?`);
    expect(error.details).toMatchObject({ option: name, nearest: known });
  });

  it('list the known names when none is near', () => {
    const error = refused(() => resolve({ threads_per_core_maximum: 1 }));
    expect(error.message).toContain('Known: shards, maxMessageSize');
    expect(refused(() => resolve({ ['x'.repeat(100_000)]: 1 })).code).toBe('ERR_BUS_CONFIG');
  });

  it.each([[null], [7], ['x'], [[]], [true]])('refuse %o instead of an object', (config) => {
    const error = refused(() => resolve(config));
    expect(error.message).toContain("createBus: option 'config' must be an object");
  });
});

describe('heapBytes and maxMessageSize', () => {
  it('default to eight messages at least, whichever is given', () => {
    expect(resolve({ maxMessageSize: 16 * MIB }).heapBytes).toBe(128 * MIB);
    expect(resolve({ maxMessageSize: 1024 }).heapBytes).toBe(64 * MIB);
    expect(resolve({ heapBytes: MIB }).maxMessageSize).toBe(MIB / 8);
    expect(resolve({ heapBytes: 512 * MIB }).maxMessageSize).toBe(MIB);
    expect(resolve({ maxMessageSize: 128 * MIB }).heapBytes).toBe(1024 * MIB);
  });

  it('are refused together when the largest message would not fit into an eighth', () => {
    const fits = { heapBytes: 8 * MIB, maxMessageSize: MIB };
    expect(resolve(fits)).toMatchObject(fits);
    const error = refused(() => resolve({ heapBytes: 8 * MIB, maxMessageSize: MIB + 1 }));
    expect(error.message).toContain("option 'heapBytes' must be at least 8 times maxMessageSize");
  });
});

describe('codec and workerUrl', () => {
  it('take URLs as objects and as text', () => {
    const url = new URL('file:///app/codec.js');
    for (const given of [url, url.href]) {
      expect(resolve({ codec: given }).codec).toBe('file:///app/codec.js');
      expect(resolve({ workerUrl: given }).workerUrl).toBe('file:///app/codec.js');
    }
  });
});

describe('shardOptions', () => {
  it('keep only what was given', () => {
    const given = { resourceLimits: { maxOldGenerationSizeMb: 64 }, execArgv: [], env: { A: 'b' } };
    expect(resolve({ shardOptions: given }).shardOptions).toStrictEqual(given);
    expect(Object.keys(resolve({ shardOptions: { name: 's' } }).shardOptions)).toEqual(['name']);
  });

  it('take SHARE_ENV', async () => {
    const { SHARE_ENV } = await import('node:worker_threads');
    expect(resolve({ shardOptions: { env: SHARE_ENV } }).shardOptions.env).toBe(SHARE_ENV);
  });

  it.each([
    [{ resourceLimits: { maxOldGenerationSizeMb: 0 } }, 'shardOptions.resourceLimits.maxOldGen'],
    [{ resourceLimits: { maxOldGenerationSizeMB: 1 } }, 'Did you mean'],
    [{ resourceLimits: { stackSizeMb: 0.2 } }, 'must be a number from 0.5'],
    [{ resourceLimits: 64 }, 'shardOptions.resourceLimits'],
    [{ execArgv: '--inspect' }, 'shardOptions.execArgv'],
    [{ execArgv: [1] }, 'shardOptions.execArgv'],
    [{ env: { A: 1 } }, 'shardOptions.env'],
    [{ env: Symbol('other') }, 'shardOptions.env'],
    [{ name: '' }, 'shardOptions.name'],
    [{ workerData: 1 }, "'shardOptions.workerData' is unknown"],
  ])('refuse %o and give the path', (shardOptions, words) => {
    const error = refused(() => resolve({ shardOptions }));
    expect(error.code).toBe('ERR_BUS_CONFIG');
    expect(error.message).toContain(words);
  });
});
