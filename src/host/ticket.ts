/**
 * A ticket: what a thread needs to come into the bus, once. It crosses threads by structured clone, with its ports in
 * the transfer list.
 */
import { types } from 'node:util';
import type { MessagePort } from 'node:worker_threads';

export interface Ticket {
  readonly control: MessagePort;
  /** Main posts the handles of later clients here before they can send anything. */
  readonly peers: MessagePort;
  /** Why it cannot be used any more: `TICKET_STATE`. */
  readonly state: Int32Array;
  /** Goes into the `transferList` of the Worker that is given the ticket. */
  readonly transferList: readonly MessagePort[];
}

/** Where the bootstrap of `startWorker` leaves the thread's ticket; shared by all copies of the package. */
const TICKET: symbol = Symbol.for('symphony-bus.ticket');

const thread = globalThis as unknown as Record<symbol, Ticket | undefined>;

export function leaveTicket(ticket: Ticket): void {
  thread[TICKET] = ticket;
}

/** The ticket that the bootstrap left on this thread, once. */
export function takeTicket(): Ticket | undefined {
  const ticket = thread[TICKET];
  thread[TICKET] = undefined;
  return ticket;
}

/** By shape, since classes differ from realm to realm; each field is read once. Undefined for what is no ticket. */
export function readTicket(value: unknown): Ticket | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { control, peers, state } = value as Partial<Ticket>;
  if (!(isPort(control) && isPort(peers) && isWord(state))) return undefined;
  return { control, peers, state, transferList: [control, peers] };
}

/**
 * The same ticket with ports of its own, or undefined when they are closed, or somebody else has them: what was claimed
 * cannot be claimed again, whatever copies of the ticket there are.
 */
export function claimTicket({ control, peers, state }: Ticket): Ticket | undefined {
  const transferList = [control, peers];
  try {
    const claimed = structuredClone({ control, peers }, { transfer: transferList as never[] });
    return { ...claimed, state, transferList };
  } catch {
    return undefined;
  }
}

function isPort(value: unknown): value is MessagePort {
  return typeof (value as Partial<MessagePort> | undefined)?.postMessage === 'function';
}

function isWord(value: unknown): value is Int32Array {
  return types.isInt32Array(value) && value.length === 1;
}
