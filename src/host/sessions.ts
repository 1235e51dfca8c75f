/** The sessions of a bus: issued, and all ended with it. */
import { setTicketState, TICKET_STATE } from '../memory/ticket-word.ts';
import { BusError } from '../message/errors.ts';
import { Session, type SessionInit, type SessionOptions } from './session.ts';

/** Sessions at once: several times the clients that a bus may have. */
const SESSIONS_MAX = 1024;

export class Sessions {
  readonly #init: SessionInit;
  readonly #sessions = new Set<Session>();

  constructor(init: Omit<SessionInit, 'onEnd'>) {
    this.#init = { ...init, onEnd: (session) => this.#sessions.delete(session) };
  }

  /** Throws `ERR_BUS_FULL`. */
  issue(options: SessionOptions): Session {
    if (this.#sessions.size >= SESSIONS_MAX) {
      const text = `${SESSIONS_MAX} tickets and threads are under way: use or end some of them first.`;
      throw new BusError('ERR_BUS_FULL', text, { details: { limit: SESSIONS_MAX } });
    }
    const session = new Session(this.#init, options);
    this.#sessions.add(session);
    return session;
  }

  /** The bus has closed. */
  endAll(): void {
    for (const session of [...this.#sessions]) {
      setTicketState(session.ticket.state, TICKET_STATE.closed);
      session.end();
    }
  }
}
