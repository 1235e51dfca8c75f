/** Handlers that are slow rather than wrong: they are seen, they keep nobody else, and nothing of them is left. */
import { describe, expect, it } from 'vitest';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { gate, until } from '../helpers/gate.ts';
import { footprint, grownSince } from '../helpers/leaks.ts';
import { workerFile } from '../helpers/real-bus.ts';

describe('a handler', () => {
  it('that holds its thread, or never settles, makes its endpoint busy for who asks', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const worker = await bus.startWorker(workerFile('waiting'), { workerData: { flag } });
    const livenessOf = async (id: string) => (await bus.health()).endpoints[id]?.liveness;
    expect(await bus.request('quick')).toBe('quick');
    await until(async () => (await livenessOf('holds')) === 'idle');
    const held = bus.request('holds');
    await until(async () => (await livenessOf('holds')) === 'busy');
    const behind = bus.request('holds');
    const countsOf = async (id: string) => (await bus.metrics()).endpoints[id];
    await until(async () => (await countsOf('holds'))?.queued === 1);
    expect(await countsOf('holds')).toMatchObject({ inFlight: 1 });
    expect(await countsOf('quick')).toMatchObject({ inFlight: 0, queued: 0 });
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    expect(await Promise.all([held, behind])).toEqual(['released', 'released']);
    // Its counters come a moment after its answers.
    await until(async () => (await countsOf('holds'))?.inFlight === 0);
    await until(async () => (await livenessOf('holds')) === 'idle');
    const pending = codeOf(bus.request('pends'));
    await until(async () => (await countsOf('pends'))?.inFlight === 1);
    // The thread's word says busy while it calls the handler; its counters, which say it after that, come a moment later.
    await until(async () => (await livenessOf('pends')) === 'busy');
    expect(await livenessOf('quick')).toBe('idle');
    await worker.terminate();
    expect(await pending).toBe('ERR_BUS_ENDPOINT_UNAVAILABLE');
    await expectAtRest(bus);
    await bus.close();
  });

  it.each([1, 2, 4])(
    'that is slow keeps no other endpoint of a notify, with %i shards',
    async (shards) => {
      const bus = await createWatchedBus({ shards });
      const release = gate();
      const reached = gate<unknown>();
      await bus.registerEndpoint('slow', () => release.promise);
      await bus.registerEndpoint('instant', ({ payload }) => reached.open(payload));
      await bus.registerRoutes([
        { pattern: 'both', endpoint: 'slow', priority: 5 },
        { pattern: 'bot*', endpoint: 'instant' },
      ]);
      let isSettled = false;
      const call = bus.notify('both', 'now').finally(() => {
        isSettled = true;
      });
      expect(await reached.promise).toBe('now');
      expect(isSettled).toBe(false);
      release.open();
      expect(await call).toEqual({ delivered: 2 });
      await expectAtRest(bus);
      await bus.close();
    },
  );
});

/** At once: fewer than there are slots, which those of the longest run use again. */
const AT_ONCE = 10_000;

describe.each([
  [10_000, 1],
  [30_000, 2],
  [10_000, 4],
])('%i requests that time out, with %i shards', (count, shards) => {
  it('leave no slot, block, correlation or timer', async () => {
    const bus = await createWatchedBus({ shards });
    const release = gate();
    let runs = 0;
    const busy = await bus.registerEndpoint(
      'busy',
      async ({ deadline }) => {
        runs += 1;
        await release.promise;
        return deadline;
      },
      { concurrency: 1 },
    );
    await bus.registerRoute('busy', 'busy');
    const first = bus.request('busy');
    await until(() => runs === 1);
    const before = footprint();
    const heapBytes = async () => (await bus.metrics()).clients[0]?.heapBytesUsed;
    const bytesBefore = await heapBytes();
    const timedOutBefore = (await bus.metrics()).messages.timedOut;
    const codes = new Map<string, number>();
    for (let sent = 0; sent < count; sent += AT_ONCE) {
      const calls = Array.from({ length: AT_ONCE }, (_, at) =>
        codeOf(bus.request('busy', at, { timeout: 1 })),
      );
      for (const code of await Promise.all(calls)) codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes]).toEqual([['ERR_BUS_TIMEOUT', count]]);
    release.open();
    await first;
    await expectAtRest(bus);
    expect((await bus.metrics()).messages.timedOut - timedOutBefore).toBe(count);
    expect(await heapBytes()).toBeLessThanOrEqual(bytesBefore as number);
    expect(grownSince(before)).toEqual({});
    await busy.close();
    await bus.close();
  });
});
