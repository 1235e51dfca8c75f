import { describe, expect, it } from 'vitest';
import * as clients from '../../../src/memory/client-memory.ts';
import { LINE_WORDS, WORD_BYTES } from '../../../src/memory/line.ts';
import { SLOT_WORDS } from '../../../src/memory/slot-header.ts';
import { overlaps, sharedLines } from '../../helpers/regions.ts';

const LINE_BYTES = LINE_WORDS * WORD_BYTES;
const lineOf = (word: number): number => Math.floor(word / LINE_WORDS);

describe('client memory', () => {
  const memory = clients.createClientMemory(7, 5, 4096);
  const { words, counters, shapes, headers } = memory;
  const regions = [words, counters, shapes.words, headers];

  it('has regions that share no line and lie inside the buffer', () => {
    expect(overlaps(regions)).toEqual([]);
    expect(sharedLines(regions, LINE_BYTES)).toEqual([]);
    const end = Math.max(...regions.map((view) => view.byteOffset + view.byteLength));
    expect(end).toBeLessThanOrEqual(memory.buffer.byteLength);
  });

  it('puts each header on one cache line', () => {
    expect(memory.headers.length).toBe(5 * SLOT_WORDS);
    expect(memory.headers.byteOffset % (SLOT_WORDS * WORD_BYTES)).toBe(0);
  });

  it('aligns its counters, so that none is torn', () => {
    expect(memory.counters.byteOffset % Float64Array.BYTES_PER_ELEMENT).toBe(0);
  });

  it('keeps PARKED, BELL, the liveness words and PERMIT apart, since others write them', () => {
    const lines = [clients.PARKED, clients.BELL, clients.STATE, clients.PERMIT].map(lineOf);
    expect(new Set(lines).size).toBe(4);
    expect(lineOf(clients.BEAT)).toBe(lineOf(clients.STATE));
    expect(memory.words.length).toBe((Math.max(...lines) + 1) * LINE_WORDS);
  });

  it('is the same memory when another thread opens its handle', () => {
    const { id, number, slots, buffer, heap } = memory;
    const opened = clients.openClientMemory({ id, number, slots, buffer, heap });
    memory.words[clients.BELL] = 1;
    memory.counters[47] = 2;
    memory.shapes.bytes[clients.SHAPE_BYTES - 1] = 3;
    memory.headers[5 * SLOT_WORDS - 1] = 4;
    memory.bytes[4095] = 5;
    expect([
      opened.words[clients.BELL],
      opened.counters[47],
      opened.shapes.bytes[clients.SHAPE_BYTES - 1],
      opened.headers[5 * SLOT_WORDS - 1],
      opened.bytes[4095],
    ]).toEqual([1, 2, 3, 4, 5]);
    expect(opened.id).toBe(7);
  });
});
