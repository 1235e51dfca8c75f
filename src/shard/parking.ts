/**
 * Messages that wait in the shard for room, in queues that stand at what they wait for: a balance set or one target. A
 * message that would wait for something joins its queue even if there is room by then, so nothing is overtaken.
 * Bounded by the clients' slots: a parked message keeps its slot. The links of a queue lie at the messages' own
 * clients (`Parking`), named by references, `client << 16 | slot`.
 */
import { packRef, refClient, refSlot } from '../memory/entries.ts';
import type { ShardLink } from './shard-link.ts';

const NONE = -1;

/** By slot of one client: neighbours in the queue, and the queue. */
export class Parking {
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly queues: (WaitQueue | undefined)[];
  count = 0;

  constructor(slots: number) {
    this.next = new Int32Array(slots).fill(NONE);
    this.previous = new Int32Array(slots).fill(NONE);
    this.queues = new Array<WaitQueue | undefined>(slots).fill(undefined);
  }
}

export class WaitQueue {
  readonly #links: readonly (ShardLink | undefined)[];
  #first = NONE;
  #last = NONE;

  /** `links`: the shard's links by client id. */
  constructor(links: readonly (ShardLink | undefined)[]) {
    this.#links = links;
  }

  get isEmpty(): boolean {
    return this.#first === NONE;
  }

  /** Reference of the oldest message, −1: none. */
  get first(): number {
    return this.#first;
  }

  push(link: ShardLink, slot: number): void {
    const { parking } = link;
    const ref = packRef(link.client, slot);
    parking.queues[slot] = this;
    parking.count += 1;
    parking.next[slot] = NONE;
    parking.previous[slot] = this.#last;
    if (this.#last === NONE) this.#first = ref;
    else this.#parkingOf(this.#last).next[refSlot(this.#last)] = ref;
    this.#last = ref;
  }

  /** Takes a message out, wherever it stands. */
  remove(link: ShardLink, slot: number): void {
    const { parking } = link;
    const next = parking.next[slot] as number;
    const previous = parking.previous[slot] as number;
    parking.queues[slot] = undefined;
    parking.count -= 1;
    if (previous === NONE) this.#first = next;
    else this.#parkingOf(previous).next[refSlot(previous)] = next;
    if (next === NONE) this.#last = previous;
    else this.#parkingOf(next).previous[refSlot(next)] = previous;
  }

  #parkingOf(ref: number): Parking {
    return (this.#links[refClient(ref)] as ShardLink).parking;
  }
}

/** The message in `slot` is parked no more: placed, or settled. */
export function unpark(link: ShardLink, slot: number): void {
  if (link.parking.count > 0) link.parking.queues[slot]?.remove(link, slot);
}
