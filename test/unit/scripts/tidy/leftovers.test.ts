import { describe, expect, it } from 'vitest';
import { focusedTests, notes, skippedTests } from '../../../../scripts/tidy/leftovers.ts';
import { placesFound, planted } from './planted.ts';

describe('notes', () => {
  it.each(['// TODO: later', '// FIXME', '/* XXX */'])('catches `%s`', (line) => {
    expect(placesFound(notes, planted('src/a.ts', '', line))).toEqual(['src/a.ts:2']);
    expect(placesFound(notes, planted('docs/a.md', line))).toEqual(['docs/a.md:1']);
  });

  it('leaves longer words alone', () => {
    expect(placesFound(notes, planted('src/a.ts', 'const TODOS = MAXXXL;'))).toEqual([]);
  });
});

describe('focusedTests', () => {
  it.each(["it.only('x', f);", "describe.only('x', f);", "it.concurrent.only('x', f);"])(
    'catches `%s`',
    (line) => {
      expect(placesFound(focusedTests, planted('test/a.test.ts', line))).toEqual([
        'test/a.test.ts:1',
      ]);
    },
  );
});

describe('skippedTests', () => {
  it.each([
    "it.skip('x', f);",
    "describe.skipIf(absent)('x', f);",
    "it.todo('x');",
    'context.skip();',
  ])('catches `%s` without a reason', (line) => {
    expect(placesFound(skippedTests, planted('test/a.test.ts', '', line))).toEqual([
      'test/a.test.ts:2',
    ]);
  });

  it('accepts a test that says why it is left out', () => {
    const file = planted(
      'test/a.test.ts',
      '// The shared cases lie beside the repository, not in it.',
      "it.skipIf(absent)('x', f);",
      "it.skip('y', f); // Node 22 alone can do this.",
      "context.skip('no second core');",
    );
    expect(placesFound(skippedTests, file)).toEqual([]);
  });
});
