/** Payloads on lease: byte payloads as views of the sender's heap, without a copy, for as long as the loan lasts. */
import { get } from '../memory/seam.ts';
import {
  HDR_LEN,
  KIND,
  PAY_LEN,
  PAY_OFF,
  payloadKindOf,
  SLOT_WORDS,
} from '../memory/slot-header.ts';
import { PAYLOAD } from '../message/codec.ts';
import type { Loan } from './loan.ts';

/** What `debugLeases` writes over a lease that has ended; seldom found in text, and no small number. */
const SPOILT_BYTE = 0xdb;

/** The bytes of a loan; undefined for a payload that is none. With `isChecked` a copy that `endLease` spoils. */
export function leaseBytes(loan: Loan, isChecked: boolean): Uint8Array | undefined {
  const at = loan.slot * SLOT_WORDS;
  const { headers, memory } = loan.peer;
  const kind = payloadKindOf(get(headers, at + KIND));
  if (kind !== PAYLOAD.uint8Array && kind !== PAYLOAD.buffer) return undefined;
  const length = get(headers, at + PAY_LEN);
  // No bytes may have no block, and so no offset.
  const offset = length === 0 ? 0 : get(headers, at + PAY_OFF) + get(headers, at + HDR_LEN);
  const bytes = new Uint8Array(memory.heap, offset, length);
  if (!isChecked) return bytes;
  loan.lease = bytes.slice();
  return loan.lease;
}

/** The loan has been given back: who reads on reads what no sender wrote. */
export function endLease(loan: Loan): void {
  loan.lease?.fill(SPOILT_BYTE);
  loan.lease = undefined;
}
