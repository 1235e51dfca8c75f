import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { applyMistake } from '../../../../scripts/mutants/apply-mistake.ts';
import { mistakes } from '../../../../scripts/mutants/mistakes.ts';

describe('applyMistake', () => {
  it('replaces what stands there once, literally', () => {
    expect(applyMistake('a = $1; b', { find: '= $1', put: '= $&' })).toBe('a = $&; b');
  });

  it.each([
    ['not at all', 'b'],
    ['twice', 'a a'],
  ])('refuses what stands there %s', (_, text) => {
    expect(applyMistake(text, { find: 'a', put: 'c' })).toBeUndefined();
  });
});

describe('the planted mistakes', () => {
  it.each(mistakes.map((mistake) => [mistake.name, mistake] as const))(
    '%s: still fits',
    (_, mistake) => {
      const file = new URL(`../../../../${mistake.file}`, import.meta.url);
      const text = readFileSync(file, 'utf8');
      const changed = applyMistake(text, mistake);
      expect(changed).not.toBe(text);
      expect(changed).toBeDefined();
    },
  );

  it('have names of their own', () => {
    const names = mistakes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
