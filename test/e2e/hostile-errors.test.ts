/** What handlers throw and return arrives, or its refusal does; the thread and its endpoint go on. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BusError, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { workerFile } from '../helpers/real-bus.ts';

describe('an endpoint on a worker', () => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards: 2 });
    await bus.startWorker(workerFile('hostile'));
  });
  afterEach(async () => {
    expect(await bus.request('hostile', {})).toBe('still here');
    expect((await bus.endpoints.find()).map(({ id }) => id)).toEqual(['hostile']);
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  const thrown = (name: string): Promise<BusError> =>
    failureOf(bus.request('hostile', { throw: name }));

  // shared/cases/bugs.md 18
  it('throws an error whose properties and cause arrive', async () => {
    const { code, message, cause } = await thrown('properties');
    expect([code, message]).toEqual(['ERR_BUS_HANDLER', 'x']);
    expect(cause).toMatchObject({ name: 'Error', message: 'x', code: 'E_FOO', details: { a: 1 } });
    expect((cause as Error).cause).toBeInstanceOf(RangeError);
  });

  // shared/cases/bugs.md 20
  it('throws an error with parts that cannot be sent: it arrives without them, and says so', async () => {
    const { cause, details } = await thrown('uncloneable');
    expect(cause).toMatchObject({ message: '429', status: 429 });
    expect(cause).not.toHaveProperty('response');
    expect(cause).not.toHaveProperty('fn');
    expect(details['dropped']).toEqual(['response', 'fn']);
  });

  it.each([
    ['cyclic', 'round'],
    ['getters', 'guarded'],
    ['proxy', 'behind a proxy'],
  ])('throws an error that is %s: its message arrives', async (name, text) => {
    const { code, message, cause } = await thrown(name);
    expect([code, message]).toEqual(['ERR_BUS_HANDLER', text]);
    expect(cause).toBeInstanceOf(Error);
  });

  it.each(['function', 'revoked'])(
    'throws a %s, which cannot be sent: that is said',
    async (name) => {
      const { code, cause } = await thrown(name);
      expect([code, (cause as BusError).code]).toEqual([
        'ERR_BUS_HANDLER',
        'ERR_BUS_INVALID_MESSAGE',
      ]);
    },
  );

  it.each([
    ['null', null],
    ['undefined', undefined],
  ])('throws %s, which is the cause', async (name, value) => {
    const error = await thrown(name);
    expect([error.code, 'cause' in error, error.cause]).toEqual(['ERR_BUS_HANDLER', true, value]);
  });

  // shared/cases/bugs.md 24
  it.each([
    ['function', 'payload is a function'],
    ['deep', 'nested more than 500 levels'],
    ['proxy', 'payload is a function'],
  ])('returns a %s: the request fails with what was wrong', async (name, text) => {
    const { code, cause } = await failureOf(bus.request('hostile', { return: name }));
    expect([code, (cause as BusError).code]).toEqual([
      'ERR_BUS_HANDLER',
      'ERR_BUS_INVALID_MESSAGE',
    ]);
    expect((cause as BusError).message).toContain(text);
  });
});

describe('a worker', () => {
  // shared/cases/bugs.md 22
  it('that fails at load with what is no error and cannot be sent, gives the reason', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const error = await failureOf(bus.startWorker(workerFile('unsendable')));
    expect(error.code).toBe('ERR_BUS_WORKER');
    expect(`${error.message} ${JSON.stringify(error.cause)}`).toContain('no configuration');
    await expectAtRest(bus);
    await bus.close();
  });
});

describe('a callback that returns what looks like a promise', () => {
  const hostile: [string, () => unknown, string[]][] = [
    [
      'and throws when it is asked for',
      () =>
        Object.defineProperty({}, 'then', {
          get: () => {
            throw new Error('getter');
          },
        }),
      ['getter', 'getter'],
    ],
    [
      'and throws when it is called',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is what is tried.
        then() {
          throw new Error('called');
        },
      }),
      ['called', 'called'],
    ],
    [
      'and calls back twice',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is what is tried.
        then(resolve: () => void, reject: (error: Error) => void) {
          resolve();
          resolve();
          reject(new Error('second word'));
        },
      }),
      [],
    ],
  ];

  it.each(hostile)('harms nobody: %s', async (_, result, errors) => {
    const bus = await createWatchedBus({ shards: 1 });
    const told: string[] = [];
    bus.on('handlerError', ({ error }) => told.push((error as Error).message));
    await bus.registerEndpoint('echo', ({ payload }) => payload);
    await bus.registerRoute('echo', 'echo');
    const got: unknown[] = [];
    await bus.subscribe('s', ({ payload }) => {
      got.push(payload);
      return result();
    });
    for (const i of [1, 2]) expect(await bus.publish('s', i)).toBe(1);
    expect(await bus.request('echo', 3)).toBe(3);
    await expectAtRest(bus);
    expect([got, told]).toEqual([[1, 2], errors]);
    await bus.close();
  });
});
