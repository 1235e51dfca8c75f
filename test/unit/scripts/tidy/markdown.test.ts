import { describe, expect, it } from 'vitest';
import { oneTitle, relativeLinks } from '../../../../scripts/tidy/markdown.ts';
import { placesFound, planted } from './planted.ts';

describe('oneTitle', () => {
  it('accepts one title, whatever stands in fenced code', () => {
    const file = planted('a.md', '# Title', '## Part', '```sh', '# a comment', '```');
    expect(placesFound(oneTitle, file)).toEqual([]);
  });

  it('catches a document with no title', () => {
    expect(placesFound(oneTitle, planted('a.md', '## Part'))).toEqual(['a.md:1']);
  });

  it('catches a second title', () => {
    expect(placesFound(oneTitle, planted('a.md', '# One', '', '# Two'))).toEqual(['a.md:3']);
  });
});

describe('relativeLinks', () => {
  const guide = planted(
    'docs/guide.md',
    '# Guide',
    '## How it `waits`, briefly',
    '## Twice',
    '## Twice',
  );
  const source = planted('src/index.ts');

  it('accepts files, directories, headings and addresses of the web', () => {
    const file = planted(
      'docs/a.md',
      '# A',
      '[1](guide.md) [2](./guide.md#how-it-waits-briefly) [3](guide.md#twice-1) [4](#a)',
      '[5](../src/index.ts) [6](../src/) [7](https://example.org/x.md) [8](mailto:a@example.org)',
      '[9]: ../src/index.ts',
      'Code is not a link: `[x](absent.md)`.',
    );
    expect(placesFound(relativeLinks, file, guide, source)).toEqual([]);
  });

  it.each([
    '[x](absent.md)',
    '![x](../absent.png)',
    '[x]: absent.md',
    '[x](guide.md#absent)',
    '[x](#absent)',
  ])('catches `%s`', (line) => {
    const file = planted('docs/a.md', '# A', line);
    expect(placesFound(relativeLinks, file, guide)).toEqual(['docs/a.md:2']);
  });
});
