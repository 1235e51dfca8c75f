/** A subscription's queue: first in, first out, bounded in events and bytes by whoever fills it. */
import type { Loan } from './loan.ts';
import type { ReceivedMessage } from './message.ts';

export interface QueuedEvent {
  readonly message: ReceivedMessage;
  readonly bytes: number;
  /** Still to be given back: subscriptions that block or acknowledge. */
  readonly loan: Loan | undefined;
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

  push(event: QueuedEvent): void {
    this.#items.push(event);
    this.#bytes += event.bytes;
  }

  shift(): QueuedEvent | undefined {
    const event = this.#items[this.#head];
    if (event === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= event.bytes;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return event;
  }
}
