import { describe, expect, it } from 'vitest';
import { COMPLETE_WORDS, DELIVER_WORDS } from '../../../src/memory/entries.ts';
import { CELL_WORDS, LEDGER_WORDS } from '../../../src/memory/ledger.ts';
import { LINE_WORDS, WORD_BYTES } from '../../../src/memory/line.ts';
import * as links from '../../../src/memory/link-memory.ts';
import { overlaps, sharedLines } from '../../helpers/regions.ts';

const SIZES = [
  { slots: 1, cells: 1 },
  { slots: 3, cells: 5 },
  { slots: 64, cells: 16 },
  { slots: 16_384, cells: 4096 },
  { slots: 65_536, cells: 65_536 },
];

const regionsOf = (link: links.LinkMemory): Int32Array[] => [
  link.words,
  link.submit,
  link.marks,
  link.deliver,
  link.complete,
  link.ledger,
  link.cellWords,
];

describe.each(SIZES)('a link of $slots slots and $cells cells', ({ slots, cells }) => {
  const link = links.createLink(3, 1, { slots, cells });

  it('has regions that do not overlap, begin on lines of their own and lie inside the buffer', () => {
    const regions = regionsOf(link);
    const lineBytes = LINE_WORDS * WORD_BYTES;
    expect(overlaps(regions)).toEqual([]);
    expect(sharedLines(regions, lineBytes)).toEqual([]);
    const end = Math.max(...regions.map((view) => view.byteOffset + view.byteLength));
    expect(end).toBeLessThanOrEqual(link.buffer.byteLength);
  });

  it('has rings of the capacities that counting asks for, powers of two and no larger', () => {
    const capacities = [
      [link.submit.length, 4 * slots + cells],
      [link.deliver.length / DELIVER_WORDS, 3 * cells],
      [link.complete.length / COMPLETE_WORDS, 2 * slots],
    ] as const;
    for (const [capacity, needed] of capacities) {
      expect(Math.log2(capacity) % 1).toBe(0);
      expect(capacity).toBeGreaterThanOrEqual(needed);
      expect(capacity).toBeLessThan(2 * needed);
    }
  });

  it('has a record for every slot, and a mark and words for every cell', () => {
    expect(link.ledger.length).toBe(slots * LEDGER_WORDS);
    expect(link.cellWords.length).toBe(cells * CELL_WORDS);
    expect(link.marks.length).toBe(cells * links.MARK_WORDS);
  });

  it('is the same memory when another thread opens its handle', () => {
    const { client, shard, buffer } = link;
    const opened = links.openLink({ client, shard, slots, cells, buffer });
    regionsOf(opened).forEach((view, index) => {
      const made = regionsOf(link)[index] as Int32Array;
      expect([view.byteOffset, view.length]).toEqual([made.byteOffset, made.length]);
      expect(view.buffer).toBe(made.buffer);
    });
    expect([opened.client, opened.shard]).toEqual([3, 1]);
  });
});

describe('the head of a link', () => {
  const WRITERS = {
    client: [links.TAIL, links.PTAIL],
    shard: [
      links.DTAIL,
      links.CTAIL,
      links.DPTAIL,
      links.CPTAIL,
      links.DONE,
      links.ROUTED,
      links.START,
      links.CLEARED,
    ],
  };

  it('puts words of different writers on different lines', () => {
    const lines = (words: number[]): number[] => words.map((word) => Math.floor(word / LINE_WORDS));
    const shared = lines(WRITERS.client).filter((line) => lines(WRITERS.shard).includes(line));
    expect(shared).toEqual([]);
  });

  it('puts every Atomics word on a line of its own', () => {
    const atomics = [links.TAIL, links.DTAIL, links.CTAIL];
    const all = [...WRITERS.client, ...WRITERS.shard];
    for (const word of atomics) {
      const line = Math.floor(word / LINE_WORDS);
      expect(all.filter((other) => Math.floor(other / LINE_WORDS) === line)).toEqual([word]);
    }
    expect(new Set(all).size).toBe(all.length);
  });

  it('starts all positions where it is told and leaves everything else zero', () => {
    const link = links.createLink(0, 0, { slots: 2, cells: 2 }, -16);
    const positions = [...WRITERS.client, ...WRITERS.shard];
    for (const word of positions) expect(link.words[word]).toBe(-16);
    const rest = new Int32Array(link.buffer).filter((value) => value !== 0);
    expect(rest).toHaveLength(positions.length);
  });
});

describe('why a loan was given back unhandled', () => {
  it('is known of that loan alone, and never taken for a delay', () => {
    const word = links.packReject(0x7ff, 4);
    expect(word).toBeLessThan(0);
    expect(links.rejectReason(word, 0x7ff)).toBe(4);
    expect(links.rejectReason(word, 0x7fe)).toBeUndefined();
    expect([0, 1, 8].map((delay) => links.rejectReason(delay, 0))).toEqual(
      Array(3).fill(undefined),
    );
    expect(links.rejectReason(links.packReject(0, 0), 0)).toBe(0);
  });
});
