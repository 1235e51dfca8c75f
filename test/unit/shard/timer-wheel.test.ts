import { describe, expect, it } from 'vitest';
import { TimerWheel } from '../../../src/shard/timer-wheel.ts';

describe('TimerWheel', () => {
  it('gives out what is due, each once, and nothing before', () => {
    const wheel = new TimerWheel(4, 100);
    wheel.add(0, 105);
    wheel.add(1, 103);
    wheel.add(2, 5000);
    expect(wheel.takeDue(102)).toBe(-1);
    expect(wheel.takeDue(104)).toBe(1);
    expect(wheel.takeDue(104)).toBe(-1);
    expect(wheel.takeDue(4999)).toBe(0);
    expect(wheel.takeDue(4999)).toBe(-1);
    expect(wheel.takeDue(5000)).toBe(2);
    expect(wheel.count).toBe(0);
  });

  it('forgets what was removed, and takes the later of two times for one item', () => {
    const wheel = new TimerWheel(2, 0);
    wheel.add(0, 5);
    wheel.add(0, 50);
    wheel.add(1, 5);
    wheel.remove(1);
    wheel.remove(1);
    expect([wheel.count, wheel.takeDue(10), wheel.takeDue(50), wheel.count]).toEqual([1, -1, 0, 0]);
  });

  it('goes on where the clock wraps', () => {
    const start = 0x7fff_fffe;
    const wheel = new TimerWheel(1, start);
    wheel.add(0, (start + 10) | 0);
    expect(wheel.takeDue((start + 9) | 0)).toBe(-1);
    expect(wheel.takeDue((start + 10) | 0)).toBe(0);
  });

  it('lets sleep no longer than until the next one, and without end when there is none', () => {
    const wheel = new TimerWheel(1, 0);
    expect(wheel.sleepMs(0)).toBe(-1);
    wheel.add(0, 40);
    expect(wheel.sleepMs(0)).toBeGreaterThan(0);
    expect(wheel.sleepMs(0)).toBeLessThanOrEqual(40);
  });
});
