import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { gate, turn, until } from '../helpers/gate.ts';
import { joinOwnWorker } from '../helpers/own-worker.ts';
import { createBus, workerFile } from '../helpers/real-bus.ts';

async function busWith(handler: (message: { payload: unknown }) => unknown): Promise<MessageBus> {
  const bus = await createBus({ shards: 2 });
  await bus.registerEndpoint('e', handler);
  await bus.registerRoute('e', 'e');
  return bus;
}

/** For a thread that leaves when it is told to: what it counts in shared memory. */
function leaving(): { readonly workerData: object; readonly ended: Int32Array } {
  const ended = new Int32Array(new SharedArrayBuffer(8));
  return { workerData: { pattern: 's', ended, turns: 2, leaveAt: 'leave' }, ended };
}

/** Turns of the event loop in which a close that has nothing to wait for is long over. */
const CLOSING_TURNS = 5_000;

describe('close', () => {
  it('settles first what was accepted, on every thread', async () => {
    const seen: unknown[] = [];
    const bus = await busWith(async ({ payload }) => {
      await turn();
      seen.push(payload);
    });
    await bus.startWorker(workerFile('answering'), {
      workerData: { id: 'w', routes: [{ pattern: 'w' }] },
    });
    const calls = [bus.notify('e', 1), bus.request('w', { act: 'echo', value: 2 })];
    for (let i = 0; i < 100; i++) bus.tryNotify('e', `try ${i}`);
    const result = await bus.close();
    expect(result).toMatchObject({ abandoned: 0, threadsTerminated: 0 });
    expect(await Promise.all(calls)).toEqual([{ delivered: 1 }, 2]);
    expect(seen).toHaveLength(101);
  });

  // Behaviour J4: nats.js core/tests/drain_test.ts; J6: mqemitter abstractTest.js "emit after close errors".
  it.each([1, 100])(
    'waits for what a thread had accepted that has not come to rest since, in batches of %i',
    async (batchSize) => {
      const bus = await createBus({ shards: 1, batchSize });
      let handled = 0;
      await bus.registerEndpoint('e', () => {
        handled += 1;
      });
      await bus.registerRoute('e', 'e');
      const own = await joinOwnWorker(bus, 'own');
      const word = new Int32Array(new SharedArrayBuffer(4));
      const burst = { count: 550, key: 'e', word };
      expect(await own.tell('burst', burst)).toEqual({ result: 550 });
      let isClosed = false;
      const closing = bus.close().finally(() => {
        isClosed = true;
      });
      let turns = 0;
      await until(() => isClosed || ++turns > CLOSING_TURNS);
      Atomics.store(word, 0, 1);
      Atomics.notify(word, 0);
      expect(await closing).toMatchObject({ abandoned: 0 });
      expect(handled).toBe(550);
      await own.end();
    },
  );

  it('refuses new calls from the moment it begins, and later', async () => {
    const held = gate();
    const bus = await busWith(() => held.promise);
    const running = bus.request('e');
    await turn();
    const closing = bus.close();
    const verbs = (): Promise<unknown>[] => [
      bus.request('e'),
      bus.notify('e'),
      bus.publish('e'),
      bus.writable(),
      bus.routeMessage({ kind: 'event', routingKey: 'e' }),
      bus.registerEndpoint('x', () => {}),
      bus.registerRoute('x', 'e'),
      bus.registerRoutes([]),
      bus.removeRoute('e', 'e'),
      bus.subscribe('x', () => {}),
      bus.once('x'),
      bus.startWorker(workerFile('answering')),
    ];
    const closingErrors = await Promise.all(verbs().map((call) => failureOf(call)));
    expect(closingErrors.map(({ code }) => code)).toEqual(Array(12).fill('ERR_BUS_CLOSED'));
    for (const { details, message } of closingErrors) {
      expect(details).toMatchObject({ state: 'closing', accepted: false });
      expect(message).toContain('refused');
    }
    expect([bus.tryPublish('e'), bus.tryNotify('e')]).toEqual(['closed', 'closed']);
    held.open();
    expect(await running).toBeUndefined();
    await closing;
    const closedErrors = await Promise.all(verbs().map((call) => failureOf(call)));
    expect(closedErrors.map(({ code }) => code)).toEqual(Array(12).fill('ERR_BUS_CLOSED'));
    for (const { details } of closedErrors) {
      expect(details).toMatchObject({ state: 'closed', accepted: false });
    }
    expect([bus.tryPublish('e'), bus.tryNotify('e')]).toEqual(['closed', 'closed']);
    expect(await codeOf(() => bus.createTicket())).toBe('ERR_BUS_CLOSED');
  });

  it('returns the first call’s promise the second time, whatever it is given', async () => {
    const bus = await busWith(() => 1);
    const [first, second] = [bus.close({ drain: false }), bus.close({ timeout: 1 })];
    expect(second).toBe(first);
    await first;
    await bus[Symbol.asyncDispose]();
  });

  it('gives up at its limit while handlers hang: what they hold is failed and counted', async () => {
    const bus = await busWith(() => new Promise(() => {}));
    const calls = [bus.request('e'), bus.notify('e')].map((call) => failureOf(call));
    await turn();
    const result = await bus.close({ timeout: 50 });
    expect(result.abandoned).toBe(2);
    const errors = await Promise.all(calls);
    expect(errors.map(({ code }) => code)).toEqual(['ERR_BUS_CLOSED', 'ERR_BUS_CLOSED']);
    for (const { details } of errors) {
      expect(details).toEqual({ state: 'closed', accepted: true, routingKey: 'e' });
    }
    expect(errors.map(({ message }) => message.split(':')[0])).toEqual([
      "request('e')",
      "notify('e')",
    ]);
    expect(errors[0]?.message).toContain('accepted');
  });

  // Behaviour A10: nats.js core/tests/basics_test.ts "close cancels requests".
  it('does not wait without drain: pending requests are rejected at once', async () => {
    const bus = await busWith(() => new Promise(() => {}));
    const call = codeOf(bus.request('e', 1, { timeout: 2 ** 31 - 1 }));
    await turn();
    await bus.close({ drain: false });
    expect(await call).toBe('ERR_BUS_CLOSED');
  });

  it('tells a call that waited for room that nothing of it was sent', async () => {
    const bus = await createBus({ shards: 1, slots: 64 });
    await bus.registerEndpoint('e', () => new Promise(() => {}));
    await bus.registerRoute('e', 'e');
    while (bus.tryNotify('e') === 'accepted');
    const waiting = failureOf(bus.notify('e'));
    const closing = bus.close({ timeout: 20 });
    const { details, message } = await waiting;
    expect(details).toEqual({ state: 'closed', accepted: false });
    expect(message).toContain('nothing was sent');
    const { abandoned } = await closing;
    expect(abandoned).toBeGreaterThan(0);
    expect(abandoned).toBeLessThanOrEqual(64);
  });

  it('runs the callbacks of events that have come, before it ends', async () => {
    const bus = await createBus({ shards: 2 });
    const seen: unknown[] = [];
    await bus.subscribe('s.*', async ({ payload }) => {
      await turn();
      seen.push(payload);
    });
    for (let i = 0; i < 50; i++) bus.tryPublish(`s.${i}`, i);
    await bus.publish('s.last', 'last');
    expect(await bus.close()).toMatchObject({ abandoned: 0 });
    expect(seen).toHaveLength(51);
  });

  it('runs those on other threads too', async () => {
    const bus = await createBus({ shards: 2 });
    const ended = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { pattern: 's.*', ended, turns: 3 };
    await bus.startWorker(workerFile('slow-callbacks'), { workerData });
    for (let i = 0; i < 200; i++) bus.tryPublish(`s.${i}`, i);
    expect(await bus.close()).toMatchObject({ abandoned: 0 });
    expect(ended[0]).toBe(200);
  });

  it('counts the events whose callbacks it cut off, and runs none of them later', async () => {
    const bus = await createBus({ shards: 2 });
    const held = gate();
    const started: unknown[] = [];
    await bus.subscribe('s', ({ payload }) => {
      started.push(payload);
      return held.promise;
    });
    const paused = await bus.subscribe('s', () => {});
    paused.pause();
    for (let i = 0; i < 5; i++) await bus.publish('s', i);
    expect(await bus.close({ timeout: 30 })).toMatchObject({ abandoned: 5 });
    held.open();
    await turn();
    expect(started).toEqual([0]);
  });

  it('of a connected client runs its callbacks too', async () => {
    const bus = await createBus({ shards: 1 });
    const { workerData, ended } = leaving();
    const worker = await bus.startWorker(workerFile('slow-callbacks'), { workerData });
    for (let i = 0; i < 20; i++) await bus.publish('s', i);
    await bus.notify('leave');
    await once(worker, 'exit');
    // Callbacks that have ended, what was abandoned + 1.
    expect([...ended]).toEqual([20, 1]);
    await bus.close();
  });

  // Bug 6: josdejong/workerpool#96; J2.
  it('starts no queued handler once it has ended without drain', async () => {
    const started: unknown[] = [];
    const bus = await createBus({ shards: 1 });
    const one = { concurrency: 1 };
    const hang = ({ payload }: { payload: unknown }): unknown => {
      started.push(payload);
      return new Promise(() => {});
    };
    await bus.registerEndpoint('e', hang, one);
    await bus.registerRoute('e', 'e');
    const calls = [0, 1, 2, 3, 4].map((i) => failureOf(bus.request('e', i)));
    await until(() => started.length > 0);
    expect(await bus.close({ drain: false })).toMatchObject({ abandoned: 5 });
    const codes = (await Promise.all(calls)).map(({ code }) => code);
    expect(codes).toEqual(Array(5).fill('ERR_BUS_CLOSED'));
    await turn();
    expect(started).toEqual([0]);
  });

  // J10, bug 70: taskforcesh/bullmq#834: what ends after close was called is still recorded.
  it('lets a handler that throws later fail its call, and counts it as settled', async () => {
    const held = gate();
    const bus = await busWith(async () => {
      await held.promise;
      throw new RangeError('after close');
    });
    const call = failureOf(bus.request('e'));
    await turn();
    const closing = bus.close();
    await turn();
    held.open();
    expect(await call).toMatchObject({ code: 'ERR_BUS_HANDLER', message: 'after close' });
    expect(await closing).toMatchObject({ abandoned: 0, settled: 1 });
  });

  // Bug 70 again, taskforcesh/bullmq#4163: work that puts itself off for ever.
  it('ends at its limit while what it waits for is put off again and again', async () => {
    let runs = 0;
    const bus = await createBus({ shards: 2 });
    const retry = { attempts: 255, initial: 1, jitter: 'none', max: 1 } as const;
    const fail = (): never => {
      runs += 1;
      throw new Error('not yet');
    };
    await bus.registerEndpoint('e', fail, { retry });
    await bus.registerRoute('e', 'e');
    await bus.subscribe('s', (event) => event.nack({ delay: 1 }), { ack: true, retry });
    await bus.publish('s');
    const call = failureOf(bus.notify('e'));
    await until(() => runs > 2);
    expect(await bus.close({ timeout: 50 })).toMatchObject({ abandoned: 1 });
    expect(await call).toMatchObject({ code: 'ERR_BUS_CLOSED', details: { accepted: true } });
    const after = runs;
    await turn();
    expect(runs).toBe(after);
  });

  // The limit is far beyond the test's own: a close that used it would fail here.
  it.each(['timed out', 'aborted'])(
    'is not held by a handler that never ends and whose request has %s',
    async (how) => {
      const bus = await busWith(() => new Promise(() => {}));
      await bus.startWorker(workerFile('answering'), {
        workerData: { id: 'w', routes: [{ pattern: 'w' }] },
      });
      const controller = new AbortController();
      const options = how === 'aborted' ? { signal: controller.signal } : { timeout: 20 };
      const calls = [bus.request('e', 0, options), bus.request('w', { act: 'never' }, options)];
      const codes = calls.map((call) => codeOf(call));
      // Of the same thread and key: the handlers before it have started.
      await bus.request('w', { act: 'where' });
      controller.abort();
      const code = how === 'aborted' ? 'ERR_BUS_ABORTED' : 'ERR_BUS_TIMEOUT';
      expect(await Promise.all(codes)).toEqual([code, code]);
      expect(await bus.close({ timeout: 600_000 })).toMatchObject({ abandoned: 0 });
    },
  );

  it('gives a handler that nobody waits for a moment to come to its end', async () => {
    let ended = false;
    const bus = await createBus({ shards: 1 });
    await bus.registerEndpoint('e', async (_, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await turn();
      ended = true;
    });
    await bus.registerRoute('e', 'e');
    expect(await codeOf(bus.request('e', 0, { timeout: 20 }))).toBe('ERR_BUS_TIMEOUT');
    expect(await bus.close()).toMatchObject({ abandoned: 0 });
    expect(ended).toBe(true);
  });

  // Bugs 4: tinylibs/tinypool#49, shutdown hangs.
  it('ends a worker in an endless loop', async () => {
    const bus = await createBus({ shards: 1 });
    const worker = await bus.startWorker(workerFile('spinning'));
    const call = codeOf(bus.notify('spin'));
    expect(await bus.close({ timeout: 200 })).toMatchObject({ abandoned: 1, threadsTerminated: 1 });
    expect(await call).toBe('ERR_BUS_CLOSED');
    expect(worker.threadId).toBe(-1);
  });

  it('tells the threads that it started, which end what is theirs and then themselves', async () => {
    const bus = await createBus({ shards: 1 });
    const tidied = new Int32Array(new SharedArrayBuffer(4));
    const worker = await bus.startWorker(workerFile('tidying'), { workerData: tidied });
    const exit = once(worker, 'exit');
    expect(await bus.close()).toMatchObject({ threadsTerminated: 0 });
    expect(await exit).toEqual([0]);
    expect(tidied[0]).toBe(1);
  });

  it('ends a thread that hears of it and goes on, when its moment is over', async () => {
    const bus = await createBus({ shards: 1 });
    const tidied = new Int32Array(new SharedArrayBuffer(4));
    await bus.startWorker(workerFile('tidying'), { workerData: tidied, argv: ['stay'] });
    expect(await bus.close({ timeout: 0 })).toMatchObject({ threadsTerminated: 1 });
    expect(tidied[0]).toBe(1);
  });

  it('tells its listeners, ends loops and subscriptions', async () => {
    const bus = await busWith(() => 1);
    const told: unknown[] = [];
    bus.on('close', (event) => told.push(event));
    const subscription = await bus.subscribe('loop');
    const loop = (async () => {
      for await (const _ of subscription) throw new Error('nothing was published');
      return 'ended';
    })();
    const once = codeOf(bus.once('loop'));
    await turn();
    await bus.close({ timeout: 100 });
    expect(await loop).toBe('ended');
    expect(await once).toBe('ERR_BUS_CLOSED');
    expect(told).toEqual([{ reason: 'closed' }]);
  });

  it('detaches a thread with a ticket: its verbs then say that the bus is closed', async () => {
    const { Worker } = await import('node:worker_threads');
    const bus = await createBus({ shards: 1 });
    const ticket = bus.createTicket();
    const worker = new Worker(workerFile('ticketed'), {
      workerData: { ticket },
      transferList: [...ticket.transferList],
    });
    const messages: unknown[] = [];
    const ended = new Promise((resolve) => worker.on('exit', resolve));
    await new Promise<void>((resolve) => {
      worker.on('message', (message) => {
        messages.push(message);
        if (message === 'ready') resolve();
      });
    });
    expect(await bus.request('ticketed', 'hello')).toBe('hello');
    expect(await bus.close()).toMatchObject({ abandoned: 0, threadsTerminated: 0 });
    expect(await ended).toBe(0);
    expect(messages).toEqual(['ready', ['ERR_BUS_CLOSED', 'ERR_BUS_CLOSED', 'closed']]);
  });

  it('lets a thread with a ticket end whose handler answers when the bus is gone', async () => {
    const bus = await createBus({ shards: 1 });
    const own = await joinOwnWorker(bus, 'own');
    await own.tell('hold');
    const held = codeOf(bus.request('held'));
    await until(async () => (await bus.metrics()).endpoints['held']?.inFlight === 1);
    expect(await bus.close({ drain: false })).toMatchObject({ threadsTerminated: 0 });
    expect(await held).toBe('ERR_BUS_CLOSED');
    await own.tell('release');
    expect(await own.end()).toBe(0);
  });

  it('of a connected client takes out only that client', async () => {
    const bus = await createBus({ shards: 2 });
    const workerData = { id: 'w', routes: [{ pattern: 'w' }] };
    await bus.startWorker(workerFile('leaving'), { workerData });
    expect(await bus.request('leave', 'first')).toBe('first');
    expect(await bus.notify('leave', 'go')).toEqual({ delivered: 1 });
    while ((await bus.endpoints.find()).length > 0) await turn();
    while ((await codeOf(bus.request('leave'))) !== 'ERR_BUS_NO_ROUTE') await turn();
    expect((await bus.metrics()).clients).toHaveLength(1);
    expect((await bus.health()).state).toBe('ok');
    await bus.close();
  });
});
