/** From a slot on loan to the message object of a handler. Everything is copied out here; afterwards only a lease reads on. */
import { get } from '../memory/seam.ts';
import {
  DEADLINE,
  HDR_LEN,
  KIND,
  NO_DEADLINE,
  PAY_LEN,
  PAY_OFF,
  payloadKindOf,
  SENT,
  SEQ_HI,
  SEQ_LO,
  SLOT_WORDS,
} from '../memory/slot-header.ts';
import type { Codec } from '../message/codec.ts';
import { readExtras } from '../message/headers.ts';
import { leaseBytes } from './lease.ts';
import type { Loan } from './loan.ts';
import { type MessageHome, ReceivedMessage } from './message.ts';
import type { Peer } from './peers.ts';

export interface Reader extends MessageHome {
  readonly codec: Codec;
  /** The option `debugLeases`. */
  readonly checksLeases: boolean;
}

export function readMessage(loan: Loan, reader: Reader, lease: boolean): ReceivedMessage {
  const { peer, slot } = loan;
  const at = slot * SLOT_WORDS;
  const { headers } = peer;
  loan.seqLow = get(headers, at + SEQ_LO);
  loan.seqHigh = get(headers, at + SEQ_HI);
  loan.sentMs = get(headers, at + SENT);
  if (loan.deadlineMs === NO_DEADLINE) loan.deadlineMs = get(headers, at + DEADLINE);
  const extrasBytes = get(headers, at + HDR_LEN);
  if (extrasBytes !== 0) {
    loan.extras = readExtras(peer.bytes, get(headers, at + PAY_OFF), extrasBytes);
  }
  const leased = lease ? leaseBytes(loan, reader.checksLeases) : undefined;
  const payload = leased ?? readPayload(peer, slot, reader.codec);
  return new ReceivedMessage(peer.keyOf(slot), payload, loan, reader);
}

/** The receiver's private value of the payload in `slot`. */
export function readPayload(peer: Peer, slot: number, codec: Codec): unknown {
  const at = slot * SLOT_WORDS;
  const { headers } = peer;
  const kind = payloadKindOf(get(headers, at + KIND));
  const offset = get(headers, at + PAY_OFF) + get(headers, at + HDR_LEN);
  return codec.read(kind, peer.bytes, offset, get(headers, at + PAY_LEN), peer.shapes);
}
