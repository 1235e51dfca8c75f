/** The bus on a thread that was started with `bus.startWorker`, or given a ticket. */
import { receiveMessageOnPort, threadId } from 'node:worker_threads';
import { type BusVerbs, verbsOf } from './bus-verbs.ts';
import { BusClient } from './client/bus-client.ts';
import type { ClientBoot, ControlPlane, PeerNews } from './control/plane.ts';
import { PLANE_METHODS } from './host/client-calls.ts';
import type { Door } from './host/control-door.ts';
import { isTicket, type Ticket, takeTicket } from './host/ticket.ts';
import { createLogger } from './log.ts';
import { BusError } from './message/errors.ts';
import { kindOf } from './message/text.ts';
import { type CloseOptions, configError, resolveCloseOptions } from './options.ts';

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

/** A second door on the port of a ticket would take the answers of the first, and its end would close it. */
const usedPorts = new WeakSet<object>();

/** This thread's connection with the ticket that its bootstrap left. */
let ownConnection: Promise<ConnectedBus> | undefined;

/**
 * Connects this thread to its bus, and holds the thread until the connection is closed. Without a ticket, in a thread
 * of `startWorker`, every call gives the same connection. Rejects `ERR_BUS_CONFIG` without a usable ticket, and
 * `ERR_BUS_CLOSED` when the ticket has expired or the bus is gone.
 */
export async function connect(ticket?: Ticket): Promise<ConnectedBus> {
  if (ticket !== undefined) return openConnection(checkTicket(ticket));
  const left = takeTicket();
  if (left !== undefined) ownConnection = openConnection(left);
  if (ownConnection !== undefined) return ownConnection;
  throw new BusError(
    'ERR_BUS_CONFIG',
    'connect: this thread has no ticket. Start it with bus.startWorker, or pass one from bus.createTicket().',
    { details: { option: 'ticket', expected: 'a ticket', got: 'none' } },
  );
}

function checkTicket(ticket: unknown): Ticket {
  if (!isTicket(ticket)) {
    throw configError('connect', 'ticket', 'a ticket of bus.createTicket()', kindOf(ticket));
  }
  if (!usedPorts.has(ticket.control)) return ticket;
  throw configError('connect', 'ticket', 'a ticket that was not used before', 'a used one');
}

async function openConnection(ticket: Ticket): Promise<ConnectedBus> {
  usedPorts.add(ticket.control);
  // Loaded here, so that threads without a connection do without.
  const { Door } = await import('./host/control-door.ts');
  const door = new Door(ticket.control, () => ticket.peers.close());
  try {
    const boot = (await door.call('attach', [threadId])) as ClientBoot;
    return busOf(door, ticket, boot);
  } catch (error) {
    door.close();
    throw error;
  }
}

function busOf(door: Door, ticket: Ticket, boot: ClientBoot): ConnectedBus {
  const plane = planeThrough(door);
  const client = new BusClient(boot, plane, {
    isMain: false,
    takeNews: () => receiveMessageOnPort(ticket.peers)?.message as PeerNews | undefined,
    logger: createLogger(undefined),
  });
  // From here on the client holds the thread, and `unref` means what it says.
  door.unref();
  const close = async (options?: CloseOptions): Promise<DetachResult> => {
    const result = await client.close(resolveCloseOptions(options));
    await leave(plane, boot.memory.id, door);
    return result;
  };
  const bus = {
    ...verbsOf(client),
    close,
    [Symbol.asyncDispose]: async () => {
      await close();
    },
  };
  client.handlerBus = Object.freeze(bus);
  return bus as ConnectedBus;
}

/** Main takes out what this client had; where the bus has closed already there is nothing to take. */
async function leave(plane: ControlPlane, client: number, door: Door): Promise<void> {
  try {
    await plane.detach(client);
  } catch (error) {
    if (!BusError.isBusError(error) || error.code !== 'ERR_BUS_CLOSED') throw error;
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
