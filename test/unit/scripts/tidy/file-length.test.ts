import { describe, expect, it } from 'vitest';
import { fileLength, LINES_MAX } from '../../../../scripts/tidy/file-length.ts';
import { placesFound, planted } from './planted.ts';

describe('fileLength', () => {
  it('accepts a file of exactly the limit', () => {
    expect(placesFound(fileLength, planted('src/a.ts', ...Array(LINES_MAX).fill('')))).toEqual([]);
  });

  it('catches one line more', () => {
    const long = planted('src/a.ts', ...Array(LINES_MAX + 1).fill(''));
    expect(placesFound(fileLength, long)).toEqual([`src/a.ts:${LINES_MAX + 1}`]);
  });

  it('lets documents be long', () => {
    expect(placesFound(fileLength, planted('a.md', ...Array(LINES_MAX + 1).fill('')))).toEqual([]);
  });
});
