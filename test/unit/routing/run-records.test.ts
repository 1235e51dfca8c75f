import { describe, expect, it } from 'vitest';
import { Found } from '../../../src/routing/found.ts';
import { GlobRuns } from '../../../src/routing/glob-runs.ts';
import { KeyGrams } from '../../../src/routing/grams.ts';
import { RunRecords } from '../../../src/routing/run-records.ts';

/** What the record of a pattern says of a key that has the pattern's first gram. */
function verdictOf(pattern: string, key: string): 'yes' | 'no' | 'unknown' | 'without the gram' {
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
    if (grams.numbers[i] !== gram) continue;
    const judged = { notes: new Found(), numbers: new Found(), unsure: new Found() };
    expect(records.judgeChain(0, grams, grams.places[i] as number, judged)).toBe(1);
    if (judged.numbers.count > 0) return 'yes';
    return judged.unsure.count > 0 ? 'unknown' : 'no';
  }
  return 'without the gram';
}

describe('RunRecords', () => {
  it('decides a pattern of one run by itself', () => {
    expect(verdictOf('ab*', 'abc')).toBe('yes');
    expect(verdictOf('*ab', 'cab')).toBe('yes');
    expect(verdictOf('*ab*', 'cabc')).toBe('yes');
    expect(verdictOf('a[b]c', 'abc')).toBe('yes');
    expect(verdictOf('*abcdefghi', 'abcdefghi-abcdefgh')).toBe('no');
    expect(verdictOf('abcdefghi*', 'abcdefgh-abcdefghi')).toBe('no');
    expect(verdictOf('a[b]cdefghi', 'abcdefghij')).toBe('no');
  });

  it('compares every unit of texts of one to 26 units, wherever they stand', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz';
    for (let length = 1; length <= text.length; length++) {
      const part = text.slice(0, length);
      for (const before of ['', '-', '--']) {
        expect(verdictOf(`*${part}*`, `${before}${part}-`)).toBe('yes');
        expect(verdictOf(`*${part}`, `${before}${part}`)).toBe('yes');
      }
      expect(verdictOf(`${part}*`, `${part}-`)).toBe('yes');
      for (let at = 0; at < length; at++) {
        const other = `${part.slice(0, at)}\u8000${part.slice(at + 1)}`;
        expect(verdictOf(`*${part}*`, other)).not.toBe('yes');
        expect(verdictOf(`${part}*`, other)).not.toBe('yes');
      }
    }
  });

  it('finds the note of a pattern in place of its number, unless it is negative', () => {
    const runs = new GlobRuns();
    runs.read('a*');
    const grams = new KeyGrams();
    grams.read('a');
    const gramAt = grams.numbers.indexOf(runs.grams[0] as number);
    const records = new RunRecords();
    let head = -1;
    for (const [id, note] of [7, -3, 0].entries()) {
      records.open(id);
      expect(records.noteOf(id)).toBe(-1);
      records.setGrams(id, runs.grams[0] as number, 0, 0);
      records.setText(id, runs, 0);
      records.setNote(id, note);
      records.link(id, head);
      head = id;
    }
    const judged = { notes: new Found(), numbers: new Found(), unsure: new Found() };
    records.judgeChain(head, grams, grams.places[gramAt] as number, judged);
    expect([...judged.notes.numbers.subarray(0, judged.notes.count)]).toEqual([0, 7]);
    expect([...judged.numbers.numbers.subarray(0, judged.numbers.count)]).toEqual([1]);
    records.open(0);
    expect(records.noteOf(0)).toBe(-1);
  });

  it('leaves to the matcher what stands elsewhere, is long, or is more than one run', () => {
    expect(verdictOf('*abcdefghi*', 'abcdefghx-abcdefghi')).toBe('unknown');
    expect(verdictOf(`*${'x'.repeat(27)}*`, 'x'.repeat(27))).toBe('unknown');
    expect(verdictOf('ab*cd', 'abcd')).toBe('unknown');
    expect(verdictOf('ab*cd', 'abce')).toBe('no');
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
