/**
 * Sending: takes a slot and a heap block, encodes the payload straight into the heap, writes the header and pushes the
 * slot. From the push on the message survives this thread. Without room nothing is written and nothing is changed.
 */

import { packSubmit } from '../memory/entries.ts';
import type { Heap } from '../memory/heap.ts';
import { NO_BLOCK } from '../memory/heap.ts';
import { put, wroteInPlace } from '../memory/seam.ts';
import {
  CORR,
  DEADLINE,
  EXPIRES,
  FLAG_ERROR,
  GEN,
  HDR_LEN,
  HOLDER,
  HOLDER_SEQ,
  KEY_HASH,
  KEY_ID,
  KEY_LEN,
  KEY_OFF,
  KIND,
  OWN_LOAN,
  PAY_LEN,
  PAY_OFF,
  packKind,
  SENT,
  SEQ_HI,
  SEQ_LO,
  SHARD,
  SLOT_WORDS,
} from '../memory/slot-header.ts';
import type { Codec, PayloadKind } from '../message/codec.ts';
import { copyBytes } from '../message/copy-bytes.ts';
import { BusError } from '../message/errors.ts';
import { type Headers, measureExtras, writeExtras } from '../message/headers.ts';
import type { ClientLink } from './client-link.ts';
import type { InternedKey } from './interner.ts';
import { NO_SLOT, SLOT, type SlotTable } from './slot-table.ts';

/** A message on its way into a slot. One object is reused for every send. */
export interface Draft {
  kind: number;
  /** FLAG_EARLY, FLAG_ERROR … at their place in the KIND word. */
  flags: number;
  /** Undefined for replies and reports, which go back by their delivery. */
  key: InternedKey | undefined;
  link: ClientLink;
  payload: unknown;
  id: string | undefined;
  headers: Headers | undefined;
  /** Ms since the bus epoch, NO_DEADLINE: none. */
  deadline: number;
  expires: number;
  corr: number;
  /** Replies and reports may use what is kept for them. */
  isReply: boolean;
  /** The payload as it was encoded when the call was made, for messages that waited for room. */
  encoded: EncodedPayload | undefined;
  /** Of a response for a request that another client has in hand. */
  holder: RequestHolder | undefined;
}

/** Which client's delivery `corr` names, and of which message, so that an old name is told from a new one. */
export interface RequestHolder {
  readonly client: number;
  readonly seqLow: number;
}

export interface EncodedPayload {
  readonly kind: PayloadKind;
  readonly bytes: Buffer;
}

export interface OutboxParts {
  readonly headers: Int32Array;
  readonly bytes: Buffer;
  readonly slots: SlotTable;
  readonly heap: Heap;
  readonly codec: Codec;
  readonly maxMessageBytes: number;
  readonly batchSize: number;
  /** Asks for a flush at the end of this microtask. */
  readonly requestFlush: () => void;
  /** Something was published, and nothing asks for a flush. */
  readonly noteWork: () => void;
  /** Looks at the clock. */
  readonly tick: () => void;
}

/** Beside a payload kind. */
const NO_ROOM = -1;

const FIRST_GUESS_BYTES = 256;
/** A block for a value of unknown size starts from the sizes seen lately; this much of the guess is kept each time. */
const GUESS_DECAY = 15 / 16;

export class Outbox {
  readonly #parts: OutboxParts;
  /** Ms since the bus epoch, refreshed by the client once a batch. */
  nowMs = 1;
  #seqLow = 0;
  #seqHigh = 0;
  #guessBytes = FIRST_GUESS_BYTES;
  // Where the last encode put things.
  #block = NO_BLOCK;
  #extrasBytes = 0;
  #payloadBytes = 0;
  #isEncoding = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** A draft is being encoded, and code of the caller runs: whoever sends meanwhile needs a draft of its own. */
  get isEncoding(): boolean {
    return this.#isEncoding;
  }

  /**
   * The slot of the accepted message, or NO_SLOT: no room. Throws for a payload that cannot be sent. `published` is to
   * follow. May be called by what is being encoded (getters, `toJSON`, codec modules); that message goes first.
   */
  submit(draft: Draft): number {
    if (this.#isEncoding) return this.#submitWithin(draft);
    const { slots } = this.#parts;
    if (!slots.hasRoom(draft.isReply)) return NO_SLOT;
    const { key, link } = draft;
    // From here on, so that the messages of getters do not evict it.
    if (key !== undefined) key.inFlight += 1;
    const payloadKind = this.#put(draft);
    if (payloadKind < 0) {
      if (key !== undefined) key.inFlight -= 1;
      return NO_SLOT;
    }
    const slot = slots.take();
    this.#writeHeader(slot, draft, payloadKind);
    slots.state[slot] = SLOT.busy;
    slots.keys[slot] = key;
    link.submit.push(packSubmit(slot));
    return slot;
  }

  #submitWithin(draft: Draft): number {
    const [block, extrasBytes, payloadBytes] = [this.#block, this.#extrasBytes, this.#payloadBytes];
    this.#isEncoding = false;
    try {
      return this.submit(draft);
    } finally {
      this.#isEncoding = true;
      this.#block = block;
      this.#extrasBytes = extrasBytes;
      this.#payloadBytes = payloadBytes;
    }
  }

  /** The payload kind of the draft, which lies in the heap now, or NO_ROOM. */
  #put(draft: Draft): PayloadKind {
    let isDone = false;
    this.#isEncoding = true;
    try {
      const payloadKind = draft.encoded?.kind ?? this.#classify(draft);
      const isPlaced = this.#encode(draft, payloadKind);
      isDone = true;
      if (!isPlaced) return NO_ROOM;
      if (this.#parts.slots.hasRoom(draft.isReply)) return payloadKind;
      // What was sent meanwhile has taken the slot.
      if (this.#block !== NO_BLOCK) this.#parts.heap.free(this.#block);
      return NO_ROOM;
    } finally {
      this.#isEncoding = false;
      if (!isDone && draft.key !== undefined) draft.key.inFlight -= 1;
    }
  }

  /** The payload of a message that must wait: a private copy, so that later changes by the caller do not reach it. */
  encode(payload: unknown): EncodedPayload {
    const { codec, maxMessageBytes } = this.#parts;
    const kind = codec.classify(payload, false);
    const exact = codec.sizeOf(kind, payload);
    if (exact > maxMessageBytes) throw tooLarge(exact, maxMessageBytes);
    for (
      let size = exact < 0 ? this.#guessBytes : exact;
      ;
      size = Math.min(size * 4, maxMessageBytes)
    ) {
      const bytes = Buffer.allocUnsafe(size);
      const written = codec.write(kind, payload, bytes, 0, size);
      if (written >= 0) return { kind, bytes: bytes.subarray(0, written) };
      if (size >= maxMessageBytes) throw tooLarge(undefined, maxMessageBytes);
    }
  }

  /** To be called after every push: publishes a full batch, and sees to it that the rest follows soon. */
  published(link: ClientLink): void {
    const { pending } = link.submit;
    const { batchSize } = this.#parts;
    link.hurry();
    if (batchSize === 1) {
      link.flush();
      this.#parts.noteWork();
    } else if (pending >= batchSize) {
      link.publishBatch();
      this.#parts.tick();
    } else if (link.publishFirst() || pending === 1) this.#parts.requestFlush();
  }

  #classify(draft: Draft): PayloadKind {
    return this.#parts.codec.classify(draft.payload, (draft.flags & FLAG_ERROR) !== 0);
  }

  #writeHeader(slot: number, draft: Draft, payloadKind: PayloadKind): void {
    const { headers, slots } = this.#parts;
    const { key } = draft;
    const at = slot * SLOT_WORDS;
    this.#seqLow = (this.#seqLow + 1) | 0;
    if (this.#seqLow === 0) this.#seqHigh = (this.#seqHigh + 1) | 0;
    put(headers, at + GEN, slots.nextGen(slot));
    put(headers, at + SEQ_LO, this.#seqLow);
    put(headers, at + SEQ_HI, this.#seqHigh);
    if (key === undefined) {
      put(headers, at + KIND, packKind(draft.kind, draft.flags, payloadKind, 0));
      put(headers, at + HOLDER, draft.holder === undefined ? OWN_LOAN : draft.holder.client + 1);
      if (draft.holder !== undefined) put(headers, at + HOLDER_SEQ, draft.holder.seqLow);
      put(headers, at + KEY_LEN, 0);
    } else {
      put(headers, at + KIND, packKind(draft.kind, draft.flags, payloadKind, key.epoch));
      put(headers, at + KEY_ID, key.id);
      put(headers, at + KEY_HASH, key.hash);
      put(headers, at + KEY_OFF, key.offset);
      put(headers, at + KEY_LEN, key.length);
    }
    put(headers, at + PAY_OFF, this.#block);
    put(headers, at + PAY_LEN, this.#payloadBytes);
    put(headers, at + HDR_LEN, this.#extrasBytes);
    put(headers, at + DEADLINE, draft.deadline);
    put(headers, at + CORR, draft.corr);
    put(headers, at + SHARD, draft.link.shard);
    put(headers, at + SENT, this.nowMs);
    put(headers, at + EXPIRES, draft.expires);
  }

  /** False: no room in the heap. */
  #encode(draft: Draft, payloadKind: PayloadKind): boolean {
    const { codec, maxMessageBytes } = this.#parts;
    const extras = measureExtras(draft.id, draft.headers);
    const keyBytes = draft.key === undefined ? 0 : draft.key.length;
    const most = maxMessageBytes - keyBytes - extras;
    const exact = draft.encoded?.bytes.length ?? codec.sizeOf(payloadKind, draft.payload);
    this.#extrasBytes = extras;
    if (exact > most) throw tooLarge(exact + keyBytes + extras, maxMessageBytes);
    if (exact < 0) return this.#encodeUnknown(draft, payloadKind, most);
    this.#payloadBytes = exact;
    this.#block = NO_BLOCK;
    if (exact + extras === 0) return true;
    const block = this.#parts.heap.allocate(exact + extras, !draft.isReply);
    if (block === NO_BLOCK) return false;
    this.#block = block;
    this.#write(draft, payloadKind, exact);
    return true;
  }

  #write(draft: Draft, payloadKind: PayloadKind, limit: number): number {
    const { bytes, codec, heap } = this.#parts;
    const block = this.#block;
    try {
      const extras = this.#extrasBytes;
      if (extras > 0) writeExtras(bytes, block, draft.id, draft.headers);
      let written = draft.encoded?.bytes.length ?? 0;
      if (draft.encoded !== undefined) copyBytes(bytes, block + extras, draft.encoded.bytes);
      else written = codec.write(payloadKind, draft.payload, bytes, block + extras, limit);
      wroteInPlace(bytes, block, extras + Math.max(written, 0));
      return written;
    } catch (error) {
      heap.free(block);
      throw error;
    }
  }

  /** A value whose size shows only when it is encoded: grows the block until it fits. */
  #encodeUnknown(draft: Draft, payloadKind: PayloadKind, most: number): boolean {
    const { heap } = this.#parts;
    const extras = this.#extrasBytes;
    for (let guess = Math.min(this.#guessBytes, most); ; guess = Math.min(guess * 4, most)) {
      const block = heap.allocate(Math.max(1, guess + extras), !draft.isReply);
      if (block === NO_BLOCK) return false;
      this.#block = block;
      const limit = Math.min(heap.capacityOf(block) - extras, most);
      const written = this.#write(draft, payloadKind, limit);
      if (written >= 0) {
        this.#payloadBytes = written;
        this.#guessBytes = Math.max(written, Math.ceil(this.#guessBytes * GUESS_DECAY), 64);
        return true;
      }
      heap.free(block);
      if (guess >= most) throw tooLarge(undefined, this.#parts.maxMessageBytes);
    }
  }
}

function tooLarge(gotBytes: number | undefined, maxBytes: number): BusError {
  const got = gotBytes === undefined ? 'more' : `${gotBytes} bytes`;
  return new BusError(
    'ERR_BUS_MESSAGE_TOO_LARGE',
    `The message is too large: expected at most ${maxBytes} bytes of key, headers and encoded payload ` +
      `together, got ${got}. Raise the option maxMessageSize, or send a reference.`,
    { details: { expected: maxBytes, got: gotBytes } },
  );
}
