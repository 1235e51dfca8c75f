import { describe, expect, it } from 'vitest';
import { GlobRuns } from '../../../src/routing/glob-runs.ts';
import { KeyGrams } from '../../../src/routing/grams.ts';
import { RunRecords, VERDICT } from '../../../src/routing/run-records.ts';

/** What the record of a pattern says of a key that has the pattern's first gram. */
function verdictOf(pattern: string, key: string): number {
  const runs = new GlobRuns();
  runs.read(pattern);
  const gram = runs.grams[0] as number;
  const records = new RunRecords();
  records.open(0);
  records.setGrams(0, gram, gram, runs.grams[runs.gramCount - 1] as number);
  records.setText(0, runs, 0);
  const grams = new KeyGrams();
  grams.read(key);
  for (let i = 0; i < grams.count; i++) {
    if (grams.numbers[i] === gram) return records.judge(0, grams, grams.places[i] as number);
  }
  throw new Error('the key does not have the gram');
}

describe('RunRecords', () => {
  it('decides a pattern of one run by itself', () => {
    const { no, yes } = VERDICT;
    expect(verdictOf('ab*', 'abc')).toBe(yes);
    expect(verdictOf('*ab', 'cab')).toBe(yes);
    expect(verdictOf('*ab*', 'cabc')).toBe(yes);
    expect(verdictOf('a[b]c', 'abc')).toBe(yes);
    expect(verdictOf('*abcdefghi', 'abcdefghi-abcdefgh')).toBe(no);
    expect(verdictOf('abcdefghi*', 'abcdefgh-abcdefghi')).toBe(no);
    expect(verdictOf('a[b]cdefghi', 'abcdefghij')).toBe(no);
  });

  it('leaves to the matcher what stands elsewhere, is long, or is more than one run', () => {
    const { no, unknown } = VERDICT;
    expect(verdictOf('*abcdefghi*', 'abcdefghx-abcdefghi')).toBe(unknown);
    expect(verdictOf(`*${'x'.repeat(21)}*`, 'x'.repeat(21))).toBe(unknown);
    expect(verdictOf('ab*cd', 'abcd')).toBe(unknown);
    expect(verdictOf('ab*cd', 'abce')).toBe(no);
  });

  it('links patterns and takes them out at either end and in the middle', () => {
    const records = new RunRecords();
    let head = -1;
    for (const id of [0, 1, 2, 3]) {
      records.open(id);
      records.link(id, head);
      head = id;
    }
    const chain = (): number[] => {
      const ids: number[] = [];
      for (let id = head; id >= 0; id = records.nextOf(id)) ids.push(id);
      return ids;
    };
    expect(chain()).toEqual([3, 2, 1, 0]);
    for (const [gone, left] of [
      [2, [3, 1, 0]],
      [3, [1, 0]],
      [0, [1]],
      [1, []],
    ] as const) {
      head = records.unlink(gone, head);
      expect(chain()).toEqual(left);
    }
  });
});
