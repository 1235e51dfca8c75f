import { describe, expect, it } from 'vitest';
import { BackingOff } from '../../../src/shard/backing-off.ts';
import { Scene } from './scene.ts';

function senders() {
  const { world } = new Scene();
  for (let at = 0; at < 3; at++) {
    world.client(0).notify('nobody');
    world.client(1).notify('nobody');
  }
  const { linkList } = world.shard().state;
  return linkList as [(typeof linkList)[number], (typeof linkList)[number]];
}

describe('BackingOff', () => {
  it('keeps back the key of a sender until the last of its first deliveries is through', () => {
    const [one, other] = senders();
    const waiting = new BackingOff();
    waiting.add(7, one, 0, 4, true);
    waiting.add(8, one, 1, 4, true);
    expect([
      waiting.keepsBack(one, 4),
      waiting.keepsBack(one, 5),
      waiting.keepsBack(other, 4),
    ]).toEqual([true, false, false]);
    expect(waiting.delete(7)).toBe(false);
    expect(waiting.keepsBack(one, 4)).toBe(true);
    expect(waiting.delete(8)).toBe(true);
    expect([waiting.keepsBack(one, 4), waiting.size]).toEqual([false, 0]);
  });

  it('lets only the earliest of a sender and key look for a target, and any that was tried before', () => {
    const [one, other] = senders();
    const waiting = new BackingOff();
    waiting.add(9, one, 2, 4, true);
    waiting.add(8, one, 1, 4, true);
    waiting.add(5, other, 2, 4, true);
    waiting.add(6, one, 0, 4, false);
    const next = () =>
      [9, 8, 5, 6].filter((delivery) => waiting.has(delivery) && waiting.isNext(delivery));
    expect(next()).toEqual([8, 5, 6]);
    waiting.delete(8);
    expect(next()).toEqual([9, 5, 6]);
  });

  it('takes a delivery that is there already once', () => {
    const [one] = senders();
    const waiting = new BackingOff();
    waiting.add(7, one, 0, 4, true);
    waiting.add(7, one, 0, 4, true);
    expect(waiting.delete(7)).toBe(true);
    expect(waiting.keepsBack(one, 4)).toBe(false);
  });
});
