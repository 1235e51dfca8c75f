/** How large a world of whole cores is. */
import { PAGE_BYTES } from '../../../src/memory/heap.ts';

export interface WorldSize {
  readonly shards?: number;
  readonly clients?: number;
  /** Clients whose ids differ, ever: more may come when others have left. */
  readonly ids?: number;
  readonly slots?: number;
  readonly cells?: number;
  readonly heapBytes?: number;
  readonly batchSize?: number;
  readonly maxMessageBytes?: number;
  readonly targets?: number;
  /** Failure reports that a shard keeps for a client. */
  readonly reportsWindow?: number;
  /** Handled ids that a shard remembers. */
  readonly handledIds?: number;
  /** Where all rings start; they wrap. */
  readonly startPosition?: number;
}

export const SIZE: Required<WorldSize> = {
  shards: 1,
  clients: 2,
  ids: 32_768,
  slots: 16,
  cells: 32,
  heapBytes: 4 * PAGE_BYTES,
  batchSize: 100,
  maxMessageBytes: 16 * 1024,
  targets: 32,
  reportsWindow: 8,
  handledIds: 32,
  startPosition: 0,
};
