import { describe, expect, it } from 'vitest';
import {
  CLIENT_COUNTERS,
  COUNTER_WORDS,
  Counters,
  readCounters,
  SHARD_COUNTERS,
} from '../../../src/memory/counters.ts';

describe('Counters', () => {
  it('show others what was published, and nothing before', () => {
    const shared = new Float64Array(new SharedArrayBuffer(COUNTER_WORDS * 4));
    const counters = new Counters(SHARD_COUNTERS, shared);
    counters.counts.late += 2;
    expect(readCounters(SHARD_COUNTERS, shared).late).toBe(0);
    counters.publish();
    expect(readCounters(SHARD_COUNTERS, shared).late).toBe(2);
  });

  it('go on from what a predecessor published', () => {
    const shared = new Float64Array(new SharedArrayBuffer(COUNTER_WORDS * 4));
    const first = new Counters(CLIENT_COUNTERS, shared);
    first.counts.accepted = 2 ** 40;
    first.publish();
    expect(new Counters(CLIENT_COUNTERS, shared).counts.accepted).toBe(2 ** 40);
  });

  it('have names of their own that fit the room laid out', () => {
    for (const names of [CLIENT_COUNTERS, SHARD_COUNTERS]) {
      expect(new Set(names).size).toBe(names.length);
      expect(names.length).toBeLessThanOrEqual(COUNTER_WORDS / 2);
    }
  });
});
