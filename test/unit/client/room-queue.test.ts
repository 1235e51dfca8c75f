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

describe('a RoomQueue whose events are held back', () => {
  function makeQueue() {
    const state = { isHeldBack: true, room: 100, log: [] as string[] };
    const queue = new RoomQueue(8, () => state.isHeldBack);
    const wait = (key: string, isEvent: boolean, isOver?: () => boolean): boolean =>
      queue.push({
        attempt: () => isOver?.() === true || --state.room >= 0,
        done: () => void state.log.push(key),
        fail: () => undefined,
        isEvent,
        key,
        ...(isOver && { isOver }),
      });
    return { queue, state, wait };
  }

  it('lets others pass, but for those of a key that waits', () => {
    const { queue, wait } = makeQueue();
    wait('a', true);
    expect([queue.mayPass('a'), queue.mayPass('b'), queue.isHeldBack]).toEqual([false, true, true]);
    wait('a', false);
    expect([queue.mayPass('a'), queue.mayPass('b')]).toEqual([false, true]);
    queue.serve();
    expect([queue.length, queue.mayPass('b')]).toEqual([2, true]);
  });

  it('serves all in turn when they are held back no more', () => {
    const { queue, state, wait } = makeQueue();
    wait('a', true);
    wait('a', false);
    wait('b', true);
    wait('c', false);
    queue.serve();
    expect(state.log).toEqual(['c']);
    state.isHeldBack = false;
    expect(queue.mayPass('c')).toBe(false);
    queue.serve();
    expect([state.log, queue.length]).toEqual([['c', 'a', 'a', 'b'], 0]);
  });

  it('lets nobody pass when one that is not held back waits for room', () => {
    const { queue, state, wait } = makeQueue();
    state.room = 0;
    wait('a', true);
    wait('b', false);
    expect([queue.mayPass('c'), queue.isHeldBack]).toEqual([false, false]);
    queue.serve();
    expect([queue.mayPass('c'), state.log]).toEqual([false, []]);
  });

  it('lets go who wants no room any more', () => {
    const { queue, wait } = makeQueue();
    let isOver = false;
    wait('a', true, () => isOver);
    isOver = true;
    queue.serve();
    expect(queue.length).toBe(0);
  });
});
