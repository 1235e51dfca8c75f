import { describe, expect, it } from 'vitest';
import { RoomQueue } from '../../../src/client/room-queue.ts';

function waiters(queue: RoomQueue, log: string[], budget: { room: number }) {
  return (name: string, needs = 1): boolean =>
    queue.push({
      attempt: () => {
        if (budget.room < needs) return false;
        budget.room -= needs;
        return true;
      },
      done: () => void log.push(name),
      fail: (error) => void log.push(`${name}: ${error.message}`),
    });
}

describe('RoomQueue', () => {
  it('serves in turn: nobody overtakes one that needs more', () => {
    const queue = new RoomQueue(8);
    const log: string[] = [];
    const budget = { room: 0 };
    const wait = waiters(queue, log, budget);
    wait('large', 3);
    wait('small');
    budget.room = 2;
    queue.serve();
    expect([log, queue.length]).toEqual([[], 2]);
    budget.room = 4;
    queue.serve();
    expect([log, queue.length]).toEqual([['large', 'small'], 0]);
  });

  it('takes no more than its limit', () => {
    const queue = new RoomQueue(2);
    const wait = waiters(queue, [], { room: 0 });
    expect([wait('a'), wait('b'), wait('c')]).toEqual([true, true, false]);
    expect(queue.length).toBe(2);
  });

  it('fails one whose attempt throws, and goes on with the next', () => {
    const queue = new RoomQueue(4);
    const log: string[] = [];
    queue.push({
      attempt: () => {
        throw new Error('too large');
      },
      done: () => void log.push('done'),
      fail: (error) => void log.push(error.message),
    });
    waiters(queue, log, { room: 1 })('next');
    queue.serve();
    expect([log, queue.length]).toEqual([['too large', 'next'], 0]);
  });

  it('is not entered again by its own attempts, and keeps who comes meanwhile', () => {
    const queue = new RoomQueue(4);
    const seen: boolean[] = [];
    queue.push({
      attempt: () => {
        seen.push(queue.isServing);
        queue.serve();
        queue.push({ attempt: () => false, done: () => undefined, fail: () => undefined });
        return true;
      },
      done: () => undefined,
      fail: () => undefined,
    });
    queue.serve();
    expect([seen, queue.length, queue.isServing]).toEqual([[true], 1, false]);
  });

  it('fails everybody at the end', () => {
    const queue = new RoomQueue(4);
    const log: string[] = [];
    const wait = waiters(queue, log, { room: 0 });
    wait('a');
    wait('b');
    queue.failAll(new Error('closed'));
    expect([log, queue.length]).toEqual([['a: closed', 'b: closed'], 0]);
  });
});
