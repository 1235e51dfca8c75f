/** What is said of threads of a pool that died, or could not be started: to callers, in dead letters and in the log. */
import { describe, expect, it } from 'vitest';
import type { PoolOptions } from '../../src/index.ts';
import { failureOf } from '../helpers/failure.ts';
import { turn, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

const POOLED = workerFile('pooled');
const silent = (): void => {};
const logged: string[] = [];
const note = ({ err }: { err?: Error }, text: string): void => {
  logged.push(err === undefined ? text : `${text}: ${err.message.slice(0, 19)}`);
};
const logger = { debug: silent, info: silent, warn: note, error: note };

const HELD = /did not give back control for \d+ ms, with a timeout of 50 ms/;
const DEATHS: [string, object, PoolOptions, object][] = [
  ['threw', { way: 'crash' }, {}, { message: 'out of nowhere', self: 1 }],
  [
    'had no memory left',
    { way: 'hoard' },
    { resourceLimits: { maxOldGenerationSizeMb: 24 } },
    { code: 'ERR_WORKER_OUT_OF_MEMORY' },
  ],
  [
    'kept its thread',
    { way: 'loop' },
    { timeout: 50 },
    { code: 'ERR_BUS_WORKER', message: expect.stringMatching(HELD) as unknown },
  ],
];

describe('a thread of a pool that died', () => {
  const shared = sharedBus({ shards: 1, logger });

  it.each(DEATHS)('since its handler %s: why', async (_, payload, options, why) => {
    const { bus } = shared;
    const pool = { threads: 2, maxDeaths: 1, ...options };
    shared.open(await bus.registerPool('pool', POOLED, pool));
    await bus.registerRoute('x', 'pool');
    const end = { code: 'ERR_BUS_WORKER', details: { exitCode: 1 }, cause: why };
    const error = await failureOf(bus.request('x', payload));
    expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { exitCode: 1 }, cause: end });
    const { message } = (error.cause as Error).cause as Error;
    expect(error.message).toContain(message.replace(/[.]$/, ''));
    const failed = [{ endpoint: 'pool', error: { code: 'ERR_BUS_WORKER', cause: end } }];
    expect(await failureOf(bus.notify('x', payload))).toMatchObject({
      code: 'ERR_BUS_DELIVERY_FAILED',
      details: { failed },
    });
    const { items } = await bus.deadLetters.list();
    const letter = { reason: 'died', error: { code: 'ERR_BUS_WORKER', cause: end } };
    expect(items).toMatchObject([letter, letter]);
    await bus.deadLetters.purge();
  });
});

describe('a thread of a pool whose own code closes its connection', () => {
  const shared = sharedBus({ shards: 1, logger });

  it('is replaced, and the log says why', async () => {
    const { bus } = shared;
    logged.length = 0;
    shared.open(await bus.registerPool('pool', POOLED, { threads: 1 }));
    await bus.registerRoute('x', 'pool');
    const before = await bus.request('x', { way: 'thread' });
    await bus.request('x', { way: 'leave' }).catch(() => {});
    let now: unknown;
    await until(async () => {
      now = await bus.request('x', { way: 'thread' }).catch(() => before);
      return now !== before;
    });
    expect(now).toBeTypeOf('number');
    expect(logged).toEqual(['a thread of a pool has ended: Its own code closed']);
  });
});

describe('options of a pool that Node refuses', () => {
  const shared = sharedBus({ shards: 1, logger });

  it('reject its registration, and nothing else', async () => {
    const { bus } = shared;
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    const pool = bus.registerPool('pool', POOLED, { threads: 2, execArgv: ['--nonsense'] });
    expect(await failureOf(pool)).toMatchObject({
      code: 'ERR_BUS_CONFIG',
      details: { option: 'execArgv', got: expect.stringContaining('--nonsense') as unknown },
    });
    await turn();
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
    expect(await bus.endpoints.find()).toEqual([]);
  });
});

describe('a pool with more threads than clients may be', () => {
  const shared = sharedBus({ shards: 1, maxClients: 3, logger });

  it('is refused before a thread starts; by default there are not more', async () => {
    const { bus } = shared;
    const error = await failureOf(bus.registerPool('pool', POOLED, { threads: 3 }));
    expect(error).toMatchObject({
      code: 'ERR_BUS_FULL',
      details: { limit: 3, option: 'maxClients' },
    });
    shared.open(await bus.registerPool('pool', POOLED));
    expect(await bus.endpoints.find()).toHaveLength(1);
  });
});

describe('a pool that can never be started', () => {
  const shared = sharedBus({ shards: 1, logger });

  it.each([
    ['its module is not there', workerFile('nowhere'), {}, { code: 'ERR_MODULE_NOT_FOUND' }],
    [
      'a module that its module imports is not there',
      new URL('data:text/javascript,import "node:nothing"'),
      {},
      { code: 'ERR_UNKNOWN_BUILTIN_MODULE' },
    ],
    ['its module cannot be parsed', new URL('data:text/javascript,let let'), {}, SyntaxError],
    ['the export is no function', POOLED, { handler: 'nope' }, { details: { option: 'handler' } }],
    [
      'the judge of errors is no function',
      POOLED,
      { breaker: { isFailure: 'nope' } },
      { details: { option: 'breaker.isFailure' } },
    ],
  ])('since %s, is tried once: the caller alone is told', async (_, url, options, why) => {
    const { bus } = shared;
    logged.length = 0;
    const error = await failureOf(bus.registerPool('pool', url, { threads: 3, ...options }));
    expect(error.code).toBe('ERR_BUS_WORKER');
    if (typeof why === 'function') expect(error.cause).toBeInstanceOf(why);
    else expect(error.cause).toMatchObject(why);
    expect(error.message).toContain((error.cause as Error).message);
    // Each further try would have been told there.
    expect(logged).toEqual([]);
    expect(await bus.endpoints.find()).toEqual([]);
  });
});
