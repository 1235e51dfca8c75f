import { describe, expect, it } from 'vitest';
import { Faults } from '../../../src/demo/faults.ts';
import { checkShares } from '../../../src/demo/shard-shares.ts';

function wordsOf(...counts: number[]): string[] {
  const faults = new Faults();
  const shards = counts.map((messages, shard) => ({ shard, threadId: shard + 1, messages }));
  checkShares(shards, faults);
  return faults.list().flatMap(({ examples, word }) => examples.map((text) => `${word}: ${text}`));
}

describe('checkShares', () => {
  it('catches one of two shards that got less than a fifth', () => {
    expect(wordsOf(801, 199)).toEqual([
      'starved shard: shard 1 got 199 of 1000 messages, at least 200 were due',
    ]);
  });

  it('is content with a fifth', () => {
    expect(wordsOf(800, 200)).toEqual([]);
    expect(wordsOf(200, 800)).toEqual([]);
  });

  it('catches an idle one of many, and allows a light one', () => {
    expect(wordsOf(500, 1, 499)).toEqual([]);
    expect(wordsOf(500, 0, 500)).toHaveLength(1);
  });

  it('wants of a single shard only that it is not idle', () => {
    expect(wordsOf(1000)).toEqual([]);
    expect(wordsOf(0)).toHaveLength(1);
  });
});
