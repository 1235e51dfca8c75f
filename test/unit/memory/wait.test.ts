import { describe, expect, it } from 'vitest';
import { Bell, Sleeper } from '../../../src/memory/doorbell.ts';
import { awaitBell, waitForBell } from '../../../src/memory/wait.ts';

const pair = (): { sleeper: Sleeper; bell: Bell } => {
  const words = new Int32Array(new SharedArrayBuffer(8));
  return { sleeper: new Sleeper(words, 0, 1), bell: new Bell(words, 0, 1) };
};

describe('waitForBell', () => {
  it('returns at once, without a limit, when the bell rang after parking', () => {
    const { sleeper, bell } = pair();
    const rung = sleeper.park();
    bell.ringIfParked();
    waitForBell(sleeper, rung, -1);
    expect(sleeper.words[1]).toBe(1);
  });

  it('returns when its time is over although nobody rings', () => {
    const { sleeper } = pair();
    const rung = sleeper.park();
    waitForBell(sleeper, rung, 0);
    expect(sleeper.words[1]).toBe(rung);
  });
});

describe('awaitBell', () => {
  it('has nothing to wait for when the bell rang after parking', () => {
    const { sleeper, bell } = pair();
    const rung = sleeper.park();
    bell.ringIfParked();
    expect(awaitBell(sleeper, rung)).toBeUndefined();
  });

  it('resolves when the bell rings later, to nothing', async () => {
    const { sleeper, bell } = pair();
    const wait = awaitBell(sleeper, sleeper.park());
    expect(wait).toBeInstanceOf(Promise);
    bell.ringIfParked();
    await expect(wait).resolves.toBeUndefined();
  });
});
