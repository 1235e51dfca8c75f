import { describe, expect, it } from 'vitest';
import { ClientLink } from '../../../src/client/client-link.ts';
import { createLink, MARK_AGAIN, MARK_WORDS, TAIL } from '../../../src/memory/link-memory.ts';
import { createShardMemory, SHARD_BELL, SHARD_PARKED } from '../../../src/memory/shard-memory.ts';

function makeLink() {
  const memory = createLink(0, 0, { slots: 16, cells: 4 });
  const shard = createShardMemory(0, 4);
  shard.words[SHARD_PARKED] = 1;
  const rings = (): number => shard.words[SHARD_BELL] as number;
  return { memory, shard, link: new ClientLink(memory, shard), rings };
}

describe('ClientLink', () => {
  it('publishes what was pushed, and rings a shard that sleeps for what is urgent', () => {
    const { link, memory, rings } = makeLink();
    link.submit.push(1);
    expect(memory.words[TAIL]).toBe(0);
    link.hurry();
    link.flush();
    expect([memory.words[TAIL], rings()]).toEqual([1, 1]);
    link.flush();
    expect(rings()).toBe(1);
  });

  it('wakes nobody for what can wait, before it sleeps itself', () => {
    const { link, memory, rings } = makeLink();
    link.submit.push(1);
    link.flush();
    expect([memory.words[TAIL], rings()]).toEqual([1, 0]);
    link.flushAll();
    link.flushAll();
    expect(rings()).toBe(1);
  });

  it('looks at the bell once for several full batches of a burst, and again at its end', () => {
    const { link, rings } = makeLink();
    const seen = [1, 2, 3, 4, 5].map((entry) => {
      link.submit.push(entry);
      link.hurry();
      link.publishBatch();
      return rings();
    });
    expect(seen).toEqual([0, 0, 0, 1, 1]);
    link.flush();
    expect(rings()).toBe(2);
  });

  it('publishes the first of a burst at once, and the next first after a flush', () => {
    const { link, memory } = makeLink();
    link.submit.push(1);
    expect(link.publishFirst()).toBe(true);
    link.submit.push(2);
    expect([link.publishFirst(), memory.words[TAIL]]).toEqual([false, 1]);
    link.flush();
    link.submit.push(3);
    expect([link.publishFirst(), memory.words[TAIL]]).toEqual([true, 3]);
  });

  it('marks the loan whose handler starts, says what a failure wants, and reads what was dropped', () => {
    const { link, memory, shard } = makeLink();
    link.mark(2, 5);
    shard.dropped[3] = 7;
    expect([memory.marks[2 * MARK_WORDS], link.droppedFor(3)]).toEqual([6, 7]);
    const wish = () => memory.marks[2 * MARK_WORDS + MARK_AGAIN];
    link.wish(2, 30);
    expect(wish()).toBe(31);
    link.wish(2, undefined);
    expect(wish()).toBe(0);
  });
});
