/**
 * Two words of a ticket: its state, which main writes, since of a closed port it cannot be told why it is closed; and its
 * number, by which what belongs together is known.
 */
import { get, load, put, store } from './seam.ts';

/** Why a ticket that was not used cannot be used any more. */
export const TICKET_STATE = { usable: 0, expired: 1, closed: 2 } as const;

const STATE = 0;
const NUMBER = 1;
export const TICKET_WORDS = 2;

export function createTicketWords(number: number): Int32Array {
  const words = new Int32Array(new SharedArrayBuffer(TICKET_WORDS * Int32Array.BYTES_PER_ELEMENT));
  put(words, NUMBER, number);
  return words;
}

export function ticketNumber(words: Int32Array): number {
  return get(words, NUMBER);
}

export function ticketState(words: Int32Array): number {
  // SYNC ticket: pairs with setTicketState. Orders nothing but itself.
  return load(words, STATE);
}

/** Main only, once; before it closes the ports. */
export function setTicketState(words: Int32Array, state: number): void {
  // SYNC ticket: pairs with ticketState.
  store(words, STATE, state);
}
