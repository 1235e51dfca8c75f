import { describe, expect, it } from 'vitest';
import { LINE_WORDS, WORD_BYTES } from '../../../src/memory/line.ts';
import * as shards from '../../../src/memory/shard-memory.ts';
import { overlaps, sharedLines } from '../../helpers/regions.ts';

const lineOf = (word: number): number => Math.floor(word / LINE_WORDS);

describe.each([1, 33, 4096])('shard memory for %i targets', (targets) => {
  const memory = shards.createShardMemory(2, targets);

  it('has regions that share no line and lie inside the buffer', () => {
    const regions = [memory.words, memory.counters, memory.dropped, memory.windows, memory.handled];
    expect(overlaps(regions)).toEqual([]);
    expect(sharedLines(regions, LINE_WORDS * WORD_BYTES)).toEqual([]);
    const end = Math.max(...regions.map((view) => view.byteOffset + view.byteLength));
    expect(end).toBeLessThanOrEqual(memory.buffer.byteLength);
    expect(memory.dropped.length).toBe(targets);
  });

  it('is the same memory when another thread opens its handle', () => {
    const { id, buffer, handledIds } = memory;
    const opened = shards.openShardMemory({ id, targets, handledIds, buffer });
    memory.words[shards.SHARD_BELL] = 1;
    memory.dropped[targets - 1] = 2;
    memory.counters[47] = 3;
    expect(opened.words[shards.SHARD_BELL]).toBe(1);
    expect([opened.dropped[targets - 1], opened.counters[47], opened.id]).toEqual([2, 3, 2]);
  });
});

describe('the head of shard memory', () => {
  it('keeps PARKED and BELL apart from each other and from the words of the shard', () => {
    const alone = [shards.SHARD_PARKED, shards.SHARD_BELL].map(lineOf);
    const own = [shards.CUR, shards.APPLIED, shards.REACHED, shards.SHARD_BEAT].map(lineOf);
    expect(new Set(alone).size).toBe(2);
    expect(own.filter((line) => alone.includes(line))).toEqual([]);
  });

  it('keeps what other threads look at apart from CUR, which changes with every ring read', () => {
    const watched = [shards.APPLIED, shards.REACHED, shards.SHARD_BEAT];
    expect(watched.map(lineOf)).not.toContain(lineOf(shards.CUR));
    expect(new Set(watched).size).toBe(3);
  });

  it('tells main the number of the last command in force', () => {
    const { words } = shards.createShardMemory(0, 1);
    expect(shards.appliedCommand(words)).toBe(0);
    shards.acknowledgeCommand(words, 41);
    expect(shards.appliedCommand(words)).toBe(41);
  });
});
