import { afterEach, describe, expect, it } from 'vitest';
import type { BusEvents, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { type Gate, gate as makeGate, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

type Alert = BusEvents['alert'];

let bus: MessageBus;
afterEach(async () => {
  await expectAtRest(bus);
  await bus.close();
});

/** A bus that looks after itself often, with an endpoint that keeps what it gets until the gate opens. */
async function heldBus(config: object): Promise<{ gate: Gate; alerts: Alert[] }> {
  bus = await createWatchedBus({ shards: 1, healthCheckInterval: 5, ...config });
  const alerts: Alert[] = [];
  bus.on('alert', (alert) => alerts.push(alert));
  const gate = makeGate();
  await bus.registerEndpoint('held', () => gate.promise);
  await bus.registerRoute('held', 'held');
  return { gate, alerts };
}

/** Sends until there is no room; the number that were accepted. */
function fill(payload: unknown): number {
  let accepted = 0;
  while (bus.tryNotify('held', payload) === 'accepted') accepted += 1;
  return accepted;
}

const cases: [string, object, unknown, RegExp][] = [
  ['slots', { slots: 64 }, 'x', /thread 0 find no room: its slots .*option slots/],
  [
    'heap',
    { heapBytes: 2 ** 20, maxMessageSize: 2 ** 17 },
    new Uint8Array(2 ** 16),
    /thread 0 find no room: its heap .*option heapBytes/,
  ],
];

describe('a bus that has just been created', () => {
  it.each([20, 40, 80])('has no trouble to tell of, looked at every %i ms', async (period) => {
    bus = await createWatchedBus({ shards: 2, healthCheckInterval: period });
    const alerts: Alert[] = [];
    bus.on('alert', (alert) => alerts.push(alert));
    // Another thread's start takes longer than a period.
    await bus.startWorker(workerFile('counting'), { workerData: { id: 'sink', pattern: 'x' } });
    expect(alerts).toEqual([]);
  });
});

describe('a sender without room', () => {
  it.each(cases)('degrades the bus, which says so and recovers by itself: %s', async (...given) => {
    const [name, config, payload, message] = given;
    const { alerts, gate } = await heldBus(config);
    const accepted = fill(payload);
    expect(accepted).toBeGreaterThan(0);
    const waiting = bus.notify('held', payload);
    await until(() => alerts.length > 0);
    expect(alerts).toEqual([{ name, state: 'raised', message: expect.stringMatching(message) }]);
    expect(await bus.health()).toMatchObject({
      state: 'degraded',
      reasons: [expect.stringMatching(message)],
    });
    await until(async () => (await bus.metrics()).endpoints['held']?.inFlight === accepted);
    gate.open();
    expect(await waiting).toEqual({ delivered: 1 });
    await bus.flush();
    await until(() => alerts.length > 1);
    expect(alerts[1]).toEqual({ ...alerts[0], state: 'cleared' });
    expect(await bus.health()).toMatchObject({ state: 'ok', reasons: [] });
  });
});

describe('what is accepted and not started', () => {
  it.each([1, 2])('counts as queued at its endpoint, with %d shards', async (shards) => {
    const { gate } = await heldBus({ shards });
    await bus.registerEndpoint('one', () => gate.promise, { concurrency: 1 });
    await bus.registerRoute('one.*', 'one');
    for (let i = 0; i < 20; i++) expect(bus.tryNotify(`one.${i}`, i)).toBe('accepted');
    await until(async () => (await bus.metrics()).endpoints['one']?.queued === 19);
    expect((await bus.metrics()).endpoints['one']).toMatchObject({ inFlight: 1, delivered: 0 });
    gate.open();
    await bus.flush();
    await until(async () => (await bus.metrics()).endpoints['one']?.queued === 0);
    expect((await bus.metrics()).endpoints['one']).toMatchObject({ inFlight: 0, delivered: 20 });
  });
});
