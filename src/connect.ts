/** The bus on a thread that was started with `bus.startWorker`, or given a ticket. */
import { isMainThread, receiveMessageOnPort, threadId } from 'node:worker_threads';
import { type BusVerbs, verbsOf } from './bus-verbs.ts';
import { BusClient } from './client/bus-client.ts';
import { closeOnce } from './close-once.ts';
import type { ContractsOf, WithContracts } from './contracts.ts';
import type { ClientBoot, ControlPlane, PeerNews } from './control/plane.ts';
import { PLANE_METHODS } from './host/client-calls.ts';
import type { Door } from './host/control-door.ts';
import { atProcessExit } from './host/exit-drains.ts';
import {
  claimTicket,
  readTicket,
  type Ticket,
  takeTicket,
  ticketFlaw,
  ticketTaker,
} from './host/ticket.ts';
import { loadCodec } from './load-codec.ts';
import { createLogger } from './log.ts';
import { TICKET_STATE, ticketState } from './memory/ticket-word.ts';
import { BusError, type BusErrorCode } from './message/errors.ts';
import type { CodecLayer } from './message/module-codec.ts';
import {
  type CloseOptions,
  type ConnectOptions,
  configError,
  readOnce,
  resolveConnectOptions,
} from './options.ts';

export interface DetachResult {
  readonly settled: number;
  readonly abandoned: number;
}

/** A bus, on a thread that has connected to it. */
export interface ConnectedBus extends BusVerbs {
  /** Ends this thread's part only: waits for what it had accepted as `MessageBus.close` does, and leaves. */
  close(options?: CloseOptions): Promise<DetachResult>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Connection extends OwnConnection {
  /** The codec of the bus, as its options have it. */
  readonly codec: string;
}

/** A connection as the bus itself uses it. */
export interface OwnConnection {
  readonly bus: ConnectedBus;
  readonly client: BusClient;
}

/** The ticket that this thread's bootstrap left, and the connection with it. */
let ownTicket: Ticket | undefined;
let ownConnection: Promise<Connection> | undefined;

/** A ticket that is claimed, and its door. */
interface Entrance {
  readonly ticket: Ticket;
  readonly door: Door;
}

/** Of tickets whose bus was full, by their words, which copies share: they are good for another try. */
const refused = new WeakMap<Int32Array, Entrance>();

/**
 * Connects this thread to its bus, and holds the thread until the connection is closed. Without a ticket, in a thread
 * of `startWorker`, every call gives the same connection. Rejects `ERR_BUS_CONFIG` without a ticket, with one that was
 * used, when the bus has another codec than `options` say, or when its codec cannot be loaded here; `ERR_BUS_CLOSED` when
 * the ticket has expired (`details.state`: `'expired'`) or the bus is gone; `ERR_BUS_FULL` beyond `maxClients`, which leaves
 * the ticket unused: the same call may succeed later.
 */
export function connect(options?: ConnectOptions): Promise<ConnectedBus>;
export function connect(ticket: Ticket, options?: ConnectOptions): Promise<ConnectedBus>;
/** With the payload and reply of each key, for the compiler, as for `createBus`. */
export function connect<Contracts extends ContractsOf<Contracts>>(
  ticketOrOptions?: Ticket | ConnectOptions,
  options?: ConnectOptions,
): Promise<WithContracts<ConnectedBus, Contracts>>;
export async function connect(
  first?: Ticket | ConnectOptions,
  second?: ConnectOptions,
): Promise<ConnectedBus> {
  const hasTicket = first !== undefined && !readOnce('connect', 'ticket', () => isOptions(first));
  const { codec } = resolveConnectOptions((hasTicket ? second : first) ?? {});
  if (hasTicket) return (await openConnection(checkTicket(first), codec)).bus;
  ownTicket ??= takeTicket(import.meta.url);
  if (ownTicket !== undefined) {
    ownConnection ??= openOwn(ownTicket, codec);
    return checkCodec(await ownConnection, codec).bus;
  }
  throw noTicketError();
}

/** `connect()` for a thread of a pool. */
export async function joinBus(): Promise<OwnConnection> {
  await connect();
  return ownConnection as Promise<OwnConnection>;
}

async function openOwn(ticket: Ticket, codec: string | undefined): Promise<Connection> {
  try {
    return await openConnection(ticket, codec);
  } catch (error) {
    if (refused.has(ticket.state)) ownConnection = undefined;
    throw error;
  }
}

/** A ticket has none of their names, and whatever else comes first should have been one. */
function isOptions(value: unknown): value is ConnectOptions {
  return typeof value === 'object' && value !== null && 'codec' in value;
}

function checkTicket(given: unknown): Ticket {
  const ticket = readOnce('connect', 'ticket', () => readTicket(given));
  if (ticket !== undefined) return ticket;
  const got = readOnce('connect', 'ticket', () => ticketFlaw(given));
  throw configError('connect', 'ticket', 'a ticket of bus.createTicket()', got);
}

function noTicketError(): BusError {
  const taker = ticketTaker();
  const here = import.meta.url;
  const expected = 'a ticket';
  if (taker === undefined) {
    const thread = isMainThread ? 'the main thread' : 'this thread';
    const text = `connect: ${thread} has no ticket. Start a thread with bus.startWorker, or pass one from bus.createTicket().`;
    return new BusError('ERR_BUS_CONFIG', text, {
      details: { option: 'ticket', expected, got: 'none' },
    });
  }
  const text = `connect: two copies of symphony-bus are loaded in this thread, and the other has its ticket: ${taker} has, this is ${here}. Import one only, or pass each a ticket from bus.createTicket().`;
  const details = { option: 'ticket', expected, got: 'none', copies: [taker, here] };
  return new BusError('ERR_BUS_CONFIG', text, { details });
}

async function openConnection(given: Ticket, wanted: string | undefined): Promise<Connection> {
  const entrance = refused.get(given.state) ?? (await claim(given));
  refused.delete(given.state);
  const { door, ticket } = entrance;
  let boot: ClientBoot | undefined;
  try {
    door.ref();
    boot = (await door.call('attach', [threadId])) as ClientBoot;
    const { codec } = checkCodec(boot.settings, wanted);
    const layer = await loadCodec(codec, 'connect');
    const ended = endedError(ticket);
    if (ended !== undefined) throw ended;
    return { ...busOf(door, ticket, boot, layer), codec };
  } catch (error) {
    if (boot === undefined && isOf(error, 'ERR_BUS_FULL')) {
      door.unref();
      refused.set(given.state, entrance);
      throw error;
    }
    if (boot !== undefined) await leave(planeThrough(door), boot.memory.id, door).catch(() => {});
    // Main may make a client of this thread yet, for which nobody is there.
    else if (isOf(error, 'ERR_BUS_TIMEOUT')) door.call('detach', []).catch(() => {});
    door.close();
    throw endedError(ticket) ?? error;
  }
}

async function claim(given: Ticket): Promise<Entrance> {
  // Loaded here, so that threads without a connection do without; and first, since a port that main closes between its
  // claim and its door would never tell.
  const { Door } = await import('./host/control-door.ts');
  const claimed = claimTicket(given);
  if (typeof claimed === 'string') throw endedError(given) ?? unusableError(claimed);
  const { ticket } = claimed;
  return { ticket, door: new Door(ticket.control, () => ticket.peers.close()) };
}

function isOf(error: unknown, code: BusErrorCode): boolean {
  return BusError.isBusError(error) && error.code === code;
}

/** Undefined for a ticket that main has not taken back. */
function endedError(ticket: Ticket): BusError | undefined {
  const state = ticketState(ticket.state);
  if (state === TICKET_STATE.usable) return undefined;
  const isExpired = state === TICKET_STATE.expired;
  const text = isExpired
    ? 'it has expired. Create it just before its thread, or with a longer lifetime.'
    : 'its bus is closed.';
  return new BusError('ERR_BUS_CLOSED', `connect: the ticket cannot be used any more: ${text}`, {
    details: { state: isExpired ? 'expired' : 'closed' },
  });
}

const UNUSABLE = {
  used: ['that was not used before', 'one that was used, or passed on to another thread'],
  mixed: ['as it came from bus.createTicket()', 'one whose fields are mixed up, or of two tickets'],
  unreal: ['of bus.createTicket()', 'an object whose ports are no MessagePorts'],
} as const;

function unusableError(why: keyof typeof UNUSABLE): BusError {
  const [which, got] = UNUSABLE[why];
  return configError('connect', 'ticket', `a ticket ${which}`, got);
}

function checkCodec<T extends { readonly codec: string }>(of: T, wanted: string | undefined): T {
  if (wanted === undefined || wanted === of.codec) return of;
  throw configError('connect', 'codec', `that of the bus, '${of.codec}'`, `'${wanted}'`);
}

function busOf(
  door: Door,
  ticket: Ticket,
  boot: ClientBoot,
  codec: CodecLayer | undefined,
): OwnConnection {
  const plane = planeThrough(door);
  const client = new BusClient(boot, plane, {
    isMain: false,
    takeNews: () => receiveMessageOnPort(ticket.peers)?.message as PeerNews | undefined,
    logger: createLogger(undefined),
    codec,
  });
  // What it has counted since it last came to rest is in no other place.
  client.on(
    'close',
    atProcessExit(() => client.core.publishCounters()),
  );
  // From here on the client holds the thread, and `unref` means what it says.
  door.unref();
  const close = closeOnce(async (options): Promise<DetachResult> => {
    const result = await client.close(options);
    await leave(plane, boot.memory.id, door);
    return result;
  });
  const bus = {
    ...verbsOf(client),
    close,
    [Symbol.asyncDispose]: async () => {
      await close();
    },
  };
  client.handlerBus = Object.freeze(bus);
  return { bus: bus as ConnectedBus, client };
}

/** Main takes out what this client had; where the bus has closed already there is nothing to take. */
async function leave(plane: ControlPlane, client: number, door: Door): Promise<void> {
  try {
    await plane.detach(client);
  } catch (error) {
    if (!isOf(error, 'ERR_BUS_CLOSED')) throw error;
  } finally {
    door.close();
  }
}

function planeThrough(door: Door): ControlPlane {
  const plane: Partial<Record<keyof ControlPlane, unknown>> = {};
  for (const method of PLANE_METHODS) {
    plane[method] = (...parameters: unknown[]) => door.call(method, parameters);
  }
  return plane as ControlPlane;
}
