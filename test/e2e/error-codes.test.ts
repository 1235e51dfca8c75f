/** Every code that a BusError can have is met by a call of the public interface, or is named here with the reason. */
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/message/errors.ts';
import { createWatchedBus, expectAtRest, shardThreads } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { createBus, workerFile } from '../helpers/real-bus.ts';

interface Reached {
  readonly wrong: string[];
  readonly codes: string[];
}
const href = new URL('../fixtures/reach-codes.mjs', import.meta.url).href;
const { reachCodes } = (await import(href)) as {
  reachCodes(bus: unknown, name: string): Promise<Reached>;
};

/** Met by the tests below, which need a bus of their own. */
const ELSEWHERE = ['ERR_BUS_WORKER', 'ERR_BUS_CLOSED', 'ERR_BUS_FATAL'];
const NOT_REACHED: Readonly<Record<string, string>> = {
  ERR_BUS_FORBIDDEN: 'later: permissions',
  ERR_BUS_VALIDATION: 'later: contracts',
  ERR_BUS_INTERNAL: 'a defect of the bus; unit tests reach its checks',
};

describe('error codes', () => {
  it('are all reached on main and in a worker, or have a reason not to be', async () => {
    const config = { shards: 2, maxMessageSize: 100_000, maxSubscriptions: 5 };
    const bus = await createWatchedBus(config);
    await bus.startWorker(workerFile('reaching'));
    const onMain = await reachCodes(bus, 'main');
    const inWorker = await bus.request<Reached>('reach');
    expect([onMain.wrong, inWorker.wrong]).toEqual([[], []]);
    expect(inWorker.codes).toEqual(onMain.codes);
    const known = [...onMain.codes, ...ELSEWHERE, ...Object.keys(NOT_REACHED)];
    expect(known.sort()).toEqual([...errorCodes].sort());
    // On both threads a handler never ends.
    expect(await bus.close({ timeout: 50 })).toMatchObject({ abandoned: 2 });
  });

  it('WORKER: a module that cannot be loaded, with the reason', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const error = await failureOf(bus.startWorker(workerFile('throwing')));
    expect(error).toMatchObject({ code: 'ERR_BUS_WORKER', details: { exitCode: 1 } });
    await expectAtRest(bus);
    await bus.close();
  });

  // Bugs 2: graphile/worker#592, all threads end and nobody says so.
  it('FATAL: shards that cannot be kept alive fail what pends, and what is called later', async () => {
    const bus = await createWatchedBus({ shards: 1, logger: silent });
    await bus.registerEndpoint('slow', () => new Promise(() => {}));
    await bus.registerRoute('slow', 'slow');
    const pending = codeOf(bus.request('slow'));
    let isFatal = false;
    bus.on('close', ({ reason }) => {
      isFatal = reason === 'fatal';
    });
    while (!isFatal) {
      const thread = shardThreads(bus).at(-1);
      await thread?.terminate();
      await until(async () => isFatal || (shardThreads(bus).at(-1)?.threadId ?? -1) > 0);
    }
    expect(await pending).toBe('ERR_BUS_FATAL');
    expect(await codeOf(bus.request('slow'))).toBe('ERR_BUS_FATAL');
    expect(await codeOf(bus.subscribe('x', () => {}))).toBe('ERR_BUS_FATAL');
    expect((await bus.health()).state).toBe('fatal');
    await bus.close({ timeout: 50 });
  });

  it('CLOSED: what is called after the end', async () => {
    const bus = await createBus({ shards: 1 });
    await bus.close();
    expect(await failureOf(bus.request('x'))).toMatchObject({
      code: 'ERR_BUS_CLOSED',
      details: { state: 'closed' },
    });
  });
});

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
