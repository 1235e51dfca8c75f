/** The table of cases in docs/testing.md against the cases themselves, and against the tests that it names. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const cases = new URL('../shared/cases/', root);
const read = (path: string, from: URL = root): string => readFileSync(new URL(path, from), 'utf8');

/** By case: the cell beside it. */
const table = new Map(
  [...read('docs/testing.md').matchAll(/^\| ([A-K]\d+|bugs \d+) \| (.+) \|$/gm)].map((row) => [
    row[1] as string,
    row[2] as string,
  ]),
);
const testsOf = (cell: string): string[] =>
  [...cell.matchAll(/`(test\/[^`]+)`/g)].map((found) => found[1] as string);

/** The case's letter and number, or its number on a line that speaks of bugs. */
function mentions(text: string, id: string): boolean {
  const number = id.startsWith('bugs ') ? id.slice('bugs '.length) : undefined;
  const pattern =
    number === undefined
      ? new RegExp(`\\b${id}\\b`)
      : new RegExp(`\\bbugs?\\b.*\\b(?<![#/])${number}\\b`, 'i');
  return pattern.test(text);
}

describe('the table of cases', () => {
  // Left out where the repository stands alone: the cases are not part of it.
  it.skipIf(!existsSync(cases))('has every case (skipped without ../shared/cases)', () => {
    const behaviour = [...read('behaviour.md', cases).matchAll(/^([A-K]\d+) /gm)];
    const bugs = [...read('bugs.md', cases).matchAll(/^(\d+)\. /gm)];
    const ids = [...behaviour.map((found) => found[1]), ...bugs.map((found) => `bugs ${found[1]}`)];
    expect(ids.length).toBeGreaterThan(100);
    expect([...table.keys()].sort()).toEqual(ids.sort());
  });

  it('names tests that are there and name the case, or a reason', () => {
    const wrong: string[] = [];
    for (const [id, cell] of table) {
      const tests = testsOf(cell);
      if (tests.length === 0 && !/^(later: |applies; |does not apply: )/.test(cell)) wrong.push(id);
      for (const path of tests) {
        const text = existsSync(new URL(path, root)) ? read(path) : undefined;
        if (text === undefined) wrong.push(`${id}: there is no ${path}`);
        else if (!mentions(text, id)) wrong.push(`${id}: not named in ${path}`);
      }
    }
    expect(table.size).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});
