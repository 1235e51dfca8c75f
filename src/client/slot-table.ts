/**
 * The client's own view of its slots: which are free (first in, first out; some kept for replies), and what the sender
 * wants to know of those in use. A slot is used again only after its release was read.
 */
import { BlockQueue } from '../memory/block-queue.ts';
import { get } from '../memory/seam.ts';
import { GEN, GEN_MASK, SLOT_WORDS } from '../memory/slot-header.ts';
import type { FlushBatch } from './flush-batch.ts';
import type { InternedKey } from './interner.ts';
import type { Pending } from './pending.ts';

export const NO_SLOT = -1;

/**
 * free → busy → (settled, still on loan; or left behind: on loan to a handler for which nobody waits any more; or
 * waiting for failure reports) → free
 */
export const SLOT = { free: 0, busy: 1, settled: 2, reporting: 3, leftBehind: 4 } as const;

export class SlotTable {
  readonly count: number;
  readonly headers: Int32Array;
  readonly state: Uint8Array;
  readonly keys: (InternedKey | undefined)[];
  readonly pending: (Pending | undefined)[];
  /** The flush batch that the message in the slot belongs to. */
  readonly batches: (FlushBatch | undefined)[];
  /** Failure reports read for the message in the slot. */
  readonly reports: Uint8Array;
  readonly #free = new BlockQueue();
  readonly #reserve: number;

  /** `reserve` slots are left for replies. */
  constructor(headers: Int32Array, count: number, reserve: number) {
    this.count = count;
    this.headers = headers;
    this.state = new Uint8Array(count);
    this.keys = new Array<InternedKey | undefined>(count).fill(undefined);
    this.pending = new Array<Pending | undefined>(count).fill(undefined);
    this.batches = new Array<FlushBatch | undefined>(count).fill(undefined);
    this.reports = new Uint8Array(count);
    this.#reserve = reserve;
    for (let slot = 0; slot < count; slot++) this.#free.put(slot);
  }

  get used(): number {
    return this.count - this.#free.length;
  }

  /** Whether a message may take a slot; replies may take the reserve too. */
  hasRoom(isReply: boolean): boolean {
    return this.#free.length > (isReply ? 0 : this.#reserve);
  }

  /** Only where `hasRoom`. */
  take(): number {
    return this.#free.take();
  }

  /** Puts back a slot that was taken and not submitted, or whose release was read. */
  put(slot: number): void {
    this.state[slot] = SLOT.free;
    this.keys[slot] = undefined;
    this.pending[slot] = undefined;
    this.reports[slot] = 0;
    this.#free.put(slot);
  }

  /** The generation to write for the next use. */
  nextGen(slot: number): number {
    return (get(this.headers, slot * SLOT_WORDS + GEN) + 1) & GEN_MASK;
  }
}
