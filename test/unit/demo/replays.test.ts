import { describe, expect, it } from 'vitest';
import { Plan } from '../../../src/demo/plan.ts';
import { Replays } from '../../../src/demo/replays.ts';

describe('Replays', () => {
  it('takes whole replays, and asks only between them whether to go on', () => {
    const plan = new Plan(['push', 'issues.opened']);
    const replays = new Replays(plan);
    const askedAt: number[] = [];
    const mayBegin = (): boolean => {
      askedAt.push(replays.taken);
      return askedAt.length <= 2;
    };
    const numbers: number[] = [];
    for (let n = replays.take(mayBegin); n !== undefined; n = replays.take(mayBegin)) {
      numbers.push(n);
    }
    expect(numbers).toEqual(Array.from({ length: plan.messageCount(2) }, (_, n) => n));
    expect(askedAt).toEqual([0, plan.messageCount(1), plan.messageCount(2)]);
    expect(replays.count).toBe(2);
  });

  it('goes on where it was when it may begin again', () => {
    const plan = new Plan(['push']);
    const replays = new Replays(plan);
    expect(replays.take(() => false)).toBeUndefined();
    expect(replays.take(() => true)).toBe(0);
    expect(replays.count).toBe(1);
  });
});
