/**
 * The sender's table of routing keys: first use computes hash and shard and writes the key's bytes into the heap; then
 * a message costs one look-up. Bounded: keys without a message in flight that were not used lately are evicted, their
 * bytes freed. Ids are never reused within their epoch.
 */
import type { Heap } from '../memory/heap.ts';
import { NO_BLOCK } from '../memory/heap.ts';
import { wroteInPlace } from '../memory/seam.ts';
import { hashKey, validateKey } from '../message/key.ts';
import { writeText } from '../message/utf8.ts';
import { KeyIds } from './key-ids.ts';

export interface InternedKey {
  readonly text: string;
  readonly id: number;
  readonly epoch: number;
  readonly hash: number;
  readonly shard: number;
  readonly offset: number;
  readonly length: number;
  /** Slots that name it: its bytes must stay. */
  inFlight: number;
  /** Used since the last sweep came by. */
  recent: boolean;
}

/** Keys looked at when room is needed; the sweep goes on from there next time. */
const SWEEP_KEYS = 64;

export class Interner {
  readonly #keys = new Map<string, InternedKey>();
  readonly #heap: Heap;
  readonly #bytes: Buffer;
  readonly #shards: number;
  readonly #limit: number;
  /** The key of the last message: the next one is often of the same key. */
  #last: InternedKey | undefined;
  readonly #ids = new KeyIds();

  /** Holds at most `limit` keys, and more only while more are in flight. */
  constructor(heap: Heap, bytes: Buffer, shards: number, limit: number) {
    this.#heap = heap;
    this.#bytes = bytes;
    this.#shards = shards;
    this.#limit = limit;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** The key, interned; undefined when the heap has no room for it. Throws ERR_BUS_INVALID_MESSAGE for a bad key. */
  intern(text: string): InternedKey | undefined {
    const last = this.#last;
    if (last !== undefined && last.text === text) return last;
    const known = this.#keys.get(text);
    if (known === undefined) return this.#add(text);
    known.recent = true;
    this.#last = known;
    return known;
  }

  /** The key as it is interned now; not interned by this. */
  peek(text: string): InternedKey | undefined {
    return this.#keys.get(text);
  }

  /** Frees the bytes of every key that is not in flight. */
  clear(): void {
    for (const [text, key] of this.#keys) {
      if (key.inFlight === 0) this.#evict(text, key);
    }
  }

  #add(text: string): InternedKey | undefined {
    validateKey(text);
    if (this.#keys.size >= this.#limit) this.#sweep();
    const length = Buffer.byteLength(text);
    let offset = this.#heap.allocate(length, true);
    if (offset === NO_BLOCK) {
      this.#sweep();
      offset = this.#heap.allocate(length, true);
      if (offset === NO_BLOCK) return undefined;
    }
    writeText(this.#bytes, offset, text);
    wroteInPlace(this.#bytes, offset, length);
    const hash = hashKey(text);
    const { id, epoch } = this.#ids.take();
    const key: InternedKey = {
      text,
      id,
      epoch,
      hash,
      shard: (hash >>> 0) % this.#shards,
      offset,
      length,
      inFlight: 0,
      recent: false,
    };
    this.#keys.set(text, key);
    return key;
  }

  /** Second chance, in order of first use: what was used since the last visit goes to the end. */
  #sweep(): void {
    let looked = 0;
    for (const [text, key] of this.#keys) {
      if (++looked > SWEEP_KEYS) return;
      if (key.inFlight === 0 && !key.recent) {
        this.#evict(text, key);
      } else {
        key.recent = false;
        this.#keys.delete(text);
        this.#keys.set(text, key);
      }
    }
  }

  #evict(text: string, key: InternedKey): void {
    if (this.#last === key) this.#last = undefined;
    this.#keys.delete(text);
    this.#heap.free(key.offset);
  }
}
