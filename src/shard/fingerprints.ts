/**
 * By what a notification is recognised at an endpoint with a `dedupeWindow`: 128 bits made of its key and of the id that
 * its sender gave it, with a seed that is secret and the endpoint's own.
 *
 * That is enough to take two for the same. Of `n` remembered ids and `m` messages that are looked up some pair agrees by
 * chance with a probability below n · m / 2¹²⁸: with 65 536 ids, and a million messages a second for a hundred years,
 * below 2⁻⁶⁰. Nor can a sender bring it about: SipHash is a pseudo-random function to those who do not know the seed.
 */
import { PRINT_WORDS } from '../memory/handled-words.ts';
import { GEN, HDR_LEN, KEY_LEN, KEY_OFF, KIND, KIND_MASK, PAY_OFF } from '../memory/slot-header.ts';
import { ID_PREFIX_BYTES, idLengthOf } from '../message/header-bytes.ts';
import { KIND as MESSAGE_KIND } from '../message/kinds.ts';
import type { ShardLink } from './shard-link.ts';
import { SipHash } from './sip-hash.ts';

const BLOCK_BYTES = 8;

export class Fingerprints {
  /** The last one that was made. */
  readonly print: Int32Array = new Int32Array(PRINT_WORDS);
  readonly #hash = new SipHash();
  // What it is of.
  #seed: Int32Array | undefined;
  #link: ShardLink | undefined;
  #slot = 0;
  #gen = 0;

  /** Makes that of the message in `slot`. False: it has none, since its sender gave it no id or it is no notification. */
  make(seed: Int32Array, link: ShardLink, slot: number): boolean {
    if ((link.header(slot, KIND) & KIND_MASK) !== MESSAGE_KIND.notification) return false;
    const { bytes } = link.memory;
    const extrasAt = link.header(slot, PAY_OFF);
    const idLength = idLengthOf(bytes, extrasAt, link.header(slot, HDR_LEN));
    if (idLength === 0) return false;
    const gen = link.header(slot, GEN);
    // It is asked for again when the delivery is opened.
    if (this.#gen === gen && this.#slot === slot && this.#link === link && this.#seed === seed) {
      return true;
    }
    const keyLength = link.header(slot, KEY_LEN);
    this.#hash.start(seed);
    this.#add(bytes, link.header(slot, KEY_OFF), keyLength);
    this.#add(bytes, extrasAt + ID_PREFIX_BYTES, idLength);
    // Both lengths last: so the blocks tell key and id apart, and the bytes that fill them up.
    this.#hash.block(keyLength, idLength);
    this.#hash.end(this.print);
    this.#seed = seed;
    this.#link = link;
    this.#slot = slot;
    this.#gen = gen;
    return true;
  }

  #add(bytes: Buffer, at: number, length: number): void {
    const end = at + length;
    for (let next = at; next < end; next += BLOCK_BYTES) {
      this.#hash.block(wordAt(bytes, next, end), wordAt(bytes, next + 4, end));
    }
  }
}

/** Four bytes, little-endian; those from `end` on are 0. */
function wordAt(bytes: Buffer, at: number, end: number): number {
  if (at + 4 <= end) return bytes.readInt32LE(at);
  let word = 0;
  for (let i = at; i < end; i++) word |= (bytes[i] as number) << ((i - at) * 8);
  return word;
}
