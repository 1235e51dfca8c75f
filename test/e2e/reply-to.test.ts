/** Requests whose reply goes to an endpoint: `routeMessage` with `replyTo`. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { BusError, workerFile } from '../helpers/real-bus.ts';

describe.each([1, 2, 4])('replyTo with %i shards', (shards) => {
  let bus: MessageBus;
  const received: Message[] = [];

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    for (const id of ['w1', 'w2']) {
      const routes = [{ pattern: `${id}.*` }];
      await bus.startWorker(workerFile('answering'), { workerData: { id, routes } });
    }
    await bus.registerEndpoint('collector', (message) => {
      received.push(message);
    });
  });
  beforeEach(() => {
    received.length = 0;
  });
  afterAll(() => bus.close());

  const envelope = (payload: unknown) =>
    ({ kind: 'request', routingKey: 'w2.x', payload, replyTo: 'collector' }) as const;
  const onWorker = (...args: unknown[]): Promise<unknown> =>
    bus.request('w1.x', { act: 'verb', verb: 'routeMessage', args });

  it.each(['main', 'a worker'])('sends the reply there when %s asks', async (thread) => {
    const asked = { ...envelope({ act: 'echo', value: { n: 7 } }), correlationId: 'mine' };
    const result = thread === 'main' ? await bus.routeMessage(asked) : await onWorker(asked);
    expect(result).toBeUndefined();
    await until(() => received.length > 0);
    expect(received).toMatchObject([
      {
        kind: 'response',
        routingKey: 'w2.x',
        payload: { n: 7 },
        correlationId: 'mine',
        attempt: 1,
        redelivered: false,
      },
    ]);
    await expectAtRest(bus);
  });

  it('resolves when the request is routed, whatever the handler takes', async () => {
    await bus.routeMessage(envelope({ act: 'hold' }));
    expect(received).toEqual([]);
    await until(async () => (await bus.request('w2.y', { act: 'held' })) === 1);
    expect(await bus.request('w2.y', { act: 'release' })).toBe(1);
    await until(() => received.length > 0);
    expect(received[0]).toMatchObject({ payload: 'released' });
    expect(received[0]?.correlationId).toMatch(/^\d+(\.\d+){4}$/);
    await expectAtRest(bus);
  });

  it('sends an error as what a requester would be rejected with', async () => {
    await bus.routeMessage(envelope({ act: 'throw', text: 'out' }));
    await bus.routeMessage(envelope({ act: 'returnFunction' }));
    await until(() => received.length === 2);
    const payloads = received.map(({ payload }) => payload);
    expect(payloads.every((error) => BusError.isBusError(error))).toBe(true);
    expect(payloads).toMatchObject([
      { code: 'ERR_BUS_HANDLER', message: 'out', cause: { name: 'RangeError' } },
      { code: 'ERR_BUS_HANDLER', cause: { code: 'ERR_BUS_INVALID_MESSAGE' } },
    ]);
    await expectAtRest(bus);
  });

  it('takes the reply of routeMessage on the handler’s thread, and none when time is over', async () => {
    let aborted = 0;
    const answered = await bus.registerEndpoint('by-hand', async (message, { signal }) => {
      const { correlationId, routingKey } = message;
      if (routingKey === 'late') {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        aborted += 1;
        return 'late';
      }
      await bus.routeMessage({ kind: 'response', correlationId, payload: 'by hand' });
      return 'dropped';
    });
    const route = await bus.registerRoute('by.hand', 'by-hand');
    const late = await bus.registerRoute('late', 'by-hand', { timeout: 20 });
    // On a busy machine the time may be over before it is routed.
    const tooLate = () => bus.routeMessage({ ...envelope(1), routingKey: 'late' });
    while (aborted === 0) await Promise.allSettled([tooLate()]);
    await bus.routeMessage({ ...envelope(1), routingKey: 'by.hand' });
    await until(() => received.length > 0);
    await expectAtRest(bus);
    expect(received.map(({ payload }) => payload)).toEqual(['by hand']);
    await route.remove();
    await late.remove();
    await answered.close();
  });

  it('reaches the endpoint although the thread that asked has gone', async () => {
    const id = 'going';
    const worker = await bus.startWorker(workerFile('answering'), {
      workerData: { id, routes: [{ pattern: 'going.x' }] },
    });
    const args = [envelope({ act: 'hold' })];
    await bus.request('going.x', { act: 'verb', verb: 'routeMessage', args });
    await until(async () => (await bus.request('w2.y', { act: 'held' })) === 1);
    await worker.terminate();
    await bus.request('w2.y', { act: 'release' });
    await until(() => received.length > 0);
    expect(received[0]).toMatchObject({ kind: 'response', payload: 'released' });
    await expectAtRest(bus);
  });

  it('refuses unknown endpoints, and kinds that are not replied to', async () => {
    const unknown = { ...envelope(1), replyTo: 'nobody' };
    expect(await codeOf(bus.routeMessage(unknown))).toBe('ERR_BUS_ENDPOINT_NOT_FOUND');
    expect(await codeOf(bus.routeMessage({ ...envelope(1), kind: 'event' }))).toBe(
      'ERR_BUS_INVALID_MESSAGE',
    );
    expect(await codeOf(bus.routeMessage({ ...envelope(1), routingKey: 'nowhere' }))).toBe(
      'ERR_BUS_NO_ROUTE',
    );
    await expect(onWorker(unknown)).rejects.toMatchObject({
      cause: { code: 'ERR_BUS_ENDPOINT_NOT_FOUND' },
    });
    const closing = await bus.registerEndpoint('short-lived', () => undefined);
    await closing.close();
    const late = { ...envelope(1), replyTo: 'short-lived' };
    expect(await codeOf(bus.routeMessage(late))).toBe('ERR_BUS_ENDPOINT_NOT_FOUND');
    await expectAtRest(bus);
  });
});
