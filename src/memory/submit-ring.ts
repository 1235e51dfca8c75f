/**
 * The ring from a client to a shard: one word per entry. `TAIL` is a copy of the private tail, made between
 * operations; the store of `PTAIL` is what *accepted* means.
 */
import { CLEARED, DONE, type LinkMemory, PTAIL, ROUTED, TAIL } from './link-memory.ts';
import { get, load, put, store } from './seam.ts';

export class SubmitProducer {
  readonly #words: Int32Array;
  readonly #entries: Int32Array;
  readonly #mask: number;
  #position: number;
  #published: number;

  constructor(link: LinkMemory) {
    this.#words = link.words;
    this.#entries = link.submit;
    this.#mask = link.submit.length - 1;
    this.#position = get(link.words, PTAIL);
    this.#published = this.#position;
  }

  /** Entry, then private tail: from here the entry survives this thread. Capacity is guaranteed by counting. */
  push(entry: number): void {
    const position = this.#position;
    put(this.#entries, position & this.#mask, entry);
    this.#position = (position + 1) | 0;
    put(this.#words, PTAIL, this.#position);
  }

  /** Entries pushed and not yet published. */
  get pending(): number {
    return (this.#position - this.#published) | 0;
  }

  /** Where the next entry goes. */
  get position(): number {
    return this.#position;
  }

  /** How far the shard has read, with everything that came of it published; only where it was asked to say so. */
  get routed(): number {
    // SYNC routed: pairs with SubmitConsumer.announce. What came of those entries is in the deliver ring, or counted.
    return load(this.#words, ROUTED);
  }

  /** Entries that are not routed, and events that wait for subscriptions that block or refuse or are kept by them. */
  get uncleared(): number {
    // SYNC cleared: pairs with SubmitConsumer.announceCleared. Orders nothing but itself.
    return (this.#position - load(this.#words, CLEARED)) | 0;
  }

  publish(): void {
    this.#published = this.#position;
    // SYNC submit-tail: pairs with SubmitConsumer.refresh. Makes entries, headers, keys and payloads visible to the shard.
    store(this.#words, TAIL, this.#position);
  }
}

export class SubmitConsumer {
  readonly #words: Int32Array;
  readonly #entries: Int32Array;
  readonly #mask: number;
  #position: number;
  #tail: number;
  #announced: number;
  #cleared: number;

  constructor(link: LinkMemory) {
    this.#words = link.words;
    this.#entries = link.submit;
    this.#mask = link.submit.length - 1;
    this.#position = get(link.words, DONE);
    this.#tail = this.#position;
    this.#announced = get(link.words, ROUTED);
    this.#cleared = get(link.words, CLEARED);
  }

  /** Says how far it has read; to be called when everything that came of it is published. */
  announce(): void {
    if (this.#announced === this.#position) return;
    this.#announced = this.#position;
    // SYNC routed: pairs with SubmitProducer.routed.
    store(this.#words, ROUTED, this.#position);
  }

  /** Of the entries read so far, `held` events are not off its hands. One word says both, so that none counts twice. */
  announceCleared(held: number): void {
    const cleared = (this.#position - held) | 0;
    if (this.#cleared === cleared) return;
    this.#cleared = cleared;
    // SYNC cleared: pairs with SubmitProducer.uncleared.
    store(this.#words, CLEARED, cleared);
  }

  /** Looks at the tail again; returns how many entries are unread. */
  refresh(): number {
    // SYNC submit-tail: pairs with SubmitProducer.publish.
    this.#tail = load(this.#words, TAIL);
    return (this.#tail - this.#position) | 0;
  }

  /** Unread entries known since the last refresh. */
  get unread(): number {
    return (this.#tail - this.#position) | 0;
  }

  /** The entry in hand; stays in hand until `done`. */
  peek(): number {
    return get(this.#entries, this.#position & this.#mask);
  }

  /** The entry in hand is handled: everything it caused is recorded. */
  done(): void {
    this.#position = (this.#position + 1) | 0;
    put(this.#words, DONE, this.#position);
  }
}
