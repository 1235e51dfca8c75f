/** What a client has read from its complete ring, in words. */
import { completeStatus, completionOf, low16 } from '../../../src/memory/entries.ts';

export interface ReadCompletion {
  readonly shard: number;
  readonly completion: number;
  readonly status: number;
  readonly slot: number;
  readonly detail: number;
}

export function readCompletion(shard: number, head: number, detail: number): ReadCompletion {
  return {
    shard,
    completion: completionOf(head),
    status: completeStatus(head),
    slot: low16(head),
    detail,
  };
}
