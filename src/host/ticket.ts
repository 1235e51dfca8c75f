/**
 * A ticket: what a thread needs to come into the bus, once. It crosses threads by structured clone, with its ports in
 * the transfer list.
 */
import type { MessagePort } from 'node:worker_threads';

export interface Ticket {
  readonly control: MessagePort;
  /** Main posts the handles of later clients here before they can send anything. */
  readonly peers: MessagePort;
  /** Goes into the `transferList` of the Worker that is given the ticket. */
  readonly transferList: readonly MessagePort[];
}

/** Where the bootstrap of `startWorker` leaves the thread's ticket; shared by all copies of the package. */
const TICKET: symbol = Symbol.for('symphony-bus.ticket');

const store = globalThis as unknown as Record<symbol, Ticket | undefined>;

export function leaveTicket(ticket: Ticket): void {
  store[TICKET] = ticket;
}

/** The ticket that the bootstrap left on this thread, once. */
export function takeTicket(): Ticket | undefined {
  const ticket = store[TICKET];
  store[TICKET] = undefined;
  return ticket;
}

/** By shape: which class a port has depends on the realm. */
export function isTicket(value: unknown): value is Ticket {
  if (typeof value !== 'object' || value === null) return false;
  const { control, peers } = value as Partial<Ticket>;
  return isPort(control) && isPort(peers);
}

function isPort(value: unknown): value is MessagePort {
  return typeof (value as Partial<MessagePort> | undefined)?.postMessage === 'function';
}
