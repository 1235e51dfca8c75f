import { describe, expect, it } from 'vitest';
import {
  createTicketWords,
  setTicketState,
  TICKET_STATE,
  ticketNumber,
  ticketState,
} from '../../../src/memory/ticket-word.ts';

describe('the words of a ticket', () => {
  it('is usable until main says otherwise, also in a copy on another thread', () => {
    const word = createTicketWords(7);
    const copy = structuredClone(word);
    expect(ticketState(copy)).toBe(TICKET_STATE.usable);
    expect(ticketNumber(copy)).toBe(7);
    setTicketState(word, TICKET_STATE.expired);
    expect(ticketState(copy)).toBe(TICKET_STATE.expired);
  });
});
