/**
 * Ring entries, packed. A slot number has 16 bits (at most 65 536 slots), a client id 15, a cell number 16, a loan
 * number 11 bits that wrap: one bit would do for safety, the rest serve MARK and assertions.
 *
 * ```
 * submit, 1 word   RETURN  1 | client 15 | slot 16                       a reply was read
 *                  others  0 | op 2 | status 2 | loan 11 | cell or slot 16
 * deliver, 4 words w0  op 2 | flags 2 | own deadline 1 | loan 11 | cell 16
 *                  w1  client 15 | slot 16        w2  target       w3  attempt, or the reason of a notice
 * complete, 2 words w0 kind 2 | status 5 | – 9 | slot 16
 *                  w1  a reply (client, slot), or the outcome word (outcome-word.ts)
 * ```
 */

export const SUBMIT = 0;
export const CANCEL = 1;
export const ACK = 2;
export const RETURN = 3;

/** Status of an acknowledgement. */
export const ACK_STATUS = { ok: 0, failed: 1, requeue: 2, reject: 3 } as const;

export const LOAN_MASK = 0x7ff;
const LOW_16 = 0xffff;
const OP_SHIFT = 29;
const STATUS_SHIFT = 27;
const LOAN_SHIFT = 16;

/** Largest client id: 15 bits beside a 16-bit slot, and the sign bit tells RETURN. */
export const CLIENT_ID_MAX = 0x7fff;

/**
 * Ids are used again, numbers are not: the number of a client is its id, plus 2^15 for each owner that the id had before.
 * Below 2^31 − 1, since HOLDER is a number + 1.
 */
export const CLIENT_NUMBER_MAX = 0x7ffe_ffff;

export function clientIdOf(number: number): number {
  return number & CLIENT_ID_MAX;
}

export function packSubmit(slot: number): number {
  return slot;
}

export function packCancel(slot: number): number {
  return (CANCEL << OP_SHIFT) | slot;
}

export function packAck(cell: number, loan: number, status: number): number {
  return (ACK << OP_SHIFT) | (status << STATUS_SHIFT) | (loan << LOAN_SHIFT) | cell;
}

export function packReturn(client: number, slot: number): number {
  return (1 << 31) | (client << 16) | slot;
}

export function submitOp(entry: number): number {
  return entry < 0 ? RETURN : entry >>> OP_SHIFT;
}

export function ackStatusOf(entry: number): number {
  return (entry >>> STATUS_SHIFT) & 3;
}

/** Loan number of an ACK or of a deliver entry's first word. */
export function loanOf(entry: number): number {
  return (entry >>> LOAN_SHIFT) & LOAN_MASK;
}

/** Cell or slot: the low 16 bits of every entry. */
export function low16(entry: number): number {
  return entry & LOW_16;
}

/** A message: the slot of a client, as one positive Int32. Also the REF word of a cell. */
export function packRef(client: number, slot: number): number {
  return (client << 16) | slot;
}

export function refClient(ref: number): number {
  return (ref >>> 16) & CLIENT_ID_MAX;
}

export function refSlot(ref: number): number {
  return ref & LOW_16;
}

/** The delivery that a response answers; word CORR of its header. */
export function packDelivery(cell: number, loan: number): number {
  return (loan << LOAN_SHIFT) | cell;
}

/** Beside a DELIVER: the deadline lies in the cell (CELL_DEADLINE), not in the message's header. */
export const OWN_DEADLINE: number = 1 << 27;

export const DELIVER_WORDS = 4;
export const DELIVER = 0;
/** The message of a loan is settled: its handler may stop. */
export const NOTICE = 1;
export const FLAG_REDELIVERED = 1;
export const FLAG_DEAD_LETTER = 2;
const DELIVER_OP_SHIFT = 30;
const DELIVER_FLAGS_SHIFT = 28;

export function packDeliver(op: number, flags: number, loan: number, cell: number): number {
  return (op << DELIVER_OP_SHIFT) | (flags << DELIVER_FLAGS_SHIFT) | (loan << LOAN_SHIFT) | cell;
}

export function deliverOp(word: number): number {
  return word >>> DELIVER_OP_SHIFT;
}

export function deliverFlags(word: number): number {
  return (word >>> DELIVER_FLAGS_SHIFT) & 3;
}

/**
 * Why an endpoint does not take a notification now, or why it was given up there though no handler has failed; word 3 of
 * the delivery that says so to its sender's sink.
 */
export const REFUSAL = {
  overLimit: 0,
  /** Isolated, or a pool without threads. */
  unavailable: 1,
  /** Its breaker let no attempt begin. */
  broken: 2,
  /** Its ttl passed. */
  expired: 3,
  /** It had to wait for its next run, and as many others did as may. */
  overflow: 4,
  /** It cost as many threads as it may, or its pool has none any more. */
  died: 5,
} as const;

const REFUSAL_BITS = 3;
const REFUSAL_MASK = 7;

export function packRefusal(target: number, why: number): number {
  return (target << REFUSAL_BITS) | why;
}

export function refusedTarget(word: number): number {
  return word >>> REFUSAL_BITS;
}

export function refusalOf(word: number): number {
  return word & REFUSAL_MASK;
}

export const COMPLETE_WORDS = 2;
/** Status and release at once · status, slot still lent · the early count of an event · release. */
export const COMPLETION = { final: 0, settled: 1, count: 2, release: 3 } as const;
const COMPLETION_SHIFT = 30;
const COMPLETE_STATUS_SHIFT = 25;
const COMPLETE_STATUS_MASK = 31;

export function packComplete(completion: number, status: number, slot: number): number {
  return (completion << COMPLETION_SHIFT) | (status << COMPLETE_STATUS_SHIFT) | slot;
}

export function completionOf(word: number): number {
  return word >>> COMPLETION_SHIFT;
}

export function completeStatus(word: number): number {
  return (word >>> COMPLETE_STATUS_SHIFT) & COMPLETE_STATUS_MASK;
}

/** How a submission ended. */
export const STATUS = {
  /** Every target acknowledged; a response: the requester has read it. */
  ok: 0,
  /** At least one delivery failed for good. */
  failed: 1,
  timeout: 2,
  aborted: 3,
  /** A request was answered: w1 names the slot of the response. */
  reply: 4,
  /** A response that nobody waits for any more. */
  late: 5,
  noRoute: 6,
  unavailable: 7,
  expired: 8,
  /** A queue limit, or a subscription whose overflow policy is `error`. */
  full: 9,
  /** The thread that handled it died, too often or with nobody to take over. */
  died: 10,
} as const;
