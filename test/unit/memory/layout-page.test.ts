import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as clientMemory from '../../../src/memory/client-memory.ts';
import * as handledWords from '../../../src/memory/handled-words.ts';
import * as ledger from '../../../src/memory/ledger.ts';
import * as linkMemory from '../../../src/memory/link-memory.ts';
import * as shardMemory from '../../../src/memory/shard-memory.ts';
import * as slotHeader from '../../../src/memory/slot-header.ts';

const page = readFileSync(new URL('../../../docs/memory-layout.md', import.meta.url), 'utf8');

/** The rows of the table under a heading: a name in backquotes, then numbers. */
function rowsUnder(heading: string): [string, number[]][] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.matchAll(/^\| `(\w+)` \| (\d+) \|(?: (\d+) \|)?/gm);
  return [...rows].map(([, name, ...cells]) => [
    name as string,
    cells.filter((cell) => cell !== undefined).map(Number),
  ]);
}

/** Constants of a module that say where a word lies. */
function numbersOf(module: object): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const [name, value] of Object.entries<unknown>(module as Record<string, unknown>)) {
    if (typeof value === 'number') numbers.set(name, value);
  }
  return numbers;
}

describe('the memory layout page', () => {
  const wordTables: [string, object, number][] = [
    ['Client: control words', clientMemory, 10],
    ['Client: slot header', slotHeader, slotHeader.SLOT_WORDS],
    ['Shard: control words', shardMemory, 6],
    ['Shard: handled ids', handledWords, 3],
    ['Link: head', linkMemory, 10],
    ['Link: cell', ledger, 8],
  ];

  it.each(wordTables)('says where the words lie: %s', (heading, module, count) => {
    const rows = rowsUnder(heading);
    const constants = numbersOf(module);
    expect(rows).toHaveLength(count);
    expect(rows).toEqual(rows.map(([name]) => [name, [constants.get(name)]]));
  });

  it('says where the regions of a link lie', () => {
    const link = linkMemory.createLink(0, 0, { slots: 16_384, cells: 8192 });
    const views = Object.entries(link).filter(([, value]) => value instanceof Int32Array);
    expect(new Map(rowsUnder('Link: regions'))).toEqual(
      new Map(views.map(([name, { byteOffset, length }]) => [name, [byteOffset, length]])),
    );
  });
});
