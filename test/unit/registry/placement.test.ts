import { describe, expect, it } from 'vitest';
import { hashKey } from '../../../src/message/key.ts';
import { byShard, homeShard } from '../../../src/registry/placement.ts';

describe('placement', () => {
  it('puts an exact pattern into the shard of its key alone', () => {
    for (const key of ['a', 'order.created', 'ключ']) {
      expect(homeShard(key, 'exact', 4)).toBe((hashKey(key) >>> 0) % 4);
    }
  });

  it('puts any other pattern into all shards', () => {
    expect(homeShard('a*', 'glob', 4)).toBeUndefined();
    expect(homeShard('^a', 'regex', 1)).toBeUndefined();
  });

  it('deals items out and keeps their order within a shard', () => {
    const items = [
      { pattern: 'a', match: 'exact' as const },
      { pattern: '*', match: 'glob' as const },
      { pattern: 'b', match: 'exact' as const },
    ];
    const lists = byShard(items, 3);
    expect(lists).toHaveLength(3);
    for (const [shard, list] of lists.entries()) {
      const expected = items.filter(
        ({ pattern, match }) => match === 'glob' || homeShard(pattern, match, 3) === shard,
      );
      expect(list).toEqual(expected);
    }
    expect(lists.flat()).toHaveLength(2 + 3);
  });
});
