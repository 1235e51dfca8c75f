/** Responses that do not come from the handler: `routeMessage` with kind `'response'`, on any thread. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { type Gate, gate } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

describe.each([1, 2, 4])('a response from another thread, with %i shards', (shards) => {
  let bus: MessageBus;
  let received: Gate<Message>;
  let held: Gate<unknown>;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    await bus.startWorker(workerFile('asking'));
    await bus.registerEndpoint('held', (message) => {
      received.open(message);
      return held.promise;
    });
    await bus.registerRoute('held', 'held');
  });
  afterAll(() => bus.close());

  const begin = (timeout: number) => {
    received = gate<Message>();
    held = gate<unknown>();
    return bus.request('held', 'question', { timeout });
  };
  const answer = (correlationId: unknown, payload?: unknown): Promise<unknown> =>
    bus.request('answer', { correlationId, payload });

  it('answers the request, once; what the handler returns later is late', async () => {
    const call = begin(60_000);
    const { correlationId } = await received.promise;
    const late = (await bus.metrics()).messages.late;
    expect(await answer(correlationId, { from: 'elsewhere' })).toBe('sent');
    expect(await call).toEqual({ from: 'elsewhere' });
    expect(await answer(correlationId)).toMatchObject({ code: 'ERR_BUS_CORRELATION_NOT_FOUND' });
    held.open('too late');
    await expectAtRest(bus);
    expect((await bus.metrics()).messages.late).toBe(late + 2);
  });

  it('comes to nobody when the caller has given up, which is said and counted', async () => {
    let begun: Message | undefined;
    // On a busy machine the time may be over before the handler begins; then it never begins.
    for (let timeout = 5; begun === undefined; timeout *= 4) {
      const call = codeOf(begin(timeout));
      begun = await Promise.race([received.promise, call.then(() => undefined)]);
      expect(await call).toBe('ERR_BUS_TIMEOUT');
    }
    const { correlationId } = begun;
    const late = (await bus.metrics()).messages.late;
    expect(await answer(correlationId)).toMatchObject({ code: 'ERR_BUS_CORRELATION_NOT_FOUND' });
    held.open('too late');
    await expectAtRest(bus);
    expect((await bus.metrics()).messages.late).toBe(late + 2);
  });

  it.each(['0.0.0.1.1', '9.9.9.9.9', 'mine'])('to %s, which nobody has, is refused', async (id) => {
    expect(await answer(id)).toMatchObject({
      code: 'ERR_BUS_CORRELATION_NOT_FOUND',
      details: { correlationId: id },
    });
    expect(await answer(undefined)).toMatchObject({ code: 'ERR_BUS_MISSING_CORRELATION_ID' });
    await expectAtRest(bus);
  });
});
