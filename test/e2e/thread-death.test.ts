/** What callers are told when the thread that works on their message ends. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { BusError as AnyBusError, MessageBus } from '../../src/index.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { BusError, workerFile } from '../helpers/real-bus.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

const start = (bus: MessageBus, id: string): Promise<Worker> =>
  bus.startWorker(workerFile('dying'), { workerData: { id } });

describe.each([1, 2, 4])('with %i shards, the thread of a handler', (shards) => {
  const shared = sharedBus({ shards });

  it.each([
    ['exits', { way: 'exit', code: 7 }, 7],
    ['exits with 0', { way: 'exit', code: 0 }, 0],
    ['throws what nobody catches', { way: 'crash' }, 1],
  ])('that %s is named with its endpoint', async (_, payload, exitCode) => {
    const { bus } = shared;
    const worker = await start(bus, 'mortal');
    worker.on('error', () => {});
    const { threadId } = worker;
    const error = await failureOf(bus.request('dying', payload));
    const facts = { endpoint: 'mortal', exitCode, threadId };
    expect(error).toMatchObject({
      code: 'ERR_BUS_ENDPOINT_UNAVAILABLE',
      details: { routingKey: 'dying', ...facts },
      cause: { code: 'ERR_BUS_WORKER', details: facts },
    });
    expect(BusError.isBusError(error.cause)).toBe(true);
    expect(error.message).toContain(`'mortal' ended with exit code ${exitCode}`);
    const thrown = (error.cause as Error).cause;
    expect(thrown instanceof RangeError).toBe(payload.way === 'crash');
    if (thrown) expect(error.message).toContain('nobody catches this');
    await allGone(bus);
  });

  // bugs 10: what was answered directly before the exit is not lost.
  it('that answers and exits in the same tick has answered', async () => {
    const { bus } = shared;
    const worker = await start(bus, 'mortal');
    const ended = once(worker, 'exit');
    const call = bus.request('dying', { way: 'answerAndExit', code: 0 });
    expect(await call).toBe('last word');
    expect(await ended).toEqual([0]);
    await allGone(bus);
  });

  it('is named with the last endpoint when a request has cost three threads', async () => {
    const { bus } = shared;
    const workers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => start(bus, id)));
    const held: { id: string; redelivered: boolean }[] = [];
    for (const worker of workers) {
      worker.on('message', (told) => {
        if ('id' in told) held.push(told);
      });
    }
    const error = await failureOf(bus.request('dying', { way: 'exit', code: 3 }));
    expect(held.map(({ redelivered }) => redelivered)).toEqual([false, true, true]);
    const facts = { endpoint: held[2]?.id, exitCode: 3 };
    expect(error).toMatchObject({
      code: 'ERR_BUS_WORKER',
      details: facts,
      cause: { code: 'ERR_BUS_WORKER', details: facts },
    });
  });
});

/** Until nothing is left of the threads that have ended, so that the next may serve what they did. */
function allGone(bus: MessageBus): Promise<void> {
  return until(async () => (await codeOf(bus.request('dying'))) === 'ERR_BUS_NO_ROUTE');
}

describe('the thread of a handler', () => {
  const shared = sharedBus({ shards: 2 });

  it('that was terminated is named to a caller on another thread too', async () => {
    const { bus } = shared;
    const mortal = await start(bus, 'mortal');
    const { threadId } = mortal;
    const asker = await bus.startWorker(workerFile('asking'));
    const called = bus.request('ask', { key: 'dying', payload: { way: 'hold' } });
    await once(mortal, 'message');
    await mortal.terminate();
    expect(await called).toMatchObject({
      code: 'ERR_BUS_ENDPOINT_UNAVAILABLE',
      cause: { code: 'ERR_BUS_WORKER', details: { endpoint: 'mortal', exitCode: 1, threadId } },
    });
    await asker.terminate();
    await allGone(bus);
  });

  it('is named to who notifies it alone', async () => {
    const { bus } = shared;
    await start(bus, 'mortal');
    expect(await failureOf(bus.notify('dying', { way: 'exit', code: 4 }))).toMatchObject({
      code: 'ERR_BUS_NO_ROUTE',
      cause: { code: 'ERR_BUS_WORKER', details: { endpoint: 'mortal', exitCode: 4 } },
    });
    await allGone(bus);
  });

  it('that the bus did not start is named without an exit code, which main never learns', async () => {
    const { bus } = shared;
    const ticket = bus.createTicket();
    const worker = new Worker(workerFile('dying'), {
      workerData: { ticket, id: 'own' },
      transferList: [...ticket.transferList],
    });
    const { threadId } = worker;
    await once(worker, 'message');
    const error = await failureOf(bus.request('dying', { way: 'exit', code: 5 }));
    expect(error.cause).toMatchObject({ code: 'ERR_BUS_WORKER' });
    expect((error.cause as AnyBusError).details).toEqual({
      routingKey: 'dying',
      endpoint: 'own',
      threadId,
    });
    await allGone(bus);
  });
});
