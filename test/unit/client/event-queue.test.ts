import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/client/event-queue.ts';
import type { Loan } from '../../../src/client/loan.ts';
import type { ReceivedMessage } from '../../../src/client/message.ts';

const event = (at: number) => ({
  message: { payload: at } as ReceivedMessage,
  bytes: at,
  expires: 0,
  loan: undefined,
  source: {} as Loan,
});

describe('EventQueue', () => {
  it('gives out in the order of coming, and counts events and bytes', () => {
    const queue = new EventQueue();
    expect(queue.shift()).toBeUndefined();
    let next = 0;
    let taken = 0;
    // More in than out, then all out: the places that were given out are let go on the way.
    for (; next < 5000; next++) {
      queue.push(event(next));
      if (next % 3 === 0) expect(queue.shift()?.bytes).toBe(taken++);
    }
    expect(queue.length).toBe(next - taken);
    while (taken < next) expect(queue.shift()?.bytes).toBe(taken++);
    expect([queue.length, queue.bytes, queue.shift()]).toEqual([0, 0, undefined]);
    queue.push(event(7));
    expect([queue.length, queue.bytes]).toEqual([1, 7]);
  });
});
