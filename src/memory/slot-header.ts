/**
 * The header of a message: 16 Int32 words, one 64-byte cache line, written by the owning client only, all plain;
 * the submit tail orders them. State, owner, attempts and progress are the shard's and live in ledger and cells.
 *
 * ```
 *  0 GEN       generation of the slot, +1 before each use, 28 bits
 *  1 KIND      kind · flags · payload kind · hops · key epoch (below)
 *  2 SEQ_LO    the client's message number, low 32 bits      3 SEQ_HI   high bits
 *  4 KEY_ID    interned key, never reused within an epoch     5 KEY_HASH
 *  6 KEY_OFF   byte offset of the key in the sender's heap    7 KEY_LEN  bytes
 *  8 PAY_OFF   byte offset of the block: extras, then payload 9 PAY_LEN  bytes of the payload
 * 10 HDR_LEN   bytes of the extras (id, headers) before it
 * 11 DEADLINE  ms since the bus epoch; NO_DEADLINE: none
 * 12 CORR      response, failure report: cell and loan of the delivery it answers; notification, event: target + 1
 *              of the only one it is for, 0: as its key says; request: target + 1 of who gets its reply, 0: its sender
 * 13 SHARD     where it was sent (display and checks only)
 * 14 SENT      ms since the bus epoch
 * 15 EXPIRES   ttl: ms since the bus epoch; NO_DEADLINE: none; response, failure report: the attempt it is of
 *
 * KIND: 31 ........ 16 | 15 . 12 | 11 ....... 8 | 7   | 6    | 5     | 4       | 3     | 2 . 0
 *       key epoch      | hops    | payload kind | END | MORE | ERROR | ORDERED | EARLY | kind
 * ```
 */

export const SLOT_WORDS = 16;

export const GEN = 0;
export const KIND = 1;
export const SEQ_LO = 2;
export const SEQ_HI = 3;
export const KEY_ID = 4;
export const KEY_HASH = 5;
/** Of a response or report, which has no key: the number of the client whose delivery CORR names, + 1, and SEQ_LO of its message. */
export const HOLDER = 4;
export const HOLDER_SEQ = 5;
/** HOLDER: the delivery is the sender's own. */
export const OWN_LOAN = 0;
export const KEY_OFF = 6;
export const KEY_LEN = 7;
export const PAY_OFF = 8;
export const PAY_LEN = 9;
export const HDR_LEN = 10;
export const DEADLINE = 11;
export const CORR = 12;
export const SHARD = 13;
export const SENT = 14;
export const EXPIRES = 15;

/** 28 bits, so that ledger word `gen << 3 | state` fits one Int32. */
export const GEN_MASK = 0x0fff_ffff;

/** DEADLINE and EXPIRES of a message that has none. Deadlines are compared by difference, so any bit pattern is a time;
 * the clock starts at 1 and this value is skipped when one is made. */
export const NO_DEADLINE = 0;

export const KIND_MASK = 7;
/** `publish` wants the number of subscriptions as soon as it is routed. */
export const FLAG_EARLY: number = 1 << 3;
/** The same bit of a request: its caller gave no timeout, DEADLINE is the bus's; a route may set another. */
export const FLAG_NO_TIMEOUT: number = 1 << 3;
/** The same bit of a notification: it is a request's reply on its way to an endpoint, which is shown a response. */
export const FLAG_FORWARDED: number = 1 << 3;
export const FLAG_ORDERED: number = 1 << 4;
/** A response that carries an error. */
export const FLAG_ERROR: number = 1 << 5;
/** Streams of replies: more to come, and the last one. Laid out, not used yet. */
export const FLAG_MORE: number = 1 << 6;
export const FLAG_END: number = 1 << 7;

const PAYLOAD_KIND_SHIFT = 8;
const HOPS_SHIFT = 12;
const KEY_EPOCH_SHIFT = 16;
const NIBBLE = 15;

/** `flags` already lie at their place; `payloadKind` has 4 bits, `keyEpoch` 16. */
export function packKind(
  kind: number,
  flags: number,
  payloadKind: number,
  keyEpoch: number,
): number {
  return kind | flags | (payloadKind << PAYLOAD_KIND_SHIFT) | (keyEpoch << KEY_EPOCH_SHIFT);
}

export function payloadKindOf(kindWord: number): number {
  return (kindWord >>> PAYLOAD_KIND_SHIFT) & NIBBLE;
}

export function hopsOf(kindWord: number): number {
  return (kindWord >>> HOPS_SHIFT) & NIBBLE;
}

export function keyEpochOf(kindWord: number): number {
  return kindWord >>> KEY_EPOCH_SHIFT;
}
