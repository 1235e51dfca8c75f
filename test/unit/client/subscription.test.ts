import { describe, expect, it } from 'vitest';
import type { QueuedEvent } from '../../../src/client/event-queue.ts';
import { ClientSubscription } from '../../../src/client/subscription.ts';

function makeSubscription(payloads: readonly unknown[], hasCallback = false) {
  const log: string[] = [];
  const events = payloads.map((payload) => ({ message: { payload } }) as unknown as QueuedEvent);
  const receiver = {
    missed: 3,
    next: async () => events.shift(),
    done: ({ message }: QueuedEvent) => log.push(`done ${String(message.payload)}`),
    pause: () => log.push('pause'),
    resume: () => log.push('resume'),
    close: () => log.push('close'),
  };
  const subscription = new ClientSubscription({
    id: 'i',
    pattern: 'k',
    receiver: receiver as never,
    hasCallback,
    remove: async () => void log.push('remove'),
    onWaiting: () => undefined,
  });
  return { subscription, log };
}

describe('a subscription in its owner’s hands', () => {
  it('is done with an event when the next one is asked for', async () => {
    const { subscription, log } = makeSubscription(['a', 'b']);
    const seen: unknown[] = [];
    for await (const { payload } of subscription) seen.push(payload);
    expect([seen, log, subscription.missed]).toEqual([['a', 'b'], ['done a', 'done b'], 3]);
  });

  it('ends with a break, which gives back the event in hand', async () => {
    const { subscription, log } = makeSubscription(['a', 'b']);
    for await (const { payload } of subscription) if (payload === 'a') break;
    expect(log).toEqual(['done a', 'remove', 'close']);
    await subscription[Symbol.asyncDispose]();
    expect(log).toHaveLength(3);
    expect(subscription.unsubscribe()).toBe(subscription.unsubscribe());
  });

  it('refuses to be iterated when its events go to a callback, naming both', async () => {
    const { subscription } = makeSubscription([], true);
    const iterate = async (): Promise<void> => {
      for await (const event of subscription) throw new Error(`got ${String(event.payload)}`);
    };
    const refusal = {
      code: 'ERR_BUS_CONFIG',
      message: /subscription to 'k' cannot be iterated: expected .* without a callback, got /,
      details: { subscription: 'i' },
    };
    await expect(iterate()).rejects.toMatchObject({
      ...refusal,
      message: expect.stringMatching(refusal.message),
    });
    expect(() => subscription[Symbol.asyncIterator]()).toThrow(refusal.message);
  });

  it('gives one event each to those that ask at once, and lets all of them go with the next', async () => {
    const { subscription, log } = makeSubscription(['a', 'b', 'c']);
    const events = subscription[Symbol.asyncIterator]();
    const both = await Promise.all([events.next(), events.next()]);
    expect(both).toMatchObject([{ value: { payload: 'a' } }, { value: { payload: 'b' } }]);
    expect(log).toEqual([]);
    await events.next();
    expect(log).toEqual(['done a', 'done b']);
    await expect(events.throw?.(new RangeError('enough'))).rejects.toThrow('enough');
    expect(log).toEqual(['done a', 'done b', 'done c', 'remove', 'close']);
  });

  it.each(['return', 'throw'] as const)(
    'keeps nothing in hand that was asked for before a %s and came after it',
    async (how) => {
      const { subscription, log } = makeSubscription(['a']);
      const events = subscription[Symbol.asyncIterator]();
      const asked = events.next();
      const ended = events[how]?.('enough')?.catch(() => undefined);
      expect(await asked).toMatchObject({ value: { payload: 'a' } });
      await ended;
      expect(log).toEqual(['remove', 'close', 'done a']);
    },
  );

  it('passes on pause and resume', () => {
    const { subscription, log } = makeSubscription([]);
    subscription.pause();
    subscription.resume();
    expect(log).toEqual(['pause', 'resume']);
  });
});
