import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventMessage, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

const AT_ONCE = { attempts: 4, initial: 0, max: 0, jitter: 'none' } as const;

describe.each([1, 2, 4])('acknowledged subscriptions with %i shards', (shards) => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  // Behaviour E6: nats-server TestJetStreamCanNotNakAckd; rascal test/subscriptions.tests.js "should report repeated calls".
  it('settle an event once: a second ack or nack says false and changes nothing', async () => {
    const subscription = await bus.subscribe('settle.*', { ack: true });
    for (let i = 0; i < 8; i++) expect(await bus.publish(`settle.${i}`, i)).toBe(1);
    const events = subscription[Symbol.asyncIterator]();
    const first = (await events.next()).value as EventMessage;
    expect([first.ack(), first.ack(), first.nack()]).toEqual([true, false, false]);
    expect(() => first.nack({ delay: -1 })).toThrow(/delay/);
    for (let i = 1; i < 8; i++) await events.next();
    await events.return?.();
    await expectAtRest(bus);
  });

  it('of an iterator acknowledge the last when asked for the next, and the one in hand at the end', async () => {
    const subscription = await bus.subscribe('iterate.x', { ack: true });
    for (let i = 0; i < 3; i++) await bus.publish('iterate.x', i);
    const seen: EventMessage[] = [];
    for await (const event of subscription) {
      expect(seen.at(-1)?.ack() ?? false).toBe(false);
      seen.push(event);
      if (seen.length === 3) break;
    }
    expect(seen.map(({ payload, attempt }) => [payload, attempt])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(seen.at(-1)?.ack()).toBe(false);
  });

  it('get again what their callback failed, and what it refused, as long as runs are left', async () => {
    const seen: string[] = [];
    const failures: unknown[] = [];
    const note = ({ error }: { error: unknown }): void => void failures.push(error);
    bus.on('handlerError', note);
    const subscription = await bus.subscribe<string>(
      'retry.*',
      (event) => {
        seen.push(`${event.payload}${event.attempt}${event.redelivered ? 'r' : ''}`);
        if (event.payload === 'never') throw new Error('no');
        if (event.payload === 'second' && event.attempt < 2) event.nack();
        if (event.payload === 'rejected') event.nack({ requeue: false });
      },
      { ack: true, retry: AT_ONCE },
    );
    for (const payload of ['never', 'second', 'rejected', 'fine']) {
      await bus.publish(`retry.${payload}`, payload);
    }
    await expectAtRest(bus);
    expect(seen.sort()).toEqual([
      'fine1',
      'never1',
      'never2r',
      'never3r',
      'never4r',
      'rejected1',
      'second1',
      'second2r',
    ]);
    expect(failures).toHaveLength(4);
    const { items } = await bus.deadLetters.list();
    expect(items.map(({ payload, reason }) => `${String(payload)} ${reason}`).sort()).toEqual([
      'never attempts',
      'rejected rejected',
    ]);
    expect(await bus.deadLetters.purge()).toBe(2);
    bus.off('handlerError', note);
    await subscription.unsubscribe();
  });

  // Behaviour E4: nats-server TestJetStreamRedeliverCount.
  it('give one that is refused ten times again and again, the same, and count', async () => {
    const seen: EventMessage[] = [];
    const subscription = await bus.subscribe(
      'refuse.x',
      (event) => {
        seen.push(event);
        if (event.attempt <= 10) event.nack();
      },
      { ack: true, retry: { ...AT_ONCE, attempts: 11 } },
    );
    const headers = { trace: 'one' };
    await bus.publish('refuse.x', { order: 7 }, { id: 'order-7', headers });
    await expectAtRest(bus);
    const attempts = Array.from({ length: 11 }, (_, at) => at + 1);
    expect(seen.map(({ attempt }) => attempt)).toEqual(attempts);
    expect(seen.map(({ redelivered }) => redelivered)).toEqual(attempts.map((at) => at > 1));
    const same = { id: 'order-7', payload: { order: 7 }, headers, routingKey: 'refuse.x' };
    for (const event of seen) expect(event).toMatchObject(same);
    expect((await bus.deadLetters.list()).items).toEqual([]);
    await subscription.unsubscribe();
  });

  // Bugs 58: rabbitmq/rabbitmq-server#6804, rabbitmq/rabbitmq-website#665.
  it('of a thread that dies give the next consumer what it had, in order, what it was handed marked', async () => {
    const options = { ack: true, group: 'dies', prefetch: 5, retry: AT_ONCE };
    const workerData = { pattern: 'dies.x', options, asks: 5 };
    const worker = await bus.startWorker(workerFile('unsettled'), { workerData });
    const handed = new Promise<unknown>((resolve) => {
      worker.on('message', resolve);
    });
    for (let number = 1; number <= 8; number++) await bus.publish('dies.x', number);
    expect(await handed).toEqual([1, 2, 3, 4, 5]);
    const seen: EventMessage[] = [];
    const next = await bus.subscribe('dies.x', (event) => void seen.push(event), options);
    await worker.terminate();
    await until(() => seen.length === 8);
    expect(seen.map(({ payload }) => payload)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const again = seen.map(({ attempt, redelivered }) => [attempt, redelivered]);
    expect(again).toEqual([...Array(5).fill([2, true]), ...Array(3).fill([1, false])]);
    await next.unsubscribe();
  });

  it('hand over no more than prefetch', async () => {
    const subscription = await bus.subscribe('prefetch.*', { ack: true, prefetch: 3 });
    for (let i = 0; i < 10; i++) await bus.publish(`prefetch.${i}`, i);
    const iterators = Array.from({ length: 5 }, () => subscription[Symbol.asyncIterator]());
    const got: EventMessage[] = [];
    const asked = iterators.map(async (events) => {
      const { value } = await events.next();
      got.push(value as EventMessage);
    });
    await until(() => got.length === 3);
    await bus.flush();
    expect(got).toHaveLength(3);
    for (const event of got.slice(0, 2)) expect(event.ack()).toBe(true);
    await Promise.all(asked);
    await subscription.unsubscribe();
  });

  it('redeliver in a group to another member what one that leaves had not handed out', async () => {
    const options = { ack: true, group: 'acked' };
    const idle = await bus.subscribe('acked.*', options);
    const seen: unknown[] = [];
    const other = await bus.subscribe('acked.*', ({ payload }) => void seen.push(payload), options);
    for (let i = 0; i < 20; i++) await bus.publish(`acked.${i}`, i);
    await idle.unsubscribe();
    await until(() => seen.length === 20);
    expect(new Set(seen).size).toBe(20);
    await other.unsubscribe();
  });

  it('refuse what is no prefetch or time-out', async () => {
    for (const options of [{ prefetch: 0 }, { prefetch: 1.5 }, { timeout: 0 }]) {
      expect(await codeOf(bus.subscribe('x', { ack: true, ...options }))).toBe('ERR_BUS_CONFIG');
    }
  });
});
