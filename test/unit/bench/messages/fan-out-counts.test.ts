import { describe, expect, it } from 'vitest';
import {
  FanOutReceiver,
  type FanOutThread,
  fanOutWords,
  leastReceived,
  requireReceived,
  threadsOf,
  whenReceived,
} from '../../../../bench/messages/fan-out-counts.ts';
import { StripedBytes } from '../../../../bench/messages/striped-bytes.ts';

const FAN_OUT = { subscribers: 4, sizeBytes: 64, threads: 2 };

function receivers() {
  const words = fanOutWords(FAN_OUT.subscribers);
  const threads = threadsOf(FAN_OUT, words, false);
  const all = threads.flatMap((thread: FanOutThread) =>
    Array.from(
      { length: thread.count },
      (_none, at) => new FanOutReceiver(thread, thread.first + at),
    ),
  );
  return { all, words };
}

describe('the counts of a fan-out', () => {
  it('say how far the slowest subscriber is, and when all have had all', () => {
    const { all, words } = receivers();
    const message = new StripedBytes(FAN_OUT.sizeBytes);
    expect(all).toHaveLength(4);
    for (const receiver of all) receiver.receive(message.stamp(0));
    all[0]?.receive(message.stamp(1));
    expect(leastReceived(words)).toBe(1);
    expect(() => requireReceived(words, 2, 'c')).toThrow('c: subscriber 1 got 1 messages of 2');
    for (const receiver of all.slice(1)) receiver.receive(message.stamp(1));
    expect(leastReceived(words)).toBe(2);
    expect(() => requireReceived(words, 2, 'c')).not.toThrow();
  });

  it('wake the sender when the slowest subscriber has had what it waits for', async () => {
    const { all, words } = receivers();
    const message = new StripedBytes(FAN_OUT.sizeBytes);
    const steps: string[] = [];
    const woken = whenReceived(words, 2).then(() => steps.push('woken'));
    for (const [index, receiver] of all.entries()) {
      receiver.receive(message.stamp(0));
      receiver.receive(message.stamp(1));
      // Longer than a wake-up takes: the one that is still behind holds the sender back.
      if (index < 3) await new Promise((resolve) => setImmediate(resolve));
      if (index < 3) steps.push(`${index}`);
    }
    await woken;
    expect(steps).toEqual(['0', '1', '2', 'woken']);
    await whenReceived(words, 2);
  });

  it('name the first message that was not the one expected', () => {
    const { all, words } = receivers();
    const message = new StripedBytes(FAN_OUT.sizeBytes);
    for (const receiver of all) receiver.receive(message.stamp(0));
    all[2]?.receive(message.stamp(2));
    all[2]?.receive('no bytes');
    expect(() => requireReceived(words, 1, 'c')).toThrow(
      'subscriber 2 got something else instead of message 1',
    );
  });
});
