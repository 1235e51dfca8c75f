import { describe, expect, it } from 'vitest';
import * as outcome from '../../../src/memory/outcome-word.ts';

const TARGETS_MAX = 0x1fff;
const FAILURES_MAX = 0x7ff;
const REPORTS_MAX = 0xff;

const read = (word: number): number[] => [
  outcome.targetsOf(word),
  outcome.failuresOf(word),
  outcome.reportsOf(word),
];

describe('outcome words', () => {
  it.each([0, 1, 2, 0x1000, TARGETS_MAX])('keep %i targets', (targets) => {
    const word = outcome.outcomeOf(targets);
    expect(word).toBe(word | 0);
    expect(read(word)).toEqual([targets, 0, 0]);
  });

  it('count failures up to 2047 beside the most targets', () => {
    let word = outcome.outcomeOf(TARGETS_MAX);
    for (let n = 1; n <= FAILURES_MAX; n++) {
      word = outcome.withFailure(word) | 0;
      expect(read(word)).toEqual([TARGETS_MAX, n, 0]);
    }
  });

  it('count failures of more than 2047 targets without changing what else they say', () => {
    let word = outcome.outcomeOf(FAILURES_MAX + 1);
    for (let n = 0; n <= FAILURES_MAX; n++) word = outcome.withFailure(word);
    expect(outcome.targetsOf(word)).toBe(FAILURES_MAX + 1);
    expect(outcome.failuresOf(word)).toBeGreaterThan(0);
  });

  it('count reports up to 255 and then stay there', () => {
    let word = outcome.withFailure(outcome.outcomeOf(TARGETS_MAX));
    for (let n = 1; n <= REPORTS_MAX + 3; n++) {
      word = outcome.withReport(word);
      expect(read(word)).toEqual([TARGETS_MAX, 1, Math.min(n, REPORTS_MAX)]);
    }
  });

  it('take a target out and leave failures and reports', () => {
    let word = outcome.outcomeOf(TARGETS_MAX);
    word = outcome.withReport(outcome.withFailure(word));
    expect(read(outcome.withoutTarget(word))).toEqual([TARGETS_MAX - 1, 1, 1]);
    const one = outcome.withoutTarget(outcome.outcomeOf(1));
    expect(read(one)).toEqual([0, 0, 0]);
  });
});
