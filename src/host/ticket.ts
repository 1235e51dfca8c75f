/**
 * A ticket: what a thread needs to come into the bus, once. It crosses threads by structured clone, with its ports in
 * the transfer list.
 */
import { types } from 'node:util';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { createTicketWords, TICKET_WORDS, ticketNumber } from '../memory/ticket-word.ts';
import { kindOf } from '../message/text.ts';

export interface Ticket {
  readonly control: MessagePort;
  /** Main posts the handles of later clients here before they can send anything. */
  readonly peers: MessagePort;
  /** Why it cannot be used any more: `TICKET_STATE`; and its number. */
  readonly state: Int32Array;
  /** Goes into the `transferList` of the Worker that is given the ticket. */
  readonly transferList: readonly MessagePort[];
}

/** Lies in each port of a ticket before anything else: which port of which ticket it is. */
interface Mark {
  readonly port: 'control' | 'peers';
  readonly ticket: number;
}

export interface IssuedTicket {
  readonly ticket: Ticket;
  /** Main's ends. */
  readonly control: MessagePort;
  readonly peers: MessagePort;
}

/** Unlikely to be that of another ticket, of whichever bus. */
const NUMBERS = 2 ** 31;

export function issueTicket(): IssuedTicket {
  const number = Math.floor(Math.random() * NUMBERS);
  const { port1: control, port2 } = markedChannel({ port: 'control', ticket: number });
  const { port1: peers, port2: ofThread } = markedChannel({ port: 'peers', ticket: number });
  const ticket = Object.freeze({
    control: port2,
    peers: ofThread,
    state: createTicketWords(number),
    transferList: Object.freeze([port2, ofThread]),
  });
  return { ticket, control, peers };
}

function markedChannel(mark: Mark): MessageChannel {
  const channel = new MessageChannel();
  channel.port1.postMessage(mark);
  return channel;
}

/** Where the bootstrap of `startWorker` leaves the thread's ticket; shared by all copies of the package. */
const TICKET: symbol = Symbol.for('symphony-bus.ticket');

/** And which copy took it. */
const TAKER: symbol = Symbol.for('symphony-bus.ticket.taker');

const thread = globalThis as unknown as Record<symbol, unknown>;

export function leaveTicket(ticket: Ticket): void {
  thread[TICKET] = ticket;
}

/** The ticket that the bootstrap left on this thread, once. `by`: the URL of a module of this copy. */
export function takeTicket(by: string): Ticket | undefined {
  const ticket = thread[TICKET] as Ticket | undefined;
  thread[TICKET] = undefined;
  if (ticket !== undefined) thread[TAKER] = by;
  return ticket;
}

/** Who took the ticket of this thread. */
export function ticketTaker(): string | undefined {
  const taker = thread[TAKER];
  return typeof taker === 'string' ? taker : undefined;
}

/** Why `readTicket` knows it for none. Each field is read once more. */
export function ticketFlaw(value: unknown): string {
  const got = kindOf(value);
  if (typeof value !== 'object' || value === null) return got;
  const { control, peers, state, ticket } = value as Partial<Ticket> & { ticket?: unknown };
  if (readTicket(ticket) !== undefined) return `${got}, whose 'ticket' is one: pass that`;
  if (!isPort(control)) return `${got}, whose 'control' is no port, but ${kindOf(control)}`;
  if (!isPort(peers)) return `${got}, whose 'peers' is no port, but ${kindOf(peers)}`;
  return `${got}, whose 'state' is not that of a ticket of this version, but ${kindOf(state)}`;
}

/** By shape, since classes differ from realm to realm; each field is read once. Undefined for what is no ticket. */
export function readTicket(value: unknown): Ticket | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { control, peers, state } = value as Partial<Ticket>;
  if (!(isPort(control) && isPort(peers) && isWord(state))) return undefined;
  return { control, peers, state, transferList: [control, peers] };
}

/**
 * The same ticket with ports of its own, or why there is none. Its ports may be closed, or somebody else may have them: what
 * was claimed cannot be claimed again, whatever copies of the ticket there are.
 */
export function claimTicket({
  control,
  peers,
  state,
}: Ticket): { readonly ticket: Ticket } | 'used' | 'mixed' | 'unreal' {
  if (control === peers) return 'mixed';
  const transferList = [control, peers];
  let claimed: Pick<Ticket, 'control' | 'peers'>;
  try {
    claimed = structuredClone({ control, peers }, { transfer: transferList as never[] });
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return code === 'ERR_INVALID_TRANSFER_OBJECT' ? 'unreal' : 'used';
  }
  const number = ticketNumber(state);
  const isWhole =
    isMarked(claimed.control, 'control', number) && isMarked(claimed.peers, 'peers', number);
  if (isWhole) return { ticket: { ...claimed, state, transferList } };
  claimed.control.close();
  claimed.peers.close();
  return 'mixed';
}

function isMarked(of: MessagePort, port: Mark['port'], number: number): boolean {
  const mark = receiveMessageOnPort(of)?.message as Partial<Mark> | undefined;
  return mark?.port === port && mark.ticket === number;
}

function isPort(value: unknown): value is MessagePort {
  return typeof (value as Partial<MessagePort> | undefined)?.postMessage === 'function';
}

function isWord(value: unknown): value is Int32Array {
  return types.isInt32Array(value) && value.length === TICKET_WORDS;
}
