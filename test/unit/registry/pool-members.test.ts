import { describe, expect, it } from 'vitest';
import { PoolMembers } from '../../../src/registry/pool-members.ts';

describe('PoolMembers', () => {
  it('knows the members of each pool, in order, until they leave', () => {
    const members = new PoolMembers();
    members.add(5, 1);
    members.add(3, 1);
    members.add(4, 2);
    expect([members.of(1), members.of(2), members.of(3)]).toEqual([[5, 3], [4], []]);
    expect(members.poolOf(3)).toBe(1);
    expect(members.remove(5)).toBe(true);
    expect(members.remove(5)).toBe(false);
    expect(members.of(1)).toEqual([3]);
    expect(members.remove(3)).toBe(true);
    expect([members.of(1), members.poolOf(3)]).toEqual([[], undefined]);
  });
});
