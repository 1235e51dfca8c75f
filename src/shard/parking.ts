/**
 * Messages that wait in the shard for room. The queue stands at what they wait for, a balance set or one target, and
 * keeps their order; a later message of the same client and key joins the queue of the earlier one, so that none of a
 * key is overtaken. Bounded by the clients' slots: a parked message keeps its slot.
 */
import type { ShardLink } from './shard-link.ts';

export interface ParkedMessage {
  readonly link: ShardLink;
  readonly slot: number;
  readonly keyId: number;
  readonly queue: WaitQueue;
  /** Settled meanwhile (time-out, cancel): to be skipped. */
  gone: boolean;
}

export class WaitQueue {
  #items: ParkedMessage[] = [];
  #head = 0;

  push(item: ParkedMessage): void {
    this.#items.push(item);
  }

  /** The oldest that is not gone. */
  peek(): ParkedMessage | undefined {
    while (this.#head < this.#items.length && this.#items[this.#head]?.gone) this.#head += 1;
    if (this.#head > 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return this.#items[this.#head];
  }

  shift(): void {
    this.#head += 1;
  }
}

/** The parked messages of one client: by slot, and how many of each key. */
export class ParkedKeys {
  readonly #bySlot = new Map<number, ParkedMessage>();
  readonly #byKey = new Map<number, { count: number; queue: WaitQueue }>();

  get count(): number {
    return this.#bySlot.size;
  }

  /** The queue that the earlier messages of this key stand in. */
  queueOf(keyId: number): WaitQueue | undefined {
    return this.#byKey.size === 0 ? undefined : this.#byKey.get(keyId)?.queue;
  }

  add(item: ParkedMessage): void {
    this.#bySlot.set(item.slot, item);
    const key = this.#byKey.get(item.keyId);
    if (key) key.count += 1;
    else this.#byKey.set(item.keyId, { count: 1, queue: item.queue });
    item.queue.push(item);
  }

  /** The message in `slot` is parked no more: placed, or settled. */
  remove(slot: number): void {
    const item = this.#bySlot.get(slot);
    if (!item) return;
    item.gone = true;
    this.#bySlot.delete(slot);
    const key = this.#byKey.get(item.keyId);
    if (key && --key.count === 0) this.#byKey.delete(item.keyId);
  }

  /** Everything parked, oldest first. */
  items(): ParkedMessage[] {
    return [...this.#bySlot.values()];
  }
}
