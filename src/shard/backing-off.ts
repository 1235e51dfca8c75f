/**
 * Deliveries that wait in BACKOFF until they look for a target again; when that is, their link's timer wheel knows. One
 * whose handler has never started keeps back later messages of its sender and key, and later deliveries of them here:
 * they would overtake it. Bounded by the cells.
 */
import type { ShardLink } from './shard-link.ts';

/** Deliveries of one sender and key that have not been handed to a handler, in the order of sending. */
interface Lane {
  readonly sender: ShardLink;
  /** As `ShardLink.keyOf` names it. */
  readonly key: number;
  readonly waiting: { readonly delivery: number; readonly seq: number }[];
}

export class BackingOff {
  /** Undefined: it has been handed to a handler before, so nothing is overtaken. */
  readonly #lanes = new Map<number, Lane | undefined>();
  readonly #byKey = new Map<ShardLink, Map<number, Lane>>();

  get size(): number {
    return this.#lanes.size;
  }

  has(delivery: number): boolean {
    return this.#lanes.has(delivery);
  }

  /** Again, or anew. `isFirst`: no handler has had the message in `slot` of `sender` by this delivery. */
  add(delivery: number, sender: ShardLink, slot: number, key: number, isFirst: boolean): void {
    this.delete(delivery);
    if (!isFirst) {
      this.#lanes.set(delivery, undefined);
      return;
    }
    const keys = this.#byKey.get(sender) ?? new Map<number, Lane>();
    const lane = keys.get(key) ?? { sender, key, waiting: [] };
    lane.waiting.push({ delivery, seq: sender.seqOf(slot) });
    lane.waiting.sort((a, b) => a.seq - b.seq);
    keys.set(key, lane);
    this.#byKey.set(sender, keys);
    this.#lanes.set(delivery, lane);
  }

  /** True: nothing keeps back the later messages of its sender and key any more. */
  delete(delivery: number): boolean {
    const lane = this.#lanes.get(delivery);
    this.#lanes.delete(delivery);
    if (lane === undefined) return false;
    lane.waiting.splice(
      lane.waiting.findIndex((one) => one.delivery === delivery),
      1,
    );
    if (lane.waiting.length > 0) return false;
    const keys = this.#byKey.get(lane.sender);
    keys?.delete(lane.key);
    if (keys?.size === 0) this.#byKey.delete(lane.sender);
    return true;
  }

  /** Whether a new message of this sender and key has to wait. */
  keepsBack(sender: ShardLink, key: number): boolean {
    return this.#byKey.get(sender)?.has(key) ?? false;
  }

  /** It may look for a target; otherwise an earlier one of its key comes first. */
  isNext(delivery: number): boolean {
    const lane = this.#lanes.get(delivery);
    return lane === undefined || lane.waiting[0]?.delivery === delivery;
  }
}
