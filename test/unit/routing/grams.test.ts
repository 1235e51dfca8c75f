import { describe, expect, it } from 'vitest';
import { gramsOfRuns, gramsOfUnits, KeyGrams, longestGram } from '../../../src/routing/grams.ts';
import { END, START } from '../../../src/routing/key-text.ts';

const unitsOf = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

describe('KeyGrams', () => {
  it('has the grams of every part of the key, with their places, and of no other text', () => {
    const keyGrams = new KeyGrams();
    for (const text of [
      '',
      'a',
      'ab\u0000c\uffff',
      'The quick brown fox jumps over',
      'xyz'.repeat(400),
    ]) {
      keyGrams.read(text);
      const units = [START, ...unitsOf(text), END];
      const placed = new Set<string>();
      for (let i = 0; i < keyGrams.count; i++) {
        placed.add(`${keyGrams.numbers[i]} ${keyGrams.places[i]}`);
      }
      for (let length = 1; length <= Math.min(units.length, 20); length++) {
        for (let from = 0; from + length <= Math.min(units.length, 60); from++) {
          const [grams] = gramsOfRuns([units.slice(from, from + length)]) as [number[]];
          expect(grams).toHaveLength(length - longestGram(length) + 1);
          expect(grams.filter((gram, i) => !placed.has(`${gram} ${from + i}`))).toEqual([]);
          expect(grams.every((gram) => keyGrams.mayHave(gram))).toBe(true);
        }
      }
      expect(
        gramsOfRuns([unitsOf('not there')])
          .flat()
          .some((gram) => keyGrams.mayHave(gram)),
      ).toBe(false);
    }
  });

  it('knows which grams come twice', () => {
    const keyGrams = new KeyGrams();
    const gramOf = (text: string): number => (gramsOfRuns([unitsOf(text)]) as [[number]])[0][0];
    keyGrams.read('ab-ab');
    expect(['ab', 'b-'].map((text) => keyGrams.mayHaveTwice(gramOf(text)))).toEqual([true, false]);
    keyGrams.read('b-ab');
    expect(['ab', 'b-'].map((text) => keyGrams.mayHaveTwice(gramOf(text)))).toEqual([false, false]);
    expect(keyGrams.mayHave(gramOf('ab'))).toBe(true);
  });
});

describe('grams', () => {
  it('are the same of a run wherever it stands', () => {
    const run = unitsOf('abracadabra, abracadabra');
    const grams: number[] = [];
    gramsOfUnits([7, 7, ...run, 7], 2, 2 + run.length, grams, 3);
    expect(grams.slice(3)).toEqual(gramsOfRuns([run])[0]);
    expect(new Set(grams.slice(3)).size).toBe(run.length - 15);
  });
});
