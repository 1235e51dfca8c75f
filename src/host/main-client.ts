/** What the host of a bus sees of main's own client half. */
import type { EmitEvent } from '../client/bus-events.ts';
import type { DeadLetterKeeper } from '../message/dead-letter.ts';
import type { BusError } from '../message/errors.ts';
import type { ResolvedCloseOptions } from '../options.ts';

export interface MainClient {
  /** Accepted and not released, and calls that wait for room. */
  readonly outstanding: number;
  /** Of that, what closing waits for, and events that callbacks are to get. */
  readonly wanted: number;
  /** Brings the counters in its memory up to date. */
  publishCounters(): void;
  /** No new calls; what is under way goes on. */
  refuseCalls(): void;
  /** Publishes what was pushed and reads what was settled. Runs no handler. */
  reap(): void;
  /** What could not be delivered; undefined: it is not kept. */
  readonly deadLetters: DeadLetterKeeper | undefined;
  /** Of these, how many wait for room. */
  readonly lettersWaiting: number;
  fail(error: BusError): void;
  /** Tells main's listeners. */
  readonly emit: EmitEvent;
  close(options: ResolvedCloseOptions & { readonly graceMs: number }): Promise<unknown>;
}
