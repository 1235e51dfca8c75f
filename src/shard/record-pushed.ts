/**
 * First part of a takeover: an output is pushed, then recorded, so a shard that died between the two has pushed one
 * entry whose record is missing. It can only be the last one of a ring, and only one that nobody has been shown.
 */
import { COMPLETION, completionOf, DELIVER, deliverOp, loanOf, low16 } from '../memory/entries.ts';
import {
  CELL,
  CELL_STATE,
  CELL_TOLD,
  CELL_WORDS,
  cellLoan,
  cellState,
  isOnLoan,
  LEDGER,
  lendCell,
  recordGen,
  recordState,
  setRecord,
} from '../memory/ledger.ts';
import { get, put } from '../memory/seam.ts';
import { GEN } from '../memory/slot-header.ts';
import type { ShardLink } from './shard-link.ts';

export function recordPushed(link: ShardLink): void {
  if (link.deliver.hasUnpublished) recordDelivery(link);
  if (link.complete.hasUnpublished) recordCompletion(link);
}

function recordDelivery(link: ShardLink): void {
  const head = link.deliver.last(0);
  const at = low16(head) * CELL_WORDS;
  const word = get(link.cellWords, at + CELL_STATE);
  const state = cellState(word);
  if (deliverOp(head) === DELIVER) {
    const lent = lendCell(word);
    if (state === CELL.waiting && cellLoan(lent) === loanOf(head)) {
      put(link.cellWords, at + CELL_STATE, lent);
    }
  } else if (isOnLoan(state) && cellLoan(word) === loanOf(head)) {
    put(link.cellWords, at + CELL_STATE, word | CELL_TOLD);
  }
}

/** Its owner cannot have touched the slot: it has not been shown the entry. */
function recordCompletion(link: ShardLink): void {
  const head = link.complete.last(0);
  const slot = low16(head);
  const kind = completionOf(head);
  if (kind === COMPLETION.final || kind === COMPLETION.release) {
    setRecord(link.ledger, slot, link.header(slot, GEN), LEDGER.done);
    return;
  }
  const state = recordState(link.ledger, slot);
  if (state !== LEDGER.routed && state !== LEDGER.refused) return;
  const next = kind === COMPLETION.count ? LEDGER.early : LEDGER.held;
  setRecord(link.ledger, slot, recordGen(link.ledger, slot), next);
}
