import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { BusEvents, DeadLetter, Endpoint, EventMessage, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

const TWICE = { retry: { attempts: 2, initial: 0 } } as const;

/** The next letter that the bus tells of. */
function nextLetter(bus: MessageBus): Promise<BusEvents['deadLetter']> {
  return new Promise((resolve) => {
    const listener = (letter: BusEvents['deadLetter']): void => {
      bus.off('deadLetter', listener);
      resolve(letter);
    };
    bus.on('deadLetter', listener);
  });
}

/** An endpoint for `k` that always fails. */
async function neverGood(bus: MessageBus, id: string): Promise<Endpoint> {
  const fail = (): never => {
    throw new Error('bad');
  };
  const endpoint = await bus.registerEndpoint(id, fail, TWICE);
  await bus.registerRoute('k', id);
  return endpoint;
}

async function letters(bus: MessageBus): Promise<readonly DeadLetter[]> {
  return (await bus.deadLetters.list()).items;
}

describe.each([1, 2, 4])('dead letters with %i shards', (shards) => {
  const shared = sharedBus({ shards });

  async function failing(id: string, pattern: string): Promise<{ mend(): void }> {
    let isMended = false;
    const handler = ({ attempt, payload }: { attempt: number; payload: unknown }): void => {
      if (isMended) return;
      const error = new RangeError(`attempt ${attempt} of ${String(payload)}`);
      throw payload === 'hopeless' ? Object.assign(error, { retryable: false }) : error;
    };
    shared.open(await shared.bus.registerEndpoint(id, handler, TWICE));
    await shared.bus.registerRoute(pattern, id);
    return {
      mend: () => {
        isMended = true;
      },
    };
  }

  // nats-io/nats-server#5564, #4956, #3294 (bugs 62)
  it('keep a notification whose attempts are used up, with all that is known of it, and tell of it', async () => {
    await failing('e', 'k.*');
    const told = nextLetter(shared.bus);
    const before = Date.now();
    await failureOf(shared.bus.notify('k.1', 'text', { headers: { a: 'b' }, id: 'own-id' }));
    const [letter] = await letters(shared.bus);
    expect(letter).toMatchObject({
      reason: 'attempts',
      endpoint: 'e',
      messageId: 'own-id',
      kind: 'notification',
      attempts: 2,
      deaths: 0,
      routingKey: 'k.1',
      headers: { a: 'b' },
      payload: 'text',
      count: 1,
    });
    expect(letter?.error).toBeInstanceOf(RangeError);
    expect(letter?.error).toMatchObject({ message: 'attempt 2 of text' });
    expect(letter?.firstAt).toBeGreaterThanOrEqual(before - 1);
    expect(letter?.deadAt).toBeGreaterThanOrEqual(letter?.firstAt ?? 0);
    expect(await told).toEqual(letter);
    expect((await shared.bus.metrics()).messages.deadLettered).toBeGreaterThan(0);
    expect(await shared.bus.deadLetters.purge({ id: letter?.id })).toBe(1);
    expect(await letters(shared.bus)).toEqual([]);
  });

  it('say that a handler gave a message up by itself', async () => {
    await failing('e', 'k');
    await failureOf(shared.bus.notify('k', 'hopeless'));
    const [letter] = await letters(shared.bus);
    expect(letter).toMatchObject({ reason: 'rejected', attempts: 1 });
    await shared.bus.deadLetters.purge();
  });

  it('are one for each endpoint that failed, and none for those that did not', async () => {
    await failing('one', 'k');
    await failing('two', 'k');
    shared.open(await shared.bus.registerEndpoint('good', () => {}));
    await shared.bus.registerRoute('k', 'good');
    const failure = await failureOf(shared.bus.notify('k'));
    expect(failure.details).toMatchObject({ delivered: 1 });
    const kept = (await letters(shared.bus)).map(({ endpoint, error }) => [
      endpoint,
      String(error),
    ]);
    const why = 'RangeError: attempt 2 of undefined';
    expect(kept.sort()).toEqual([
      ['one', why],
      ['two', why],
    ]);
    expect(await shared.bus.deadLetters.purge({ endpoint: 'one', reason: 'attempts' })).toBe(1);
    expect(await shared.bus.deadLetters.purge({ reason: 'died' })).toBe(0);
    expect(await shared.bus.deadLetters.purge()).toBe(1);
  });

  // rabbitmq DL dead_letter_headers_cycle (F4); rabbitmq/rabbitmq-server#216, #161 (bugs 64)
  it('count how often they came back from a replay, and go when it succeeds', async () => {
    const endpoint = await failing('e', 'k');
    shared.open(await shared.bus.registerEndpoint('other', () => {}));
    await shared.bus.registerRoute('k', 'other');
    await failureOf(shared.bus.notify('k', 'text'));
    const [first] = await letters(shared.bus);
    const counts: number[] = [];
    for (let times = 0; times < 3; times++) {
      const back = nextLetter(shared.bus);
      expect(await shared.bus.deadLetters.replay(first?.id ?? '')).toBe(1);
      const letter = await back;
      counts.push(letter.count);
      expect(letter).toMatchObject({ id: first?.id, firstAt: first?.firstAt, payload: 'text' });
    }
    expect(counts).toEqual([2, 3, 4]);
    endpoint.mend();
    const { delivered } = (await shared.bus.metrics()).endpoints['other'] ?? { delivered: -1 };
    expect(await shared.bus.deadLetters.replay(first?.id ?? '')).toBe(1);
    await shared.bus.flush();
    expect(await letters(shared.bus)).toEqual([]);
    // The replay is for the one that failed and nobody else.
    expect((await shared.bus.metrics()).endpoints['other']?.delivered).toBe(delivered);
    expect(await shared.bus.deadLetters.replay(first?.id ?? '')).toBe(0);
  });

  // rabbitmq DL dead_letter_reject_requeue, dead_letter_reject_requeue_reject_norequeue (F2)
  it('keep an acknowledged event that its subscriber refuses for good, and bring it back to that one alone', async () => {
    const subscription = await shared.bus.subscribe('refused', { ack: true });
    const other = await shared.bus.subscribe('refused');
    await shared.bus.publish('refused', 7);
    const events = subscription[Symbol.asyncIterator]();
    const first = (await events.next()).value as EventMessage;
    first.nack({ delay: 0 });
    const again = (await events.next()).value as EventMessage;
    expect([again.attempt, await letters(shared.bus)]).toEqual([2, []]);
    const told = nextLetter(shared.bus);
    again.nack({ requeue: false });
    const { id } = await told;
    const [letter] = await letters(shared.bus);
    expect(letter).toMatchObject({ id, reason: 'rejected', endpoint: subscription.id, payload: 7 });
    expect(await shared.bus.deadLetters.replay(id)).toBe(1);
    const replayed = (await events.next()).value as EventMessage;
    expect([replayed.payload, replayed.ack(), await letters(shared.bus)]).toEqual([7, true, []]);
    await subscription.unsubscribe();
    const others = other[Symbol.asyncIterator]();
    expect((await others.next()).value).toMatchObject({ payload: 7 });
    await other.unsubscribe();
    expect((await others.next()).done).toBe(true);
  });

  it('stay when there is nobody to replay them to', async () => {
    const endpoint = await neverGood(shared.bus, 'gone');
    await failureOf(shared.bus.notify('k'));
    await endpoint.close();
    const [letter] = await letters(shared.bus);
    expect(await shared.bus.deadLetters.replay(letter?.id ?? '')).toBe(0);
    expect(await letters(shared.bus)).toEqual([letter]);
    await shared.bus.deadLetters.purge();
  });

  it('are listed in pages, oldest first', async () => {
    await failing('e', 'k');
    for (const payload of [1, 2, 3]) await failureOf(shared.bus.notify('k', payload));
    const first = await shared.bus.deadLetters.list({ limit: 2 });
    const second = await shared.bus.deadLetters.list({ limit: 2, cursor: first.cursor });
    const payloads = [...first.items, ...second.items].map(({ payload }) => payload);
    expect([payloads, second.cursor]).toEqual([[1, 2, 3], undefined]);
    expect(await shared.bus.deadLetters.purge({ before: first.items[0]?.deadAt })).toBe(0);
    expect(await shared.bus.deadLetters.purge()).toBe(3);
  });

  it('refuse what is no query, filter or id', async () => {
    const { deadLetters } = shared.bus;
    const refused = [
      deadLetters.list({ limit: 0 }),
      deadLetters.list({ cursor: 'x' }),
      deadLetters.purge({ reason: 'bored' as 'died' }),
      deadLetters.purge({ endpont: 'e' } as object),
      deadLetters.replay(5 as unknown as string),
    ];
    for (const call of refused) expect((await failureOf(call)).code).toBe('ERR_BUS_CONFIG');
    expect(await deadLetters.replay('77')).toBe(0);
  });

  it('hold their senders when they are full, which health says, until there is room again', async () => {
    const bus = await createWatchedBus({ shards, maxDeadLetters: 2 });
    const endpoint = await neverGood(bus, 'e');
    for (const payload of [1, 2]) await failureOf(bus.notify('k', payload));
    const third = failureOf(bus.notify('k', 3));
    while ((await bus.health()).state === 'ok') await setImmediate();
    expect((await bus.health()).reasons).toEqual([
      expect.stringContaining('dead letters are full'),
    ]);
    await bus.deadLetters.purge();
    expect((await third).code).toBe('ERR_BUS_DELIVERY_FAILED');
    expect((await letters(bus)).map(({ payload }) => payload)).toEqual([3]);
    expect((await bus.health()).state).toBe('ok');
    await endpoint.close();
    await expectAtRest(bus);
    await bus.close();
  });

  it.each([
    ['purges', (bus: MessageBus, _id: string) => bus.deadLetters.purge()],
    ['replays', (bus: MessageBus, id: string) => bus.deadLetters.replay(id)],
  ])(
    'tell of each that waited for room once, also when a listener %s at once',
    async (_, makeRoom) => {
      const bus = await createWatchedBus({ shards, maxDeadLetters: 1 });
      let isMended = false;
      const handler = (): void => {
        if (!isMended) throw new Error('bad');
      };
      const endpoint = await bus.registerEndpoint('e', handler, TWICE);
      await bus.registerRoute('k', 'e');
      await failureOf(bus.notify('k', 0));
      const payloads = [1, 2, 3, 4, 5];
      const calls = payloads.map((payload) => failureOf(bus.notify('k', payload)));
      // Two runs each: five letters wait for the room that the first one has.
      while ((await bus.metrics()).endpoints['e']?.failed !== 12) await setImmediate();
      isMended = true;
      const told: unknown[] = [];
      bus.on('deadLetter', ({ id, payload }) => {
        told.push(payload);
        void makeRoom(bus, id);
      });
      await bus.deadLetters.purge();
      for (const { code } of await Promise.all(calls)) expect(code).toBe('ERR_BUS_DELIVERY_FAILED');
      expect(told).toEqual(payloads);
      await endpoint.close();
      await expectAtRest(bus);
      await bus.close();
    },
  );

  // rabbitmq DL dead_letter_missing_exchange (F6): there it is dropped without a word.
  it('are not kept with maxDeadLetters: 0: the caller is told, it is counted, and the endpoint goes on', async () => {
    const bus = await createWatchedBus({ shards, maxDeadLetters: 0 });
    const endpoint = await neverGood(bus, 'e');
    for (let times = 0; times < 3; times++) {
      const failure = await failureOf(bus.notify('k'));
      expect(failure).toMatchObject({
        code: 'ERR_BUS_DELIVERY_FAILED',
        details: { failed: [{ endpoint: 'e', error: { message: 'bad' } }] },
      });
    }
    const undeliverable = new Promise((resolve) => {
      bus.on('undeliverable', resolve);
    });
    expect(bus.tryNotify('k')).toBe('accepted');
    expect(await undeliverable).toMatchObject({ reason: { code: 'ERR_BUS_DELIVERY_FAILED' } });
    const { endpoints, messages } = await bus.metrics();
    expect(messages).toMatchObject({ failed: 4, deadLettered: 0 });
    expect(endpoints['e']).toMatchObject({ failed: 8, inFlight: 0, queued: 0 });
    expect(await letters(bus)).toEqual([]);
    await endpoint.close();
    await expectAtRest(bus);
    await bus.close();
  });
});
