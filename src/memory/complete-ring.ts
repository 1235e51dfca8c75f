/** The ring of statuses and releases from a shard to a client: two words per entry, see entries.ts. */
import { COMPLETE_WORDS } from './entries.ts';
import { CPTAIL, CTAIL, type LinkMemory } from './link-memory.ts';
import { get, load, put, store } from './seam.ts';

export class CompleteProducer {
  readonly #words: Int32Array;
  readonly #entries: Int32Array;
  readonly #mask: number;
  #position: number;
  #published: number;

  constructor(link: LinkMemory) {
    this.#words = link.words;
    this.#entries = link.complete;
    this.#mask = link.complete.length / COMPLETE_WORDS - 1;
    this.#position = get(link.words, CPTAIL);
    this.#published = get(link.words, CTAIL);
  }

  /** Entry, then private tail; the caller records the new state of the message afterwards. */
  push(head: number, detail: number): void {
    const at = (this.#position & this.#mask) * COMPLETE_WORDS;
    put(this.#entries, at, head);
    put(this.#entries, at + 1, detail);
    this.#position = (this.#position + 1) | 0;
    put(this.#words, CPTAIL, this.#position);
  }

  /** A successor's question: its predecessor pushed entries that nobody has been shown. */
  get hasUnpublished(): boolean {
    return this.#published !== this.#position;
  }

  /** Word `word` of the entry pushed last. */
  last(word: number): number {
    return get(this.#entries, ((this.#position - 1) & this.#mask) * COMPLETE_WORDS + word);
  }

  /** True when something was pushed since the last call. Only between operations. */
  publish(): boolean {
    if (this.#published === this.#position) return false;
    this.#published = this.#position;
    // SYNC complete-tail: pairs with CompleteConsumer.refresh. Orders the last reads of the slot before its reuse.
    store(this.#words, CTAIL, this.#position);
    return true;
  }
}

export class CompleteConsumer {
  readonly #words: Int32Array;
  readonly #entries: Int32Array;
  readonly #mask: number;
  #position: number;
  #tail: number;

  constructor(link: LinkMemory) {
    this.#words = link.words;
    this.#entries = link.complete;
    this.#mask = link.complete.length / COMPLETE_WORDS - 1;
    this.#position = get(link.words, CTAIL);
    this.#tail = this.#position;
  }

  refresh(): number {
    // SYNC complete-tail: pairs with CompleteProducer.publish.
    this.#tail = load(this.#words, CTAIL);
    return (this.#tail - this.#position) | 0;
  }

  get unread(): number {
    return (this.#tail - this.#position) | 0;
  }

  /** Word 0 or 1 of the entry in hand. */
  peek(word: number): number {
    return get(this.#entries, (this.#position & this.#mask) * COMPLETE_WORDS + word);
  }

  advance(): void {
    this.#position = (this.#position + 1) | 0;
  }
}
