/** What the host of a bus sees of main's own client half. */
import type { BusEvents } from '../client/bus-events.ts';
import type { DeadLetterKeeper } from '../message/dead-letter.ts';
import type { BusError } from '../message/errors.ts';
import type { ResolvedCloseOptions } from '../options.ts';
import type { BreakerState } from './breaker-news.ts';
import type { ShardRestart } from './shard-host.ts';
import type { Alert } from './trouble-watch.ts';

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
  /** A breaker has changed. */
  tellBreaker(news: { readonly endpoint: string; readonly state: BreakerState }): void;
  /** An endpoint has. */
  tellState(news: BusEvents['endpointState']): void;
  /** A shard was replaced. */
  tell(restart: ShardRestart): void;
  /** Something troubles the bus, or does no more. */
  alert(alert: Alert): void;
  close(options: ResolvedCloseOptions & { readonly graceMs: number }): Promise<unknown>;
}
