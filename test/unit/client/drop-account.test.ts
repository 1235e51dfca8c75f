import { describe, expect, it } from 'vitest';
import { DropAccount } from '../../../src/client/drop-account.ts';

describe('DropAccount', () => {
  it('tells the next event of what went here and in shards, once', () => {
    const shards = { dropped: 2 };
    const drop = new DropAccount(() => shards.dropped);
    drop.note(3);
    drop.countShards(false);
    expect([drop.missed, drop.takeUntold(), drop.takeUntold()]).toEqual([3, 6, 0]);
  });

  it('keeps what went while the thread caught up for the oldest that is left, whichever comes next', () => {
    const shards = { dropped: 5 };
    const drop = new DropAccount(() => shards.dropped);
    drop.countShards(true);
    drop.noteOlder();
    expect(drop.takeUntold()).toBe(0);
    const oldest = { missed: 1 };
    drop.tellOlder(oldest);
    drop.tellOlder(oldest);
    expect([oldest.missed, drop.takeUntold(), drop.missed]).toEqual([7, 0, 6]);
  });

  it('leaves it to the next event when nothing is left', () => {
    const drop = new DropAccount(() => 4);
    drop.countShards(true);
    drop.tellOlder(undefined);
    expect(drop.takeUntold()).toBe(4);
  });

  it('raises the alarm once until the subscriber has caught up', () => {
    const drop = new DropAccount(() => 0);
    drop.note(0);
    drop.note(0);
    expect([drop.isSlow, drop.takeAlarm(), drop.takeAlarm()]).toEqual([true, true, false]);
    drop.noteCaughtUp();
    drop.note(0);
    expect(drop.takeAlarm()).toBe(true);
  });
});
