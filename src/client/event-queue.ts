/** A subscription's queue: first in, first out, bounded in events and bytes by whoever fills it. */
import type { Loan } from './loan.ts';
import type { ReceivedMessage } from './message.ts';

export interface QueuedEvent {
  readonly message: ReceivedMessage;
  readonly bytes: number;
  /** The end of its ttl, ms since the bus epoch; NO_DEADLINE: none. */
  readonly expires: number;
  /** Still to be given back: subscriptions that block or acknowledge. */
  readonly loan: Loan | undefined;
  /** The delivery that it came by. */
  readonly source: Loan;
}

/** Events and bytes at most. */
interface Bound {
  readonly capacity: number;
  readonly capacityBytes: number;
}

export class EventQueue {
  #items: (QueuedEvent | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  isOver({ capacity, capacityBytes }: Bound): boolean {
    return this.length > capacity || this.#bytes > capacityBytes;
  }

  isHalfEmpty({ capacity, capacityBytes }: Bound): boolean {
    return this.length * 2 <= capacity && this.#bytes * 2 <= capacityBytes;
  }

  push(event: QueuedEvent): void {
    this.#items.push(event);
    this.#bytes += event.bytes;
  }

  get first(): QueuedEvent | undefined {
    return this.#items[this.#head];
  }

  /** Before those that were sent later: events of several shards come in any order. */
  insert(event: QueuedEvent): void {
    const items = this.#items;
    let place = items.length;
    while (place > this.#head && isLater((items[place - 1] as QueuedEvent).source, event.source)) {
      place -= 1;
    }
    items.splice(place, 0, event);
    this.#bytes += event.bytes;
  }

  /** The newest. */
  pop(): QueuedEvent | undefined {
    if (this.length === 0) return undefined;
    const event = this.#items.pop() as QueuedEvent;
    this.#bytes -= event.bytes;
    if (this.length === 0) this.#reset();
    return event;
  }

  shift(): QueuedEvent | undefined {
    const event = this.#items[this.#head];
    if (event === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= event.bytes;
    if (this.#head === this.#items.length) {
      this.#reset();
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }

  #reset(): void {
    this.#items = [];
    this.#head = 0;
  }
}

/** Of two senders in the same millisecond neither is later. */
function isLater(left: Loan, right: Loan): boolean {
  const ms = (left.sentMs - right.sentMs) | 0;
  if (ms !== 0) return ms > 0;
  if (left.peer !== right.peer) return false;
  if (left.seqHigh !== right.seqHigh) return left.seqHigh >>> 0 > right.seqHigh >>> 0;
  return left.seqLow >>> 0 > right.seqLow >>> 0;
}
