import { describe, expect, it } from 'vitest';
import type { ClientLink } from '../../../src/client/client-link.ts';
import { ShardBacklog } from '../../../src/client/shard-backlog.ts';

/** Two shards as their words say: what they keep, where they began, how far the ring was read, what is not routed. */
function makeBacklog() {
  const kept = [0, 0];
  const links = [0, 1].map((shard) => ({
    shard,
    deliver: { startedAt: 0, position: 0 },
    eventsTo: 0,
    left: 0,
    unrouted(): number {
      return this.left;
    },
  }));
  const typed = links as unknown as ClientLink[];
  const backlog = new ShardBacklog(typed, (shard) => kept[shard] as number);
  const read = (shard: 0 | 1): void => {
    const link = links[shard] as (typeof links)[number];
    link.deliver.position += 1;
    backlog.noteReceived(typed[shard] as ClientLink);
  };
  return { backlog, kept, links, read };
}

describe('ShardBacklog', () => {
  it('counts what shards have lent and keep less what was read, and knows when that has come', () => {
    const { backlog, kept, read } = makeBacklog();
    expect([backlog.look(), backlog.isReached()]).toEqual([0, true]);
    kept[0] = 2;
    kept[1] = 1;
    expect(backlog.look()).toBe(3);
    read(0);
    read(1);
    expect([backlog.toCome(0), backlog.toCome(1), backlog.isReached()]).toEqual([1, 0, false]);
    read(0);
    expect(backlog.isReached()).toBe(true);
  });

  it('takes a count that is behind what was read for none', () => {
    const { backlog, kept, read } = makeBacklog();
    for (let at = 0; at < 3; at++) read(0);
    kept[0] = 1;
    expect(backlog.look()).toBe(0);
    kept[0] = 4;
    expect(backlog.look()).toBe(1);
  });

  it('waits for its own thread’s messages to be routed, then for what came of them', () => {
    const { backlog, kept, links, read } = makeBacklog();
    const first = links[0] as (typeof links)[number];
    first.left = 5;
    expect(backlog.look()).toBe(5);
    expect(backlog.isReached()).toBe(false);
    first.left = 0;
    kept[0] = 1;
    // The rings are to be read once more.
    expect(backlog.isReached()).toBe(false);
    expect(backlog.isReached()).toBe(false);
    read(0);
    expect(backlog.isReached()).toBe(true);
  });

  it('begins again with a new thread of the shard, and leaves out what the old one had sent', () => {
    const { backlog, kept, links, read } = makeBacklog();
    read(0);
    const { deliver } = links[0] as (typeof links)[number];
    deliver.startedAt = 3;
    kept[0] = 1;
    expect(backlog.look()).toBe(1);
    read(0);
    read(0);
    expect(backlog.toCome(0)).toBe(1);
    read(0);
    expect(backlog.isReached()).toBe(true);
  });
});
