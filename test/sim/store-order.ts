/** Records the stores of production code by the names that the protocol gives the words. */
import { COMPLETE_WORDS, DELIVER_WORDS } from '../../src/memory/entries.ts';
import * as cells from '../../src/memory/ledger.ts';
import * as links from '../../src/memory/link-memory.ts';
import { replaceSeam, type Seam } from '../../src/memory/seam.ts';
import { CUR } from '../../src/memory/shard-memory.ts';
import * as header from '../../src/memory/slot-header.ts';
import type { SceneMemory } from './slot-scene.ts';

const HEAD_NAMES = new Map([
  [links.TAIL, 'TAIL'],
  [links.PTAIL, 'PTAIL'],
  [links.DTAIL, 'DTAIL'],
  [links.CTAIL, 'CTAIL'],
  [links.DPTAIL, 'DPTAIL'],
  [links.CPTAIL, 'CPTAIL'],
  [links.DONE, 'DONE'],
]);
const CELL_NAMES = new Map([
  [cells.CELL_REF, 'REF'],
  [cells.CELL_TARGET, 'TARGET'],
  [cells.CELL_FROM, 'FROM'],
  [cells.CELL_RESULT, 'RESULT'],
  [cells.CELL_DUE, 'DUE'],
  [cells.CELL_FROM_CLIENT, 'FROM_CLIENT'],
]);
const STATE_NAMES = new Map<number, string>(
  Object.entries(cells.CELL).map(([name, state]) => [state, name]),
);
const LEDGER_NAMES = new Map<number, string>(
  Object.entries(cells.LEDGER).map(([name, state]) => [state, name]),
);
const OTHER_WORD = '';

/** Runs `work` and names every store it makes, in order; repeated words of one ring entry count once. */
export function storesOf(
  memory: SceneMemory,
  work: () => void,
  mutate?: (seam: Pick<Seam, 'put'>) => Partial<Seam>,
): string[] {
  const names: string[] = [];
  const note = (view: Int32Array, index: number, value: number): void => {
    const name = nameOf(memory, view, index, value);
    if (name !== OTHER_WORD && names.at(-1) !== name) names.push(name);
  };
  const recording: Pick<Seam, 'put' | 'store'> = {
    put: (view, index, value) => {
      note(view, index, value);
      view[index] = value;
    },
    store: (view, index, value) => {
      note(view, index, value);
      Atomics.store(view, index, value);
    },
  };
  const restore = replaceSeam({ ...recording, ...mutate?.(recording) });
  try {
    work();
  } finally {
    restore();
  }
  return names;
}

function nameOf(memory: SceneMemory, view: Int32Array, index: number, value: number): string {
  if (view.buffer === memory.shard.buffer) {
    return index === CUR ? (value === 0 ? 'CUR none' : `CUR ${value - 1}`) : OTHER_WORD;
  }
  const client = memory.clients.findIndex(({ buffer }) => buffer === view.buffer);
  if (client >= 0) return `${client} header ${Math.floor(index / header.SLOT_WORDS)}`;
  const link = memory.links.find(({ buffer }) => buffer === view.buffer);
  if (link === undefined) return OTHER_WORD;
  return `${link.client} ${linkWord(link, view, index, value)}`;
}

function linkWord(link: links.LinkMemory, view: Int32Array, index: number, value: number): string {
  switch (view.byteOffset) {
    case link.words.byteOffset:
      return HEAD_NAMES.get(index) ?? `word ${index}`;
    case link.submit.byteOffset:
      return 'submit entry';
    case link.deliver.byteOffset:
      return `deliver entry ${Math.floor(index / DELIVER_WORDS)}`;
    case link.complete.byteOffset:
      return `complete entry ${Math.floor(index / COMPLETE_WORDS)}`;
    case link.marks.byteOffset:
      return `mark ${index}`;
    case link.ledger.byteOffset:
      return index % 2 === 0
        ? `record ${index / 2} ${LEDGER_NAMES.get(value & 7)}`
        : `detail ${(index - 1) / 2}`;
    default:
      return cellWord(index, value);
  }
}

function cellWord(index: number, value: number): string {
  const cell = Math.floor(index / cells.CELL_WORDS);
  const word = index % cells.CELL_WORDS;
  if (word !== cells.CELL_STATE) return `cell ${cell} ${CELL_NAMES.get(word)}`;
  return `cell ${cell} ${STATE_NAMES.get(value & 7)}`;
}
