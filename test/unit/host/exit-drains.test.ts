import { describe, expect, it } from 'vitest';
import { atProcessExit } from '../../../src/host/exit-drains.ts';

describe('atProcessExit', () => {
  it('adds one listener for all buses, and none when there is no bus', () => {
    const before = process.listenerCount('exit');
    const cancels = Array.from({ length: 20 }, () => atProcessExit(() => {}));
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const cancel of cancels) cancel();
    expect(process.listenerCount('exit')).toBe(before);
    cancels[0]?.();
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('calls those that are not cancelled', () => {
    const others = process.listeners('exit');
    const called: string[] = [];
    const cancelFirst = atProcessExit(() => called.push('first'));
    const cancelSecond = atProcessExit(() => called.push('second'));
    const listener = process.listeners('exit').find((each) => !others.includes(each));
    cancelFirst();
    listener?.(0);
    cancelSecond();
    expect(called).toEqual(['second']);
  });
});
