import { describe, expect, it } from 'vitest';
import { placeReceivers } from '../../../src/demo/receivers.ts';
import type { DemoResult } from '../../../src/demo/result.ts';
import { formatSummary, summaryObject } from '../../../src/demo/summary.ts';

const latency = { count: 10, mean: 2, p50: 1.234, p90: 3, p99: 45.67, p999: 12_345.6, max: 9 };
const unused = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };

const result: DemoResult = {
  options: { seconds: 1, shards: 2, workers: 1, json: false },
  replays: 2,
  messages: 3_000,
  phases: [
    {
      name: '256 at once',
      messages: 3_000,
      durationMs: 1_500,
      cpuUsPerMessage: undefined,
      latencies: { cachedRouting: latency, uncachedRouting: unused, roundTrip: latency },
    },
  ],
  faults: [],
  counts: {
    threads: [{ worker: 0, threadId: 5, requests: 1_000, events: 200, notifications: 34 }],
    shards: [3_000],
    receivers: placeReceivers(1).map((receiver) => ({
      receiver,
      expected: receiver.perReplay * 2,
      replayed: receiver.perReplay * 2,
      underNewKeys: 0,
      audits: 0,
    })),
  },
  shards: [{ shard: 0, threadId: 3, messages: 3_000 }],
};

const faulty: DemoResult = {
  ...result,
  faults: [{ word: 'doubled', count: 5, examples: ['message 1', 'message 2'] }],
};

describe('formatSummary', () => {
  const lines = formatSummary(result).split('\n');

  it('tells messages, rate, and that a figure is not available', () => {
    expect(lines.find((line) => line.includes('256 at once'))).toMatch(
      /3,000 +1\.50 +2,000 +not available/,
    );
  });

  it('tells percentiles with three figures, and nothing where nothing was measured', () => {
    expect(lines.find((line) => line.includes('key known'))).toMatch(/10 +1\.23 +45\.7 +12,346/);
    expect(lines.find((line) => line.includes('key new'))).toMatch(/0 +- +- +-/);
  });

  it('has a row for each route, subscription, thread and shard', () => {
    for (const { pattern } of placeReceivers(1)) {
      expect(lines.some((line) => line.startsWith(`  ${pattern} `))).toBe(true);
    }
    expect(lines.some((line) => /worker 0 +5 +1,000 +200 +34/.test(line))).toBe(true);
    expect(lines.some((line) => /shard 0 +3 +3,000/.test(line))).toBe(true);
  });

  it('ends with what was checked, or with the faults by their words', () => {
    expect(lines.at(-2)).toMatch(/^OK: all 1,234 receipts checked/);
    const tail = formatSummary(faulty).split('\n').slice(-6);
    expect(tail.join('\n')).toBe(
      'FAILED\n  doubled: 5\n    message 1\n    message 2\n    and 3 more\n',
    );
  });
});

describe('summaryObject', () => {
  it('survives JSON, with null for what could not be measured', () => {
    const object = JSON.parse(JSON.stringify(summaryObject(result))) as Record<string, unknown>;
    expect(object).toEqual(summaryObject(result));
    expect(object['ok']).toBe(true);
    expect(object['phases']).toMatchObject([
      { mainCpuUsPerMessage: null, messagesPerSecond: 2000 },
    ]);
    expect(object['routes']).toHaveLength(13);
    expect(object['subscriptions']).toHaveLength(12);
  });

  it('says what went wrong, also when there are no counts', () => {
    const torn = summaryObject({ ...faulty, counts: undefined, shards: [] });
    expect(torn['ok']).toBe(false);
    expect(torn['faults']).toEqual(faulty.faults);
    expect(torn['threads']).toEqual([]);
  });
});
