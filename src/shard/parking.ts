/**
 * Messages that wait in the shard for room, in queues that stand at what they wait for: a balance set or one target. A
 * message that would wait for something joins its queue even if there is room by then, so nothing is overtaken; one whose
 * forerunner of the same key waits joins that one, whatever it needs itself.
 * Bounded by the clients' slots: a parked message keeps its slot. The links of a queue lie at the messages' own
 * clients (`Parking`), named by references, `client << 16 | slot`.
 */
import { packRef, refClient, refSlot } from '../memory/entries.ts';
import { KIND, KIND_MASK } from '../memory/slot-header.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import type { ShardLink } from './shard-link.ts';
import type { Target } from './target.ts';

const NONE = -1;

/** By slot of one client: neighbours in the queue, and the queue; and those of one key, in the order of sending. */
export class Parking {
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly queues: (WaitQueue | undefined)[];
  /** The endpoint with a queue limit that counts the message while it waits. */
  readonly countedBy: (Target | undefined)[];
  count = 0;
  /** By `ShardLink.keyOf`. */
  readonly #lastOfKey = new Map<number, number>();
  readonly #earlier: Int32Array;
  readonly #later: Int32Array;

  constructor(slots: number) {
    this.#earlier = new Int32Array(slots).fill(NONE);
    this.#later = new Int32Array(slots).fill(NONE);
    this.next = new Int32Array(slots).fill(NONE);
    this.previous = new Int32Array(slots).fill(NONE);
    this.queues = new Array<WaitQueue | undefined>(slots).fill(undefined);
    this.countedBy = new Array<Target | undefined>(slots).fill(undefined);
  }

  /** Where the message before the one in `slot`, of the same key, waits; undefined: it waits no more. */
  queueBefore(slot: number, key: number): WaitQueue | undefined {
    const isParked = this.queues[slot] !== undefined;
    const earlier = isParked ? (this.#earlier[slot] as number) : this.#lastOfKey.get(key);
    return earlier === undefined || earlier === NONE ? undefined : this.queues[earlier];
  }

  /** The latest of its key, which is parked. */
  join(slot: number, key: number): void {
    const last = this.#lastOfKey.get(key) ?? NONE;
    this.#earlier[slot] = last;
    this.#later[slot] = NONE;
    if (last !== NONE) this.#later[last] = slot;
    this.#lastOfKey.set(key, slot);
    this.count += 1;
  }

  /** The next of its key; −1: none. */
  after(slot: number): number {
    return this.#later[slot] as number;
  }

  /** True: a later one of its key is parked. */
  leave(slot: number, key: number): boolean {
    const earlier = this.#earlier[slot] as number;
    const later = this.#later[slot] as number;
    if (earlier !== NONE) this.#later[earlier] = later;
    if (later !== NONE) this.#earlier[later] = earlier;
    else if (earlier !== NONE) this.#lastOfKey.set(key, earlier);
    else this.#lastOfKey.delete(key);
    this.count -= 1;
    this.countedBy[slot]?.addWaiting(-1);
    this.countedBy[slot] = undefined;
    return later !== NONE;
  }

  /** While it waits it counts at `target`. */
  countAt(slot: number, target: Target): void {
    this.countedBy[slot] = target;
    target.addWaiting(1);
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

  /** A message that was not parked. */
  push(link: ShardLink, slot: number): void {
    link.parking.join(slot, link.keyOf(slot));
    if (isEvent(link, slot)) link.hold(slot);
    this.#append(link, slot);
  }

  /** The oldest goes on waiting in another queue, and with it what is behind it here of its key: it would overtake it. */
  moveFirst(to: WaitQueue): void {
    const link = this.#links[refClient(this.#first)] as ShardLink;
    const { parking } = link;
    for (let slot = refSlot(this.#first); slot !== NONE; slot = parking.after(slot)) {
      if (parking.queues[slot] !== this) continue;
      this.#cut(link, slot);
      to.#append(link, slot);
    }
  }

  /** Takes a message out, wherever it stands. True: a later one of its key is parked. */
  remove(link: ShardLink, slot: number): boolean {
    this.#cut(link, slot);
    if (isEvent(link, slot)) link.letGo(slot);
    return link.parking.leave(slot, link.keyOf(slot));
  }

  #append(link: ShardLink, slot: number): void {
    const { parking } = link;
    const ref = packRef(link.client, slot);
    parking.queues[slot] = this;
    parking.next[slot] = NONE;
    parking.previous[slot] = this.#last;
    if (this.#last === NONE) this.#first = ref;
    else this.#parkingOf(this.#last).next[refSlot(this.#last)] = ref;
    this.#last = ref;
  }

  #cut(link: ShardLink, slot: number): void {
    const { parking } = link;
    const next = parking.next[slot] as number;
    const previous = parking.previous[slot] as number;
    parking.queues[slot] = undefined;
    if (previous === NONE) this.#first = next;
    else this.#parkingOf(previous).next[refSlot(previous)] = next;
    if (next === NONE) this.#last = previous;
    else this.#parkingOf(next).previous[refSlot(next)] = previous;
  }

  #parkingOf(ref: number): Parking {
    return (this.#links[refClient(ref)] as ShardLink).parking;
  }
}

/** Events wait for subscriptions that block; with them, what is behind one of its key. */
function isEvent(link: ShardLink, slot: number): boolean {
  return (link.header(slot, KIND) & KIND_MASK) === MESSAGE_KIND.event;
}

/** The message in `slot` is parked no more: placed, or settled. True: a later one of its key is parked. */
export function unpark(link: ShardLink, slot: number): boolean {
  if (link.parking.count === 0) return false;
  return link.parking.queues[slot]?.remove(link, slot) ?? false;
}
