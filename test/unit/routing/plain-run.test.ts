import { describe, expect, it } from 'vitest';
import { parseGlob } from '../../../src/routing/glob-parse.ts';
import { gramsOfGlob } from '../../../src/routing/grams.ts';
import { PlainRun } from '../../../src/routing/plain-run.ts';

describe('PlainRun', () => {
  it.each([
    'a',
    'abc',
    '*a',
    'a*',
    '*ab*',
    '***order.created**',
    'order.created',
    '*.\u{1f68c}.*',
    '*seventeen.letters',
    '12345678901234567890',
    '*]-!*',
  ])('has the grams of %j', (pattern) => {
    const run = new PlainRun();
    expect(run.read('*another*')).toBe(true);
    expect(run.read(pattern)).toBe(true);
    const grams = Array.from({ length: run.gramCount }, (_, place) => run.gramAt(place));
    expect([grams]).toEqual(gramsOfGlob(parseGlob(pattern)));
    expect(pattern.slice(run.from, run.to)).toBe(pattern.replaceAll('*', ''));
  });

  it.each(['', '*', '***', 'a*b', '?a', 'a?', '[a]*', 'a[', '123456789012345678901'])(
    'leaves %j to others',
    (pattern) => {
      expect(new PlainRun().read(pattern)).toBe(false);
    },
  );
});
