import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventMessage, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { gate, turn, until } from '../helpers/gate.ts';
import { createBus, workerFile } from '../helpers/real-bus.ts';

describe.each([1, 2, 4])('subscriptions with %i shards', (shards) => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
    await bus.startWorker(workerFile('publishing'), { workerData: { id: 'source' } });
    const workerData = { id: 'sink', pattern: 'far.*' };
    await bus.startWorker(workerFile('counting'), { workerData });
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  /** What the subscription on the worker has seen, once it has seen `count`. */
  const seenFar = async (count: number): Promise<unknown[]> => {
    let seen: unknown;
    await until(async () => {
      seen = await bus.request('sink.seen', count);
      return seen !== undefined;
    });
    return seen as unknown[];
  };

  // Behaviour B2: redis tests/unit/pubsub.tcl "Mix SUBSCRIBE and PSUBSCRIBE".
  it('to a key and to a pattern both get an event, and each is counted', async () => {
    const seen: string[] = [];
    const exact = await bus.subscribe('foo.bar', () => void seen.push('exact'));
    const pattern = await bus.subscribe('foo.*', () => void seen.push('pattern'));
    expect(await bus.publish('foo.bar', 1)).toBe(2);
    expect(await bus.publish('foo.other', 1)).toBe(1);
    expect(await bus.publish('other', 1)).toBe(0);
    await until(() => seen.length === 3);
    expect([...seen].sort()).toEqual(['exact', 'pattern', 'pattern']);
    await pattern.unsubscribe();
    expect(await bus.publish('foo.bar', 1)).toBe(1);
    await exact.unsubscribe();
    expect(await bus.publish('foo.bar', 1)).toBe(0);
  });

  // Behaviour B18: mqemitter "multiple subscribers with wildcards (deep)"; bugs 44: moscajs/aedes#37.
  it('get one copy each, however their patterns overlap', async () => {
    const counts = [0, 0, 0];
    const patterns = ['a.*', '*.b', 'a.b'];
    const subscriptions = await Promise.all(
      patterns.map((pattern, i) => {
        return bus.subscribe(pattern, () => {
          counts[i] = (counts[i] ?? 0) + 1;
        });
      }),
    );
    for (let i = 0; i < 10; i++) expect(await bus.publish('a.b', i)).toBe(3);
    await until(() => counts.every((count) => count === 10));
    for (const subscription of subscriptions) await subscription.unsubscribe();
    await bus.publish('a.b');
    await bus.flush();
    await turn();
    expect(counts).toEqual([10, 10, 10]);
  });

  it('that are awaited are in force for the next event of any thread', async () => {
    for (let round = 0; round < 20; round++) {
      const pattern = round % 2 === 0 ? 'near.x' : 'near.*';
      const received = gate<unknown>();
      const subscription = await bus.subscribe(pattern, ({ payload }) => received.open(payload));
      expect(await bus.request('source.publish', { key: 'near.x', count: 1 })).toBe(1);
      expect(await received.promise).toEqual({ number: 0 });
      await subscription.unsubscribe();
      expect(await bus.request('source.publish', { key: 'near.x', count: 1 })).toBe(0);
    }
  });

  it('on a worker get what main and other workers publish, in order', async () => {
    for (let i = 0; i < 500; i++) expect(await bus.publish('far.main', i)).toBe(1);
    const numbers = Array.from({ length: 500 }, (_, i) => i);
    expect(await seenFar(500)).toEqual(numbers.map((i) => ['far.main', i]));
    await bus.request('source.publish', { key: 'far.worker', count: 900, how: 'try' });
    expect((await seenFar(900)).length).toBe(900);
  });

  it('can be iterated: in order, and break ends them', async () => {
    const subscription = await bus.subscribe('walk.*');
    for (let i = 0; i < 5; i++) bus.tryPublish('walk.x', i);
    const seen: unknown[] = [];
    for await (const { payload, routingKey, kind } of subscription) {
      expect({ routingKey, kind }).toEqual({ routingKey: 'walk.x', kind: 'event' });
      seen.push(payload);
      if (seen.length === 5) break;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(await bus.publish('walk.x')).toBe(0);
    expect((await subscription[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  // Behaviour B12: vert.x EB testUnregisterTwice.
  it('end a loop that waits when they are unsubscribed, and a second time is harmless', async () => {
    const subscription = await bus.subscribe('quiet.*');
    const other = await bus.subscribe('quiet.x', () => {});
    const loop = (async () => {
      for await (const _ of subscription) throw new Error('nothing was published');
      return 'ended';
    })();
    const first = subscription.unsubscribe();
    expect(subscription.unsubscribe()).toBe(first);
    await first;
    expect(await loop).toBe('ended');
    await subscription[Symbol.asyncDispose]();
    expect(await bus.publish('quiet.x')).toBe(1);
    expect((await bus.metrics()).subscriptions.map(({ id }) => id)).toContain(other.id);
    await other.unsubscribe();
  });

  it('drop the oldest beyond their capacity, and the missed counts add up', async () => {
    const subscription = await bus.subscribe('flood.x', { capacity: 10 });
    const count = 500;
    for (let i = 0; i < count; i++) await bus.publish('flood.x', i);
    await expectAtRest(bus);
    const seen: EventMessage[] = [];
    for await (const event of subscription) {
      seen.push(event);
      if (event.payload === count - 1) break;
    }
    expect(seen).toHaveLength(10);
    expect(seen.map(({ payload }) => payload)).toEqual([
      490, 491, 492, 493, 494, 495, 496, 497, 498, 499,
    ]);
    const missed = seen.reduce((sum, event) => sum + event.missed, 0);
    expect(missed + seen.length).toBe(count);
    expect(subscription.missed).toBe(count - 10);
    expect(seen[0]?.missed).toBe(count - 10);
  });

  it('drop the newest when told so', async () => {
    const subscription = await bus.subscribe('flood.x', { capacity: 4, overflow: 'drop-newest' });
    for (let i = 0; i < 100; i++) await bus.publish('flood.x', i);
    await expectAtRest(bus);
    const seen: unknown[] = [];
    for await (const event of subscription) {
      seen.push(event.payload);
      if (seen.length === 4) break;
    }
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(subscription.missed).toBe(96);
  });

  it('drop by bytes too, and keep what fits', async () => {
    const subscription = await bus.subscribe('flood.x', { capacityBytes: 3_000 });
    for (let i = 0; i < 10; i++) await bus.publish('flood.x', new Uint8Array(1_000).fill(i));
    await expectAtRest(bus);
    const seen: unknown[] = [];
    for await (const { payload } of subscription) {
      seen.push((payload as Uint8Array)[0]);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([7, 8, 9]);
    expect(subscription.missed).toBe(7);
  });

  // Behaviour E22: vert.x EB testPauseResumeMessageStream.
  it('hold nothing while paused, and go on in order, also when some deliveries throw', async () => {
    const seen: unknown[] = [];
    const failed: unknown[] = [];
    const note = ({ error }: { error: unknown }): void => void failed.push(error);
    bus.on('handlerError', note);
    const subscription = await bus.subscribe('calm.x', ({ payload }) => {
      seen.push(payload);
      if ((payload as number) % 2 === 1) throw new Error(`odd ${String(payload)}`);
    });
    subscription.pause();
    for (let i = 0; i < 6; i++) expect(await bus.publish('calm.x', i)).toBe(1);
    await expectAtRest(bus);
    expect(seen).toEqual([]);
    subscription.resume();
    await until(() => seen.length === 6);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
    expect(failed.map(String)).toEqual(['Error: odd 1', 'Error: odd 3', 'Error: odd 5']);
    bus.off('handlerError', note);
    await subscription.unsubscribe();
  });

  it('with a callback refuse to be iterated, and go on', async () => {
    const seen: unknown[] = [];
    const subscription = await bus.subscribe('both.x', ({ payload }) => void seen.push(payload));
    const iterate = async (): Promise<void> => {
      for await (const event of subscription) seen.push(event);
    };
    expect(await failureOf(iterate)).toMatchObject({ code: 'ERR_BUS_CONFIG' });
    expect(await bus.publish('both.x', 1)).toBe(1);
    await until(() => seen.length === 1);
    await subscription.unsubscribe();
  });

  it('log what a callback throws when nobody listens, once', async () => {
    const lines: object[] = [];
    const silent = (): void => {};
    const warn = (fields: object): void => void lines.push(fields);
    const logger = { debug: silent, info: silent, warn, error: silent };
    const quiet = await createBus({ shards: 1, logger });
    await quiet.subscribe('bad.*', () => {
      throw new Error('unheard');
    });
    for (let i = 0; i < 5; i++) await quiet.publish('bad.x', i);
    await quiet.close();
    const err = expect.objectContaining({ message: 'unheard' }) as Error;
    expect(lines).toMatchObject([{ err, pattern: 'bad.*', routingKey: 'bad.x' }]);
  });

  // Behaviour B10: emittery "all listeners run even when one throws"; bugs 40: developit/mitt#164.
  it('do not harm each other when one callback throws or rejects', async () => {
    const seen: string[] = [];
    const failed: object[] = [];
    bus.on('handlerError', (event) => failed.push(event));
    const first = await bus.subscribe('three.x', () => void seen.push('first'));
    const second = await bus.subscribe('three.*', () => {
      throw new TypeError('second');
    });
    const third = await bus.subscribe('*.x', async () => {
      seen.push('third');
      throw new RangeError('third');
    });
    expect(await bus.publish('three.x')).toBe(3);
    await until(() => seen.length === 2 && failed.length === 2);
    const what = { routingKey: 'three.x', error: expect.any(Error) as Error };
    expect(failed).toContainEqual({ ...what, subscription: second.id, pattern: 'three.*' });
    expect(failed).toContainEqual({ ...what, subscription: third.id, pattern: '*.x' });
    await Promise.all([first, second, third].map((each) => each.unsubscribe()));
  });

  it('run callbacks one at a time, in order', async () => {
    const log: string[] = [];
    const subscription = await bus.subscribe('turns.x', async ({ payload }) => {
      log.push(`begin ${String(payload)}`);
      await turn();
      log.push(`end ${String(payload)}`);
    });
    await Promise.all([0, 1, 2].map((i) => bus.publish('turns.x', i)));
    await until(() => log.length === 6);
    expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
    await subscription.unsubscribe();
  });

  // Behaviour B8: emittery "calls listeners subscribed when emit() was invoked".
  it('that are made in a callback get the next event and not that one', async () => {
    const late: unknown[] = [];
    const inner = gate<{ unsubscribe(): Promise<void> }>();
    const outer = await bus.subscribe('nest.x', async ({ payload }) => {
      if (payload === 1) {
        inner.open(await bus.subscribe('nest.x', (event) => void late.push(event.payload)));
      }
    });
    await bus.publish('nest.x', 1);
    const made = await inner.promise;
    expect(await bus.publish('nest.x', 2)).toBe(2);
    await until(() => late.length > 0);
    expect(late).toEqual([2]);
    await made.unsubscribe();
    await outer.unsubscribe();
  });
});
