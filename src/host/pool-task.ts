/** What main asks of a thread of a pool, and what it answers. Crosses threads by structured clone. */
import type { MessagePort } from 'node:worker_threads';
import type { ResolvedEndpointOptions } from '../options.ts';
import type { Ticket } from './ticket.ts';

export interface JoinTask {
  readonly name: 'join';
  /** The user's module, its export that handles messages, and the one that says which errors its breaker counts. */
  readonly href: string;
  readonly handler: string;
  readonly isFailure?: string;
  readonly pool: string;
  readonly ticket: Ticket;
  /** Gets what ends the thread, as bytes. */
  readonly report: MessagePort;
  readonly options: ResolvedEndpointOptions;
  /** How often the thread says that its event loop turns, ms. Absent: not at all. */
  readonly beatMs?: number;
}

/** Hand back what has not started, finish what has, and leave the bus. */
export interface LeaveTask {
  readonly name: 'leave';
}

export type PoolTask = JoinTask | LeaveTask;

/** An error travels as bytes: Piscina's own way keeps no properties. Absent: it is done. */
export interface PoolReport {
  readonly thrown?: Uint8Array;
}
