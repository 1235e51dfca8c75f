import '../setup/property-runs.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { turn } from '../helpers/gate.ts';
import { BusError, createBus, workerFile } from '../helpers/real-bus.ts';
import { scaledRuns } from '../setup/property-runs.ts';

const href = new URL('../fixtures/fuzz-calls.mjs', import.meta.url).href;
const { fuzzVerb } = (await import(href)) as {
  fuzzVerb(
    bus: unknown,
    run: { verb: string; numRuns: number; isBusError: unknown },
  ): Promise<unknown>;
};

/** Verbs that are not called with arbitrary arguments, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  close: 'ends the bus',
  once: 'waits for an event that nobody publishes',
};
/** What only main has. */
const MAIN_ONLY = ['startWorker', 'registerPool', 'createTicket'];
/** Of the worker's verbs and of main's own. */
const VERBS = (bus: MessageBus): string[] => {
  const own = Object.keys(bus).filter((name) => typeof bus[name as 'request'] === 'function');
  const groups = Object.keys(bus.endpoints).map((name) => `endpoints.${name}`);
  return [...own, ...groups].filter((name) => !(name in LEFT_OUT));
};

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

  it('of every verb on main succeed or fail with a BusError, and the bus goes on', async () => {
    const verbs = VERBS(bus);
    expect(verbs).toEqual(expect.arrayContaining(['request', 'createTicket', 'endpoints.find']));
    for (const verb of verbs) {
      const run = { verb, numRuns: scaledRuns(40), isBusError: BusError.isBusError };
      await fuzzVerb(bus, run);
      await expectAtRest(bus);
    }
  });

  it('of every verb in a worker do so too', async () => {
    const worker = await bus.startWorker(workerFile('fuzzing'));
    for (const verb of VERBS(bus).filter((name) => !MAIN_ONLY.includes(name))) {
      const run = { verb, numRuns: scaledRuns(40) };
      await bus.request('fuzz', run, { timeout: Number.POSITIVE_INFINITY });
    }
    await worker.terminate();
    await expectAtRest(bus);
  });

  it('of createBus make a bus or fail with a BusError', async () => {
    const property = fc.asyncProperty(fc.anything(), async (config) => {
      const made = await outcome(() => createBus(config as object));
      if (isClosable(made)) await made.close();
    });
    await fc.assert(property, { numRuns: scaledRuns(40) });
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
    await fc.assert(property, { numRuns: scaledRuns(200) });
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

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
