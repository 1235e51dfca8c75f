/** The entry that a shard had in hand when it died: what its successor still has to do of it. */
import { low16, STATUS, SUBMIT, submitOp } from '../memory/entries.ts';
import { recordGen } from '../memory/ledger.ts';
import { GEN, KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import { resumeReport, resumeResponse } from './replies.ts';
import { finish } from './settle.ts';
import type { ShardLink } from './shard-link.ts';
import type { ShardState } from './shard-state.ts';

/**
 * False: it is to be taken like any other, since repeating what was done of it changes nothing. `isSkipped`: it has
 * killed its shard too often, and fails unless it was taken already.
 */
export function resume(
  shard: ShardState,
  link: ShardLink,
  entry: number,
  isSkipped: boolean,
): boolean {
  if (submitOp(entry) !== SUBMIT) return false;
  const slot = low16(entry);
  const gen = link.header(slot, GEN);
  if (recordGen(link.ledger, slot) !== gen) {
    if (!isSkipped) return false;
    link.inCare += 1;
    finish(link, slot, gen, STATUS.died, 0);
    return true;
  }
  const kind = link.header(slot, KIND) & KIND_MASK;
  if (kind === MESSAGE_KIND.response) resumeResponse(shard, link, slot);
  else if (kind === MESSAGE_KIND.failureReport) resumeReport(shard, link, slot);
  return true;
}
