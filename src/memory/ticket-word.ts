/** One word of a ticket that main writes: of a closed port it cannot be told why it is closed. */
import { load, store } from './seam.ts';

/** Why a ticket that was not used cannot be used any more. */
export const TICKET_STATE = { usable: 0, expired: 1, closed: 2 } as const;

export function createTicketWord(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function ticketState(word: Int32Array): number {
  // SYNC ticket: pairs with setTicketState. Orders nothing but itself.
  return load(word, 0);
}

/** Main only, once; before it closes the ports. */
export function setTicketState(word: Int32Array, state: number): void {
  // SYNC ticket: pairs with ticketState.
  store(word, 0, state);
}
