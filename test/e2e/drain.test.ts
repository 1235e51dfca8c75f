import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusEvents, Endpoint, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { type Gate, gate, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

describe.each([1, 2])('a draining endpoint, with %i shards', (shards) => {
  let bus: MessageBus;
  let old: Endpoint;
  let open: Gate;
  const handled: [string, unknown][] = [];

  beforeEach(async () => {
    bus = await createWatchedBus({ shards });
    open = gate();
    handled.length = 0;
    old = await bus.registerEndpoint(
      'old',
      async ({ payload }) => {
        handled.push(['old', payload]);
        await open.promise;
        return 'old';
      },
      { concurrency: 2 },
    );
    await bus.registerRoute('job.*', 'old');
  });
  afterEach(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  it('finishes what it was handed, and others get the rest', async () => {
    const states: BusEvents['endpointState'][] = [];
    bus.on('endpointState', (event) => states.push(event));
    const early = [0, 1].map((i) => bus.request(`job.${i}`, i));
    await until(() => handled.length === 2);
    await bus.registerEndpoint('new', ({ payload }) => {
      handled.push(['new', payload]);
      return 'new';
    });
    await bus.registerRoute('job.*', 'new');
    const drained = old.drain();
    expect(old.drain()).toBe(drained);
    await until(() => states.some(({ state }) => state === 'draining'));
    expect((await bus.endpoints.find()).map(({ id, state }) => [id, state])).toEqual([
      ['old', 'draining'],
      ['new', 'active'],
    ]);
    expect(await Promise.all([2, 3, 4].map((i) => bus.request(`job.${i}`, i)))).toEqual(
      Array(3).fill('new'),
    );
    open.open();
    expect(await Promise.all(early)).toEqual(['old', 'old']);
    await drained;
    expect(handled.filter(([id]) => id === 'old')).toHaveLength(2);
    await old.close();
    expect(states.map(({ endpoint, state }) => [endpoint, state])).toEqual([
      ['new', 'active'],
      ['old', 'draining'],
      ['old', 'closed'],
    ]);
  });

  it('takes nothing new: without another one requests fail at once', async () => {
    open.open();
    await old.drain();
    expect(await codeOf(bus.request('job.x', 1))).toBe('ERR_BUS_ENDPOINT_UNAVAILABLE');
    expect(await bus.explain('job.x')).toMatchObject({
      routes: [{ endpoint: 'old', state: 'draining', eligible: false }],
      request: null,
    });
    await bus.restore('old');
    expect(await bus.request('job.x', 1)).toBe('old');
  });
});

describe('after a close that gave up waiting', () => {
  it('flush, drain and close of an endpoint end all the same, those that wait too', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const endpoint = await bus.registerEndpoint('stuck', () => new Promise(() => {}));
    await bus.registerRoute('stuck', 'stuck');
    const request = codeOf(bus.request('stuck'));
    const early = [bus.flush(), endpoint.drain()];
    expect(await bus.close({ timeout: 20 })).toMatchObject({ abandoned: 1 });
    expect(await request).toBe('ERR_BUS_CLOSED');
    await Promise.all([...early, bus.flush(), endpoint.close(), endpoint.drain()]);
  });
});

describe('the end of a thread', () => {
  // Behaviour E20: bullmq stalled_jobs.test.ts "moves jobs to failed", with a limit of one death.
  it('is told for each of its endpoints, and a letter still knows its endpoint by name', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const states: BusEvents['endpointState'][] = [];
    bus.on('endpointState', (event) => states.push(event));
    const workerData = { id: 'doomed', maxDeaths: 1 };
    const worker = await bus.startWorker(workerFile('dying'), { workerData });
    const letter = new Promise<BusEvents['deadLetter']>((resolve) => {
      bus.on('deadLetter', resolve);
    });
    worker.on('error', () => {});
    expect(await codeOf(bus.request('dying', { way: 'exit', code: 7 }))).toBe('ERR_BUS_WORKER');
    expect(await letter).toMatchObject({ endpoint: 'doomed', reason: 'died' });
    await until(() => states.length > 1);
    expect(states[1]).toMatchObject({ endpoint: 'doomed', state: 'closed', exitCode: 7 });
    expect(await bus.deadLetters.purge({ endpoint: 'doomed' })).toBe(1);
    const health = await bus.health();
    expect([health.state, health.reasons]).toEqual([
      'degraded',
      [expect.stringMatching(/'doomed' has gone with thread \d+ \(exit code 7\)/)],
    ]);
    expect(health.endpoints['doomed']).toMatchObject({ liveness: 'dead', state: 'closed' });
    await bus.registerEndpoint('doomed', () => {});
    expect(await bus.health()).toMatchObject({ state: 'ok', reasons: [] });
    await expectAtRest(bus);
    await bus.close();
    expect(await bus.health()).toMatchObject({ state: 'ok', shards: [{ state: 'ended' }] });
  });
});
