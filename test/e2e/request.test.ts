import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { workerFile } from '../helpers/real-bus.ts';

/** Ms that the wall clock may have been set by since the bus took its epoch. */
const CLOCK_SLACK_MS = 100;

describe.each([1, 2, 4])('requests and replies with %i shards', (shards) => {
  let bus: MessageBus;
  const threads: number[] = [];

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    for (const id of ['first', 'second']) {
      const routes = [{ pattern: 'job.*' }, { pattern: `only.${id}` }, { pattern: `${id}.*` }];
      const worker = await bus.startWorker(workerFile('answering'), { workerData: { id, routes } });
      threads.push(worker.threadId);
    }
  });
  afterAll(async () => {
    await expectAtRest(bus);
    expect(await bus.close()).toMatchObject({ abandoned: 0, threadsTerminated: 0 });
  });

  it('go to the endpoint of an exact route, on its own thread', async () => {
    expect(await bus.request('only.first', {})).toBe(threads[0]);
    expect(await bus.request('only.second', {})).toBe(threads[1]);
  });

  it('go from one worker to another, and to main', async () => {
    const endpoint = await bus.registerEndpoint('main', ({ payload }) => ['main', payload]);
    const route = await bus.registerRoute('at.main', 'main');
    const ask = { act: 'ask', key: 'only.second', payload: {} };
    expect(await bus.request('only.first', ask)).toBe(threads[1]);
    const askMain = { act: 'ask', key: 'at.main', payload: { a: 1n } };
    expect(await bus.request('only.first', askMain)).toEqual(['main', { a: 1n }]);
    await route.remove();
    await endpoint.close();
  });

  // Bugs 50: nestjs/nest#3074, a second handler of a pattern never runs.
  it('take turns between the members of a balance set, over all keys and shards', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => bus.request(`job.${i}`, {})),
    );
    const counts = threads.map((thread) => answers.filter((answer) => answer === thread).length);
    expect(counts).toEqual([50, 50]);
    const serial: unknown[] = [];
    for (let i = 0; i < 8; i++) serial.push(await bus.request(`job.${i}`, {}));
    for (let i = 1; i < serial.length; i++) expect(serial[i]).not.toBe(serial[i - 1]);
  });

  it('answer each caller with its own reply when thousands are under way', async () => {
    const count = 3_000;
    const replies = await Promise.all(
      Array.from({ length: count }, (_, i) => {
        return bus.request(`job.${i % 37}`, { act: 'echo', value: { i } });
      }),
    );
    expect(replies).toEqual(Array.from({ length: count }, (_, i) => ({ i })));
  });

  it('show the handler the whole message', async () => {
    const before = Date.now();
    const headers = { 'x-trace': 'ä€😀', other: '' };
    const options = { headers, id: 'my-id', timeout: 60_000 };
    const shown = await bus.request<Record<string, unknown>>(
      'only.first',
      { act: 'show' },
      options,
    );
    expect(shown).toMatchObject({
      id: 'my-id',
      kind: 'request',
      routingKey: 'only.first',
      payload: { act: 'show' },
      headers,
      attempt: 1,
      redelivered: false,
      threadId: threads[0],
    });
    const { timestamp, deadline, correlationId } = shown as Record<string, number>;
    expect(timestamp).toBeGreaterThanOrEqual(before - CLOCK_SLACK_MS);
    expect(timestamp).toBeLessThanOrEqual(Date.now() + CLOCK_SLACK_MS);
    expect(deadline).toBeGreaterThanOrEqual(before + 60_000 - CLOCK_SLACK_MS);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 60_000 + CLOCK_SLACK_MS);
    expect(typeof correlationId).toBe('string');
  });

  // Bugs 36: cloudflare/agents#1632, two live requests with the same id of the caller.
  it('have ids of their own when none is given, and never use the caller’s correlation id', async () => {
    const show = { act: 'show' };
    const headers = { 'x-correlation-id': 'same' };
    const envelope = { kind: 'request', routingKey: 'job.a', payload: show } as const;
    const shown = (await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => bus.request(`job.${i}`, show)),
      bus.routeMessage({ ...envelope, correlationId: 'same' }),
      bus.routeMessage({ ...envelope, correlationId: 'same' }),
    ])) as { id: string; correlationId: string; headers: unknown }[];
    expect(new Set(shown.map(({ id }) => id)).size).toBe(22);
    expect(new Set(shown.map(({ correlationId }) => correlationId)).size).toBe(22);
    expect(shown.slice(20).map((message) => message.headers)).toEqual([headers, headers]);
  });

  // Behaviour A6: vert.x testSendWithTimeoutRecipientFailure; A8: nats.js "service error is headers".
  it('fail with the handler’s error: class, code, cause and own properties', async () => {
    const error = await failureOf(bus.request('only.first', { act: 'throw', text: 'too far' }));
    expect(error).toMatchObject({
      code: 'ERR_BUS_HANDLER',
      message: 'too far',
      retryable: false,
      details: { attempts: 1 },
    });
    const cause = error.cause as RangeError & { code: string; limits: unknown };
    expect(cause).toBeInstanceOf(RangeError);
    expect(cause).toMatchObject({ code: 'E_OUT_OF_RANGE', limits: { low: 1, high: [2n, 3] } });
    expect(cause.cause).toBeInstanceOf(TypeError);
    expect((cause.cause as Error).message).toBe('deeper');
    expect(cause.stack).toContain('answering.mjs');
    expect(error.stack).toContain('request.test.ts');
  });

  it('keep the name of an error class of the handler’s own, and what a rejection says', async () => {
    const own = await failureOf(bus.request('only.first', { act: 'throwOwn' }));
    expect(own.cause).toMatchObject({ name: 'OwnError', message: 'mine', status: 418 });
    const later = await failureOf(bus.request('only.first', { act: 'reject' }));
    expect(later.cause).toBeInstanceOf(SyntaxError);
    const text = await failureOf(bus.request('only.first', { act: 'throwString' }));
    expect(text).toMatchObject({ code: 'ERR_BUS_HANDLER', message: 'only text' });
    expect(text.cause).toBe('only text');
  });

  it('fail when the result or the error cannot be sent, and the endpoint goes on', async () => {
    const result = await failureOf(bus.request('only.first', { act: 'returnFunction' }));
    expect(result.code).toBe('ERR_BUS_HANDLER');
    expect(result.cause).toMatchObject({ code: 'ERR_BUS_INVALID_MESSAGE' });
    const thrown = await failureOf(bus.request('only.first', { act: 'throwCycle' }));
    expect(thrown).toMatchObject({ code: 'ERR_BUS_HANDLER', message: 'round' });
    expect(await bus.request('only.first', {})).toBe(threads[0]);
  });

  // Behaviour A2: vert.x testSendWithTimeoutNoHandlers.
  it('fail at once where no route matches, long before their time-out', async () => {
    const error = await failureOf(bus.request('nobody.knows', {}, { timeout: 2 ** 31 - 1 }));
    expect(error).toMatchObject({ code: 'ERR_BUS_NO_ROUTE', retryable: false });
    expect(error.message).toContain('nobody.knows');
    expect(error.stack).toContain('request.test.ts');
  });

  // By the sender's clock, whatever the number of shards.
  if (shards === 2) {
    it('count their time from the call, also when the thread was busy for longer just before', async () => {
      const busyUntil = performance.now() + 600;
      bus.tryPublish('nobody.listens', 1);
      while (performance.now() < busyUntil);
      expect(await bus.request('only.first', {}, { timeout: 500 })).toBe(threads[0]);
      expect(await bus.publish('nobody.listens', 1, { ttl: 500 })).toBe(0);
    });
  }

  // Behaviour A4: vert.x testSendWithTimeoutReplyAfterTimeout.
  it('time out, drop the late reply and count it', async () => {
    const before = await bus.metrics();
    let calls = 0;
    // On a busy machine the time may be over before the handler begins; then it never begins, and no reply is late.
    do {
      const error = await failureOf(bus.request('only.first', { act: 'hold' }, { timeout: 30 }));
      expect(error).toMatchObject({
        code: 'ERR_BUS_TIMEOUT',
        name: 'TimeoutError',
        retryable: true,
      });
      calls += 1;
    } while ((await bus.request('only.first', { act: 'release' })) === 0);
    await expectAtRest(bus);
    const after = await bus.metrics();
    expect(after.messages.timedOut).toBe(before.messages.timedOut + calls);
    expect(after.messages.late).toBe(before.messages.late + 1);
  });

  it('tell a handler through its signal that the caller has given up', async () => {
    const error = await failureOf(bus.request('only.second', { act: 'aborted' }, { timeout: 30 }));
    expect(error.code).toBe('ERR_BUS_TIMEOUT');
    // The handler settles only when its signal aborts: nothing is at rest before.
    await expectAtRest(bus);
  });

  it('take the time-out of the call rather than that of the bus', async () => {
    const calls = [1, 2, 3].map((i) => {
      return codeOf(bus.request('only.first', { act: 'hold' }, { timeout: 20 * i }));
    });
    expect(await Promise.all(calls)).toEqual(Array(3).fill('ERR_BUS_TIMEOUT'));
    await bus.request('only.first', { act: 'release' });
  });

  it('do not harm each other: one time-out among a hundred live requests', async () => {
    const late = codeOf(bus.request('only.first', { act: 'hold' }, { timeout: 20 }));
    const values = Array.from({ length: 100 }, (_, i) => i);
    const replies = await Promise.all(
      values.map((value) => bus.request('only.first', { act: 'echo', value })),
    );
    expect(replies).toEqual(values);
    expect(await late).toBe('ERR_BUS_TIMEOUT');
    await bus.request('only.first', { act: 'release' });
  });
});
