import '../setup/property-runs.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { turn } from '../helpers/gate.ts';
import { BusError, createBus } from '../helpers/real-bus.ts';
import { scaledRuns } from '../setup/property-runs.ts';

/** What a caller may hand over by mistake, values that are nearly right among it. */
const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom<unknown>(
    'e',
    'x.*',
    '[',
    () => {},
    Symbol('s'),
    /r/,
    new WeakMap(),
    -1,
    Number.NaN,
  ),
  fc.record(
    {
      timeout: fc.anything(),
      signal: fc.anything(),
      headers: fc.anything(),
      id: fc.anything(),
      ttl: fc.anything(),
      priority: fc.anything(),
      capacity: fc.anything(),
      concurrency: fc.anything(),
      match: fc.anything(),
    },
    { requiredKeys: [] },
  ),
);

const VERBS = [
  'request',
  'notify',
  'publish',
  'tryPublish',
  'tryNotify',
  'routeMessage',
  'registerEndpoint',
  'registerRoute',
  'registerRoutes',
  'removeRoute',
  'subscribe',
  'on',
  'off',
  'startWorker',
] as const;

describe('calls with arbitrary arguments', () => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards: 2, logger: silent });
    await bus.registerEndpoint('e', () => 'well');
    await bus.registerRoute('e', 'e');
  });
  afterAll(async () => {
    await bus.close({ timeout: 500 });
  });

  it.each(VERBS)('of %s succeed or fail with a BusError, and the bus goes on', async (verb) => {
    const call = bus[verb] as (...values: unknown[]) => unknown;
    const property = fc.asyncProperty(fc.array(anything, { maxLength: 4 }), async (values) => {
      const result = await outcome(() => call(...values));
      if (isClosable(result)) await result.close();
      else if (isSubscription(result)) await result.unsubscribe();
      expect(await bus.request('e', 1)).toBe('well');
    });
    await fc.assert(property, { numRuns: scaledRuns(150) });
    await expectAtRest(bus);
  });

  it('of createBus make a bus or fail with a BusError', async () => {
    const property = fc.asyncProperty(anything, async (config) => {
      const made = await outcome(() => createBus(config as object));
      if (isClosable(made)) await made.close();
    });
    await fc.assert(property, { numRuns: scaledRuns(60) });
  });

  it('of payloads of any shape arrive as they were sent, or are refused', async () => {
    const echo = await bus.registerEndpoint('echo', ({ payload }) => payload);
    await bus.registerRoute('echo', 'echo');
    const property = fc.asyncProperty(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
      }),
      async (value) => {
        const back = await outcome(() => bus.request('echo', value));
        if (!BusError.isBusError(back)) expect(back).toEqual(value);
      },
    );
    await fc.assert(property, { numRuns: scaledRuns(300) });
    await echo.close();
    await expectAtRest(bus);
  });
});

/** The result, or the BusError; anything else that comes out fails the property. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    const result = await call();
    await turn();
    return result;
  } catch (error) {
    if (BusError.isBusError(error)) return error;
    throw error;
  }
}

function isClosable(value: unknown): value is { close(): Promise<unknown> } {
  return typeof (value as { close?: unknown } | null | undefined)?.close === 'function';
}

function isSubscription(value: unknown): value is { unsubscribe(): Promise<void> } {
  return typeof (value as { unsubscribe?: unknown } | null | undefined)?.unsubscribe === 'function';
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
