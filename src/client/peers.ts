/**
 * The memory of the other clients, which this one reads messages from: headers, heap, shapes, and the strings of their
 * keys. A client that attached later is announced through `takeNews` before it can send anything, so an unknown id in
 * a delivery means that the announcement is waiting there. An id gets another owner only when HEARD says that this
 * client knows that the last one has left: a known id is never the last owner's.
 */
import type { NamedEndpoint, PeerNews } from '../control/plane.ts';
import {
  type ClientHandle,
  type ClientMemory,
  HEARD,
  openClientMemory,
  TOLD,
} from '../memory/client-memory.ts';
import { KeyCache } from '../memory/key-cache.ts';
import { get, store } from '../memory/seam.ts';
import {
  KEY_HASH,
  KEY_ID,
  KEY_LEN,
  KEY_OFF,
  KIND,
  keyEpochOf,
  SLOT_WORDS,
} from '../memory/slot-header.ts';
import { BusError } from '../message/errors.ts';
import { ShapeReader } from '../message/shape-reader.ts';
import { readText } from '../message/utf8.ts';

/** Keys of one client whose texts are kept. */
const KEYS_MAX = 4096;

/** One client as a source of messages. */
export class Peer {
  readonly memory: ClientMemory;
  readonly headers: Int32Array;
  readonly bytes: Buffer;
  readonly shapes: ShapeReader;
  readonly #keys = new KeyCache<string>(KEYS_MAX);

  constructor(memory: ClientMemory) {
    this.memory = memory;
    this.headers = memory.headers;
    this.bytes = memory.bytes;
    this.shapes = new ShapeReader(memory.shapes);
  }

  /** The routing key of the message in `slot`. */
  keyOf(slot: number): string {
    const at = slot * SLOT_WORDS;
    const id = get(this.headers, at + KEY_ID);
    const hash = get(this.headers, at + KEY_HASH);
    const epoch = keyEpochOf(get(this.headers, at + KIND));
    const known = this.#keys.get(id, epoch, hash);
    if (known !== undefined) return known;
    const text = readText(
      this.bytes,
      get(this.headers, at + KEY_OFF),
      get(this.headers, at + KEY_LEN),
    );
    this.#keys.set(id, epoch, hash, text);
    return text;
  }
}

export class Peers {
  readonly #peers: (Peer | undefined)[] = [];
  readonly #takeNews: () => PeerNews | undefined;
  /** By target. Numbers are used again: the last name counts. */
  readonly #endpoints = new Map<number, NamedEndpoint>();
  /** By id; of those that are there. */
  readonly #targets = new Map<string, number>();
  /** Of this client: TOLD and HEARD. */
  readonly #words: Int32Array;
  #heard: number;

  constructor(
    known: Iterable<ClientHandle>,
    takeNews: () => PeerNews | undefined,
    endpoints: Iterable<NamedEndpoint>,
    words: Int32Array,
  ) {
    this.#takeNews = takeNews;
    this.#words = words;
    this.#heard = get(words, HEARD);
    for (const peer of known) this.#add(peer);
    for (const endpoint of endpoints) this.#name(endpoint);
  }

  get(client: number): Peer {
    return this.#peers[client] ?? this.#await(client);
  }

  /** A client has left of which this one has not heard. */
  get isBehind(): boolean {
    return get(this.#words, TOLD) !== this.#heard;
  }

  /** Hears what there is to hear: now and then, so that the memory of clients that left is let go. */
  refresh(): void {
    const before = this.#heard;
    for (let news = this.#takeNews(); news !== undefined; news = this.#takeNews()) {
      if ('came' in news) this.#add(news.came);
      else if ('named' in news) this.#name(news.named);
      else if ('closed' in news) this.#close(news.closed);
      else {
        this.#peers[news.left] = undefined;
        this.#heard = news.told;
      }
    }
    // SYNC heard: pairs with ClientHost.heard. From here on nothing here is read from the memory of those that left.
    if (this.#heard !== before) store(this.#words, HEARD, this.#heard);
  }

  /** The endpoint that a shard knows by this number. */
  endpoint(target: number): NamedEndpoint {
    this.refresh();
    const unknown = { target, id: `#${target}`, queueLimit: Number.POSITIVE_INFINITY };
    return this.#endpoints.get(target) ?? unknown;
  }

  /** The number by which the shards know an endpoint that is there. */
  targetOf(endpoint: string): number | undefined {
    this.refresh();
    return this.#targets.get(endpoint);
  }

  #name(endpoint: NamedEndpoint): void {
    const { ended, id, target } = endpoint;
    this.#endpoints.set(target, endpoint);
    if (ended === undefined) this.#targets.set(id, target);
    else this.#close(target);
  }

  /** Its name is still asked for: messages that were on their way to it fail. */
  #close(target: number): void {
    const id = this.#endpoints.get(target)?.id ?? '';
    if (this.#targets.get(id) === target) this.#targets.delete(id);
  }

  #await(client: number): Peer {
    this.refresh();
    const peer = this.#peers[client];
    if (peer !== undefined) return peer;
    throw new BusError('ERR_BUS_INTERNAL', `Client ${client} sent before it was announced.`);
  }

  #add(announced: ClientHandle): void {
    this.#peers[announced.id] = new Peer(openClientMemory(announced));
  }
}
