import { describe, expect, it } from 'vitest';
import type { BusError } from '../../../src/message/errors.ts';
import { Found } from '../../../src/routing/found.ts';
import { type IndexLimits, PatternIndex } from '../../../src/routing/pattern-index.ts';

/** An index that says what it finds by name. */
class Named {
  readonly index: PatternIndex;
  readonly #names: string[] = [];

  constructor(limits: IndexLimits = {}) {
    this.index = new PatternIndex(limits);
  }

  add(pattern: string, name = pattern): number {
    const number = this.index.add(pattern);
    this.#names[number] = name;
    return number;
  }

  find(key: string): string[] {
    const found = new Found();
    this.index.collect(key, new Found(), found);
    const numbers = [...found.numbers.subarray(0, found.count)];
    return numbers.map((number) => this.#names[number] as string).toSorted();
  }
}

function found(index: Named, key: string): string[] {
  return index.find(key);
}

function indexOf(...patterns: readonly string[]): Named {
  const index = new Named();
  for (const pattern of patterns) index.add(pattern);
  return index;
}

function errorOf(act: () => void): BusError {
  try {
    act();
  } catch (error) {
    return error as BusError;
  }
  throw new Error('nothing was thrown');
}

describe('PatternIndex', () => {
  it('finds patterns by text at the start, at the end and in the middle', () => {
    const index = indexOf('order.*', '*.created', '*der.c*', 'o?der*', '[a-z]*.created', '*');
    expect(found(index, 'order.created')).toEqual(
      ['*', '*.created', '*der.c*', '[a-z]*.created', 'o?der*', 'order.*'].toSorted(),
    );
    expect(found(index, 'x')).toEqual(['*']);
  });

  it('knows which patterns every key matches', () => {
    const index = indexOf('*', '**', '?*', '*?', '[a-z]*');
    expect(found(index, '')).toEqual(['*', '**']);
    expect(found(index, 'A')).toEqual(['*', '**', '*?', '?*']);
  });

  it('finds the note of a pattern in place of its number', () => {
    const index = new PatternIndex();
    const numbers = ['*', 'a*', '?a*', '*b*c', 'a?c'].map((pattern) => index.add(pattern));
    for (const number of numbers) index.setNote(number, 100 + number);
    const [notes, others] = [new Found(), new Found()];
    index.collect('abc', notes, others);
    const noted = [...notes.numbers.subarray(0, notes.count)].toSorted();
    expect(noted).toEqual([0, 1, 3, 4].map((place) => 100 + (numbers[place] as number)));
    expect(others.count).toBe(0);
  });

  it('finds a pattern whose only text is one character', () => {
    const index = indexOf('*a*', 'a*', '*a', '?a', 'a?', '?a?');
    expect(found(index, 'a')).toEqual(['*a', '*a*', 'a*']);
    expect(found(index, 'ba')).toEqual(['*a', '*a*', '?a']);
    expect(found(index, 'bab')).toEqual(['*a*', '?a?']);
  });

  it('finds patterns of text of every length up to and beyond the longest piece', () => {
    const text = 'abcdefghijklmnopqrst';
    for (let length = 1; length <= text.length; length++) {
      const pattern = `*${text.slice(0, length)}*`;
      expect(found(indexOf(pattern), `--${text}--`), pattern).toEqual([pattern]);
      expect(found(indexOf(pattern), text.slice(1)), pattern).toEqual([]);
    }
  });

  it('offers a pattern once, however often the key has its text', () => {
    expect(found(indexOf('*ab*'), 'ab'.repeat(500))).toEqual(['*ab*']);
  });

  it('finds text outside the basic plane', () => {
    const index = indexOf('*\u{1f680}*', '*\u{1f680}[ab]', '*[\u{1f680}-\u{1f68f}]x*');
    expect(found(index, 'a\u{1f680}b')).toEqual(['*\u{1f680}*', '*\u{1f680}[ab]']);
    expect(found(index, '\u{1f681}x')).toEqual(['*[\u{1f680}-\u{1f68f}]x*']);
  });

  it('matches the empty key', () => {
    expect(found(indexOf('*', '?', 'a*', ''), '')).toEqual(['', '*']);
  });

  it('meets few of many patterns that share most of their text', () => {
    const index = new Named();
    for (let i = 0; i < 10_000; i++) index.add(`tenant-${i}.orders.*`, String(i));
    const before = index.index.steps;
    expect(found(index, 'tenant-4711.orders.created')).toEqual(['4711']);
    expect(index.index.steps - before).toBeLessThan(50);
  });

  it('does not look at patterns that share no text with the key', () => {
    const index = new Named();
    for (let i = 0; i < 1000; i++) index.add(`*key-${i}-end*`, String(i));
    const before = index.index.steps;
    expect(found(index, 'something else entirely')).toEqual([]);
    expect(index.index.steps).toBe(before);
  });

  it('forgets exactly what is removed', () => {
    const index = new Named();
    const patterns = ['*ab*', '*ab?', '?ab*', '*', 'ab*', '**'];
    const entries = patterns.map((pattern) => index.add(pattern, pattern));
    const left = new Set(patterns);
    for (const place of [1, 3, 0, 5, 2, 4]) {
      index.index.remove(entries[place] as number);
      left.delete(patterns[place] as string);
      const expected = [...left].filter((pattern) => pattern !== '*ab?' && pattern !== '?ab*');
      expect(found(index, 'ab')).toEqual(expected.toSorted());
      expect(index.index.size).toBe(left.size);
    }
  });

  it('keeps filtering candidates rightly after a removal moved them', () => {
    const index = new Named({ maxPatternsPerRun: 10_000 });
    const entries = Array.from({ length: 50 }, (_, i) =>
      index.add(`${String.fromCharCode(97 + (i % 26))}?${'x'.repeat(1 + (i % 2))}*`, String(i)),
    );
    for (let i = 0; i < 25; i++) index.index.remove(entries[2 * i] as number);
    for (let i = 0; i < 50; i++) {
      const key = `${String.fromCharCode(97 + (i % 26))}-xx`;
      expect(found(index, key).includes(String(i)), key).toBe(i % 2 === 1);
    }
  });

  it('refuses more patterns without text than its limit, and says which option it is', () => {
    const index = new Named({ maxRegexRoutes: 2 });
    index.add('*', 'a');
    const second = index.add('?[ab]', 'b');
    const error = errorOf(() => index.add('??', 'c'));
    expect(error.code).toBe('ERR_BUS_FULL');
    expect(error.message).toContain('maxRegexRoutes');
    expect(index.index.size).toBe(2);
    index.add('*a', 'd');
    index.index.remove(second);
    index.add('??', 'e');
    expect(found(index, 'xy')).toEqual(['a', 'e']);
  });

  it('takes 1 000 patterns without text and 1 024 under one run by default', () => {
    const index = new Named();
    for (let i = 1; i <= 1000; i++) index.add('*'.repeat(i), 'any');
    expect(errorOf(() => index.add('?', 'x')).code).toBe('ERR_BUS_FULL');
    for (let i = 1; i <= 1024; i++) index.add(`*abcd*${'?'.repeat(i % 32)}${'*'.repeat(i >> 5)}`);
    const error = errorOf(() => index.add('*abcd*', 'x'));
    expect(error.code).toBe('ERR_BUS_FULL');
    expect(error.message).toContain('maxPatternsPerRun');
    expect(index.index.size).toBe(2024);
  });

  it('counts what is beyond the first 16 under a run over all runs, and no more when it is gone', () => {
    const index = new Named({ maxPatternsPerRun: 60 });
    const numbers: number[] = [];
    const fill = (letter: string, count: number) => {
      for (let i = 0; i < count; i++) numbers.push(index.add(`*${letter}${'*'.repeat(i + 1)}`));
    };
    fill('a', 46);
    fill('b', 46);
    fill('c', 16);
    const full = () => errorOf(() => index.add('*c*', 'x'));
    expect(full().message).toContain('beyond the first 16');
    // One of the first under a: a late one takes its place.
    index.index.remove(numbers[0] as number);
    expect(index.add('*c*')).toBeGreaterThanOrEqual(0);
    expect(full().code).toBe('ERR_BUS_FULL');
    // One of the late under b.
    index.index.remove(numbers[91] as number);
    expect(index.add('*c?*')).toBeGreaterThanOrEqual(0);
    expect(full().code).toBe('ERR_BUS_FULL');
  });

  it('refuses more wildcards than its limit where many keys meet them', () => {
    const index = new Named({ maxWildcards: 100 });
    const first = index.add('[ab]*'.repeat(40));
    const error = errorOf(() => index.add('?*'.repeat(21)));
    expect(error.code).toBe('ERR_BUS_FULL');
    expect(error.details).toMatchObject({ limit: 100, option: 'maxWildcards' });
    index.add(`*text*${'?*'.repeat(41)}`);
    index.index.remove(first);
    index.add('?*'.repeat(41));
    expect(index.find('b'.repeat(41))).toEqual(['?*'.repeat(41)]);
  });

  it('leaves no trace of a refused pattern', () => {
    const index = new Named();
    expect(errorOf(() => index.add('abc[', 'x')).code).toBe('ERR_BUS_INVALID_PATTERN');
    expect(index.index.size).toBe(0);
    expect(found(index, 'abc[')).toEqual([]);
  });
});
