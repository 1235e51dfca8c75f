import { describe, expect, it } from 'vitest';
import {
  createTicketWord,
  setTicketState,
  TICKET_STATE,
  ticketState,
} from '../../../src/memory/ticket-word.ts';

describe('the word of a ticket', () => {
  it('is usable until main says otherwise, also in a copy on another thread', () => {
    const word = createTicketWord();
    const copy = structuredClone(word);
    expect(ticketState(copy)).toBe(TICKET_STATE.usable);
    setTicketState(word, TICKET_STATE.expired);
    expect(ticketState(copy)).toBe(TICKET_STATE.expired);
  });
});
