/** The ring of loans from a shard to a client: four words per entry, see entries.ts. */
import { DELIVER_WORDS } from './entries.ts';
import { DPTAIL, DTAIL, type LinkMemory, START } from './link-memory.ts';
import { get, load, put, store } from './seam.ts';

export class DeliverProducer {
  readonly #words: Int32Array;
  readonly #entries: Int32Array;
  readonly #mask: number;
  #position: number;
  #published: number;

  constructor(link: LinkMemory) {
    this.#words = link.words;
    this.#entries = link.deliver;
    this.#mask = link.deliver.length / DELIVER_WORDS - 1;
    this.#position = get(link.words, DPTAIL);
    this.#published = get(link.words, DTAIL);
  }

  /** A successor begins here; before it shows anybody anything. */
  start(): void {
    put(this.#words, START, this.#position);
  }

  /** Entry, then private tail; the caller records the loan afterwards. */
  push(head: number, ref: number, target: number, attempt: number): void {
    const entries = this.#entries;
    const at = (this.#position & this.#mask) * DELIVER_WORDS;
    put(entries, at, head);
    put(entries, at + 1, ref);
    put(entries, at + 2, target);
    put(entries, at + 3, attempt);
    this.#position = (this.#position + 1) | 0;
    put(this.#words, DPTAIL, this.#position);
  }

  /** A successor's question: its predecessor pushed entries that nobody has been shown. */
  get hasUnpublished(): boolean {
    return this.#published !== this.#position;
  }

  /** Word `word` of the entry pushed last. */
  last(word: number): number {
    return get(this.#entries, ((this.#position - 1) & this.#mask) * DELIVER_WORDS + word);
  }

  /** True when something was pushed since the last call. Only between operations. */
  publish(): boolean {
    if (this.#published === this.#position) return false;
    this.#published = this.#position;
    // SYNC deliver-tail: pairs with DeliverConsumer.refresh. Passes on the sender's header, key and payload too.
    store(this.#words, DTAIL, this.#position);
    return true;
  }
}

export class DeliverConsumer {
  readonly #words: Int32Array;
  readonly #entries: Int32Array;
  readonly #mask: number;
  #position: number;
  #tail: number;

  constructor(link: LinkMemory) {
    this.#words = link.words;
    this.#entries = link.deliver;
    this.#mask = link.deliver.length / DELIVER_WORDS - 1;
    this.#position = get(link.words, DTAIL);
    this.#tail = this.#position;
  }

  refresh(): number {
    // SYNC deliver-tail: pairs with DeliverProducer.publish.
    this.#tail = load(this.#words, DTAIL);
    return (this.#tail - this.#position) | 0;
  }

  get unread(): number {
    return (this.#tail - this.#position) | 0;
  }

  get position(): number {
    return this.#position;
  }

  /** Where the shard's present thread began. */
  get startedAt(): number {
    return get(this.#words, START);
  }

  /** Word `word` (0–3) of the entry `ahead` places after the one in hand. */
  peek(word: number, ahead = 0): number {
    return get(this.#entries, ((this.#position + ahead) & this.#mask) * DELIVER_WORDS + word);
  }

  advance(): void {
    this.#position = (this.#position + 1) | 0;
  }
}
