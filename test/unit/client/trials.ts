/** What breakers of a world hold, trials that are out and claims on giving one, and what ordered endpoints have. */
import { BREAKER_CLAIM } from '../../../src/memory/breaker-words.ts';
import { BREAKER_WORDS } from '../../../src/memory/control-words.ts';
import { refClient, refSlot } from '../../../src/memory/entries.ts';
import {
  CELL_REF,
  CELL_STATE,
  CELL_TARGET,
  CELL_TRIAL,
  CELL_WORDS,
  cellState,
  isOnLoan,
} from '../../../src/memory/ledger.ts';
import { LOAD_TRIALS, LOAD_WORDS } from '../../../src/memory/shard-memory.ts';
import { KEY_HASH, SLOT_WORDS } from '../../../src/memory/slot-header.ts';
import type { CoreWorld } from './core-world.ts';

/** Trials of all targets together, as the shards count them, and shards that count them right now. */
export function heldByBreakers({ control, shardMemories, size }: CoreWorld): {
  readonly trials: number;
  readonly claims: number;
} {
  let trials = 0;
  let claims = 0;
  for (let target = 0; target < size.targets; target++) {
    for (const { loads } of shardMemories)
      trials += loads[target * LOAD_WORDS + LOAD_TRIALS] as number;
    if (control.breakers[target * BREAKER_WORDS + BREAKER_CLAIM] !== 0) claims += 1;
  }
  return { trials, claims };
}

/** Keys, by their hashes, of the deliveries that a target has on loan. */
export function lentOfKeys({ clientMemories, links }: CoreWorld, target: number): number[] {
  const hashes: number[] = [];
  eachCell(links, target, (cellWords, at) => {
    if (!isOnLoan(cellState(cellWords[at + CELL_STATE] as number))) return;
    const ref = cellWords[at + CELL_REF] as number;
    const headers = clientMemories[refClient(ref)]?.headers;
    hashes.push(headers?.[refSlot(ref) * SLOT_WORDS + KEY_HASH] as number);
  });
  return hashes;
}

/** Deliveries of a target that are trials. */
export function trialsOf({ links }: CoreWorld, target: number): number {
  let trials = 0;
  eachCell(links, target, (cellWords, at) => {
    if (((cellWords[at + CELL_STATE] as number) & CELL_TRIAL) !== 0) trials += 1;
  });
  return trials;
}

/** Cells that name this target. The simulator looks at all of them after each of its steps. */
function eachCell(
  links: CoreWorld['links'],
  target: number,
  look: (cellWords: Int32Array, at: number) => void,
): void {
  for (const ofShard of links) {
    for (const { cellWords, cells } of ofShard) {
      const end = cells * CELL_WORDS;
      for (let at = 0; at < end; at += CELL_WORDS) {
        if (cellWords[at + CELL_TARGET] === target) look(cellWords, at);
      }
    }
  }
}
