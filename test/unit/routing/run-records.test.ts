import { describe, expect, it } from 'vitest';
import { Found } from '../../../src/routing/found.ts';
import { GlobRuns } from '../../../src/routing/glob-runs.ts';
import { Chains } from '../../../src/routing/gram-table.ts';
import { KeyGrams } from '../../../src/routing/grams.ts';
import { RunRecords } from '../../../src/routing/run-records.ts';

const TEXT_UNITS_MAX = 28;

/** Chains under grams, as the index keeps them, of patterns that are told by their numbers. */
class Records {
  readonly records = new RunRecords();
  readonly #chains = new Map<number, { head: number; ids: number[] }>();
  readonly #runs = new GlobRuns();

  /** Under its first gram. */
  add(id: number, pattern: string): void {
    const runs = this.#runs;
    runs.read(pattern);
    const gram = runs.grams[0] as number;
    const chain = this.#chains.get(gram) ?? { head: -1, ids: [] };
    this.records.open(id);
    this.records.setGrams(id, gram, gram, runs.grams[runs.gramCount - 1] as number);
    chain.head = this.records.append(id, chain.head, chain.ids.length);
    this.records.setText(id, runs, 0);
    chain.ids.push(id);
    this.#chains.set(gram, chain);
  }

  remove(id: number): void {
    const gram = this.records.gramOf(id);
    const chain = this.#chains.get(gram) as { head: number; ids: number[] };
    chain.head = this.records.remove(id, chain.head, chain.ids.length);
    chain.ids.splice(chain.ids.indexOf(id), 1);
    if (chain.ids.length === 0) this.#chains.delete(gram);
    expect(chain.head === -1).toBe(chain.ids.length === 0);
  }

  judge(key: string): { tried: number; notes: number[]; numbers: number[]; unsure: number[] } {
    const grams = new KeyGrams();
    grams.read(key);
    const met = new Chains();
    const gramsMet = new Set<number>();
    met.reset(grams.count);
    met.patternCount = 0;
    for (let i = 0; i < grams.count; i++) {
      const gram = grams.numbers[i] as number;
      const chain = this.#chains.get(gram);
      if (chain === undefined || gramsMet.has(gram)) continue;
      gramsMet.add(gram);
      met.patternCount += chain.ids.length;
      met.heads[met.count] = chain.head;
      met.places[met.count++] = grams.places[i] as number;
    }
    const judged = { notes: new Found(), numbers: new Found(), unsure: new Found() };
    this.records.judge(met, grams, judged);
    return {
      tried: met.patternCount,
      notes: numbersOf(judged.notes),
      numbers: numbersOf(judged.numbers),
      unsure: numbersOf(judged.unsure),
    };
  }
}

const numbersOf = ({ count, numbers }: Found): number[] =>
  [...numbers.subarray(0, count)].toSorted((left, right) => left - right);

/** What the record of a pattern says of a key that has the pattern's first gram. */
function verdictOf(pattern: string, key: string): 'yes' | 'no' | 'unknown' | 'without the gram' {
  const records = new Records();
  records.add(0, pattern);
  const { numbers, tried, unsure } = records.judge(key);
  if (tried === 0) return 'without the gram';
  if (numbers.length > 0) return 'yes';
  return unsure.length > 0 ? 'unknown' : 'no';
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

  it('compares both bytes of every unit of texts that it keeps, wherever they stand', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz01';
    expect(text).toHaveLength(TEXT_UNITS_MAX);
    const upper = String.fromCharCode(...[...text].map((char) => char.charCodeAt(0) + 0x400));
    const mixed = `${text.slice(0, 9)}${upper.slice(9, 20)}${text.slice(20)}`;
    for (const all of [text, upper, mixed]) {
      for (let length = 1; length <= TEXT_UNITS_MAX; length++) {
        const part = all.slice(0, length);
        for (const before of ['', '-', '--']) {
          expect(verdictOf(`*${part}*`, `${before}${part}-`)).toBe('yes');
          expect(verdictOf(`*${part}*`, `${before}${part}\u0401`)).toBe('yes');
          expect(verdictOf(`*${part}`, `${before}${part}`)).toBe('yes');
        }
        expect(verdictOf(`${part}*`, `${part}-`)).toBe('yes');
        for (let at = 0; at < length; at++) {
          for (const bit of [1, 0x8000]) {
            const unit = String.fromCharCode(part.charCodeAt(at) ^ bit);
            const other = `${part.slice(0, at)}${unit}${part.slice(at + 1)}`;
            expect(verdictOf(`*${part}*`, other)).not.toBe('yes');
            expect(verdictOf(`${part}*`, other)).not.toBe('yes');
          }
        }
      }
    }
  });

  it('finds the note of a pattern in place of its number, unless it is negative', () => {
    const { records } = new Records();
    records.open(0);
    expect(records.noteOf(0)).toBe(-1);
    const all = new Records();
    for (const [id, note] of [7, -3, 0].entries()) {
      all.add(id, 'a*');
      all.records.setNote(id, note);
      expect(all.records.noteOf(id)).toBe(note);
    }
    expect(all.judge('a')).toEqual({ tried: 3, notes: [0, 7], numbers: [1], unsure: [] });
    all.records.setNote(0, -1);
    expect(all.judge('a')).toEqual({ tried: 3, notes: [0], numbers: [0, 1], unsure: [] });
    all.remove(0);
    all.records.setNote(0, 5);
    all.add(0, 'a*');
    expect(all.judge('a')).toEqual({ tried: 3, notes: [0], numbers: [0, 1], unsure: [] });
  });

  it('leaves to the matcher what stands elsewhere, is long, or is more than one run', () => {
    expect(verdictOf('*abcdefghi*', 'abcdefghx-abcdefghi')).toBe('unknown');
    const long = 'x'.repeat(TEXT_UNITS_MAX + 1);
    expect(verdictOf(`*${long}*`, long)).toBe('unknown');
    expect(verdictOf('ab*cd', 'abcd')).toBe('unknown');
    expect(verdictOf('ab*cd', 'abce')).toBe('no');
  });

  it('finds what is left when patterns come and go, in chains of all lengths', () => {
    const all = new Records();
    const names = ['a', 'b', 'cd', 'efg\u0400', 'efg\u0401'];
    const left = new Map<number, string>();
    let state = 1;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return Math.floor(((state >>> 0) / 2 ** 32) * limit);
    };
    for (let round = 0; round < 1200; round++) {
      const id = below(round < 600 ? 120 : 40 + Math.abs(900 - round) / 4);
      if (left.delete(id)) all.remove(id);
      else {
        const name = names[below(names.length)] as string;
        all.add(id, `*${name}*`);
        left.set(id, name);
      }
      if (round % 10 !== 0) continue;
      for (const name of names) {
        const expected = [...left.keys()].filter((one) => left.get(one) === name);
        expect(all.judge(`-${name}-`).numbers).toEqual(expected.toSorted((a, b) => a - b));
      }
    }
    for (const id of left.keys()) all.remove(id);
    for (const name of names) expect(all.judge(name).tried).toBe(0);
  });

  it('knows a late pattern of a chain', () => {
    const { records } = new Records();
    let head = -1;
    for (const id of [0, 1, 2]) {
      records.open(id);
      records.setGrams(id, 9, 9, 9);
      head = records.append(id, head, id);
    }
    records.setLate(1, true);
    expect(records.lateIn(head)).toBe(1);
    head = records.remove(0, head, 3);
    expect([records.lateIn(head), records.isLate(2)]).toEqual([1, false]);
  });
});
