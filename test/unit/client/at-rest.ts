/** What a world still holds when everything is over, by name: `{}` when nothing leaked. */
import { CELL_WORDS, cellState, recordState } from '../../../src/memory/ledger.ts';
import { type Held, heldByClient, heldByShard } from '../../helpers/leaks.ts';
import type { CoreWorld } from './core-world.ts';
import { heldByBreakers } from './trials.ts';

export function heldByWorld(world: CoreWorld, gone: readonly number[] = []): Held {
  const held: Held = {};
  for (const { core, id } of world.clients) {
    if (!gone.includes(id)) note(held, `client ${id}`, heldByClient(core));
  }
  world.shards.forEach(({ state }, shard) => {
    note(held, `shard ${shard}`, heldByShard(state));
    note(held, `shard ${shard}`, busyWords(world, shard));
  });
  for (const [name, count] of Object.entries(heldByBreakers(world))) {
    if (count > 0) held[name] = count;
  }
  return held;
}

function busyWords(world: CoreWorld, shard: number): Held {
  let records = 0;
  let cells = 0;
  for (const { ledger, cellWords, slots, cells: count } of world.links[shard] ?? []) {
    for (let slot = 0; slot < slots; slot++) if (recordState(ledger, slot) !== 0) records += 1;
    for (let cell = 0; cell < count; cell++) {
      if (cellState(cellWords[cell * CELL_WORDS] as number) !== 0) cells += 1;
    }
  }
  return { ...(records > 0 ? { records } : {}), ...(cells > 0 ? { cellWords: cells } : {}) };
}

function note(held: Held, owner: string, counts: Held): void {
  for (const [name, count] of Object.entries(counts)) held[`${owner}: ${name}`] = count;
}
