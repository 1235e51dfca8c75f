/**
 * One thread's way into the bus, on main's side: the other ends of its ticket's ports, and the client that it becomes.
 * A session ends with its thread, when its ticket expires, or with the bus.
 */
import type { MessagePort } from 'node:worker_threads';
import type { ClientBoot, ControlPlane } from '../control/plane.ts';
import { setTicketState, TICKET_STATE } from '../memory/ticket-word.ts';
import { BusError } from '../message/errors.ts';
import { packThrown } from '../message/thrown-value.ts';
import { isPlaneMethod, planeOfClient } from './client-calls.ts';
import type { Clients } from './clients.ts';
import { issueTicket, type Ticket } from './ticket.ts';

/** Of what ended a thread, which all clients are told; of what needs more its message. */
const CAUSE_BYTES = 16 * 1024;

export interface SessionInit {
  readonly clients: Clients;
  readonly plane: ControlPlane;
  readonly ownerOf: (target: number) => number | undefined;
  /** Throws when the bus is not open. */
  readonly assertOpen: () => void;
  readonly onEnd: (session: Session) => void;
  readonly onError: (error: unknown) => void;
}

export interface SessionOptions {
  /** The ticket expires so long after its issue; undefined: never. */
  readonly lifetimeMs: number | undefined;
  /** The port's end is the thread's end. Otherwise somebody who knows better calls `end`. */
  readonly endsWithPort: boolean;
}

type State =
  | { readonly name: 'issued'; readonly expiry: NodeJS.Timeout | undefined }
  | { readonly name: 'attached'; readonly client: number; readonly plane: ControlPlane }
  /** In good order: its id may be another client's by the time at which its thread ends. */
  | { readonly name: 'left' }
  | { readonly name: 'ended' };

export class Session {
  readonly ticket: Ticket;
  readonly #init: SessionInit;
  readonly #control: MessagePort;
  readonly #peers: MessagePort;
  #state: State;

  constructor(init: SessionInit, { lifetimeMs, endsWithPort }: SessionOptions) {
    const { control, peers, ticket } = issueTicket();
    this.#init = init;
    this.#control = control;
    this.#peers = peers;
    this.ticket = ticket;
    const expiry =
      lifetimeMs === undefined ? undefined : setTimeout(() => this.#expire(), lifetimeMs).unref();
    this.#state = { name: 'issued', expiry };
    if (endsWithPort) this.#control.on('close', () => this.end());
    this.#serve().catch(init.onError);
  }

  /** The client that its thread became; undefined before and after. */
  get client(): number | undefined {
    return this.#state.name === 'attached' ? this.#state.client : undefined;
  }

  /**
   * The thread is gone, or must not come any more: what it was to the bus is taken out. `exitCode` and `cause`, what ended
   * it: where they are known.
   */
  end(exitCode?: number, cause?: { readonly error: unknown }): void {
    const state = this.#state;
    if (state.name === 'ended') return;
    this.#state = { name: 'ended' };
    this.#control.close();
    this.#peers.close();
    this.#init.onEnd(this);
    if (state.name === 'issued') clearTimeout(state.expiry);
    else if (state.name === 'attached') {
      const thrown = cause === undefined ? {} : { thrown: packThrown(cause.error, CAUSE_BYTES) };
      const end = { exitCode, ...thrown };
      this.#init.clients.dismiss(state.client, end).catch(this.#init.onError);
    }
  }

  #expire(): void {
    setTicketState(this.ticket.state, TICKET_STATE.expired);
    this.end();
  }

  /** The door, and comlink with it, is loaded with the first ticket; calls wait in the port until then. */
  async #serve(): Promise<void> {
    const { serveDoor } = await import('./control-door.ts');
    if (this.#state.name === 'ended') return;
    serveDoor(this.#control, (method, parameters) => this.#call(method, parameters));
  }

  async #call(method: string, parameters: readonly unknown[]): Promise<unknown> {
    if (method === 'attach') return this.#attach(Number(parameters[0]));
    const state = this.#state;
    if (state.name === 'left') {
      if (method === 'detach') return undefined;
      throw leftError(method);
    }
    if (state.name !== 'attached' || !isPlaneMethod(method)) {
      const text = `A thread called ${method} while its session was ${state.name}.`;
      throw new BusError('ERR_BUS_INTERNAL', text, { details: { method, state: state.name } });
    }
    if (method === 'detach') this.#state = { name: 'left' };
    const call = state.plane[method] as (...values: readonly unknown[]) => Promise<unknown>;
    return call(...parameters);
  }

  async #attach(threadId: number): Promise<ClientBoot> {
    const state = this.#state;
    const { assertOpen, clients, ownerOf, plane } = this.#init;
    if (state.name !== 'issued') {
      const text = 'The ticket has been used: each thread needs its own, from bus.createTicket().';
      throw new BusError('ERR_BUS_CONFIG', text, { details: { option: 'ticket' } });
    }
    assertOpen();
    const client = clients.admit(threadId, (news) => this.#peers.postMessage(news));
    const boot = clients.bootOf(client);
    clearTimeout(state.expiry);
    const { id } = client;
    this.#state = { name: 'attached', client: id, plane: planeOfClient(plane, id, ownerOf) };
    await clients.attach(client);
    return boot;
  }
}

/** A call that was on its way when its thread left. */
function leftError(method: string): BusError {
  const text = `This thread's connection is closed: ${method} was refused.`;
  return new BusError('ERR_BUS_CLOSED', text, { details: { state: 'closed', accepted: false } });
}
