/** The bus on the main thread: the only file that knows both its halves, the host of all threads and main's own client. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { type BusVerbs, verbsOf } from './bus-verbs.ts';
import { BusClient } from './client/bus-client.ts';
import type { Endpoint } from './client/endpoint-handle.ts';
import { closeOnce } from './close-once.ts';
import type { ContractsOf, WithContracts } from './contracts.ts';
import type { PeerNews } from './control/plane.ts';
import { BusHost, type CloseResult } from './host/bus-host.ts';
import type { Ticket } from './host/ticket.ts';
import { loadCodec } from './load-codec.ts';
import { createLogger } from './log.ts';
import {
  type BusConfig,
  type CloseOptions,
  type PoolOptions,
  resolveConfig,
  type StartWorkerOptions,
  type TicketOptions,
} from './options.ts';

export type { CloseResult } from './host/bus-host.ts';
export type { Ticket } from './host/ticket.ts';

/** A bus, on the thread that created it. */
export interface MessageBus extends BusVerbs {
  /**
   * Runs a module on a thread of its own, in which `connect()` gives the bus. Resolves when the module has been
   * evaluated, also when it never connects: whether its endpoints are there is for the module to await, and for
   * `endpoints.find` to tell. Rejects `ERR_BUS_WORKER` with the file, the reason and the cause when it cannot be loaded,
   * `ERR_BUS_CONFIG` for a bad URL or option. The thread does not hold the process, and ends with the bus.
   */
  startWorker(url: string | URL, options?: StartWorkerOptions): Promise<Worker>;
  /**
   * An endpoint whose handler runs on `threads` threads of its own: the function that the module exports as `handler`
   * (default `'default'`), one message at a time on each unless `concurrency` says more. A thread that ends, whatever the
   * reason, is replaced, and what it had begun is delivered again; with a `timeout`, one that a handler does not give back
   * is ended so long after it. Resolves when all threads have loaded the module. Rejects `ERR_BUS_WORKER` with the cause
   * when one cannot be started, `ERR_BUS_CONFIG`, `ERR_BUS_DUPLICATE`, and `ERR_BUS_FULL` beyond `maxClients` threads.
   */
  registerPool(id: string, url: string | URL, options?: PoolOptions): Promise<Endpoint>;
  /**
   * For a Worker of your own: `new Worker(url, { workerData: { ticket }, transferList: [...ticket.transferList] })`,
   * and in it `connect(workerData.ticket)`. For one thread, once, within its `lifetime` (default 60 000 ms). Throws
   * `ERR_BUS_CONFIG`, `ERR_BUS_CLOSED`, and `ERR_BUS_FULL` when 1 024 tickets and threads are under way.
   */
  createTicket(options?: TicketOptions): Ticket;
  /**
   * Refuses new calls on every thread, waits at most `timeout` ms (default 5 000; `drain: false` does not wait), and ends
   * all threads of the bus. It waits until what was accepted is settled and callbacks have had the events that came for
   * them; paused subscriptions and unread iterators are not waited for. A handler whose caller has timed out or aborted
   * is given 250 ms of the time, once nothing else is waited for. A second call returns the first's promise.
   */
  close(options?: CloseOptions): Promise<CloseResult>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a bus. All options are checked before a thread starts: rejects `ERR_BUS_CONFIG`; `ERR_BUS_WORKER` when a
 * shard cannot be started. Resolves when messages can be sent.
 */
export function createBus(config?: BusConfig): Promise<MessageBus>;
/** With the payload and reply of each key, for the compiler: `createBus<{ 'invoice.create': { payload, reply } }>()`. */
export function createBus<Contracts extends ContractsOf<Contracts>>(
  config?: BusConfig,
): Promise<WithContracts<MessageBus, Contracts>>;
export async function createBus(config?: BusConfig): Promise<MessageBus> {
  const resolved = resolveConfig(config, availableParallelism());
  const codec = await loadCodec(resolved.codec, 'createBus');
  const logger = createLogger(resolved.logger);
  const news: PeerNews[] = [];
  const host = new BusHost(resolved, logger, (next) => news.push(next));
  const client = new BusClient(host.mainBoot, host.plane, {
    isMain: true,
    onWake: () => host.onWake(),
    takeNews: () => news.shift(),
    logger,
    keepAlive: resolved.keepAlive,
    codec,
    deadLetters: host.deadLetterHome,
  });
  await host.start({
    get outstanding() {
      return client.outstanding;
    },
    get wanted() {
      return client.wanted;
    },
    get deadLetters() {
      return client.deadLetterDesk?.keeper;
    },
    get lettersWaiting() {
      return client.deadLetterDesk?.waiting ?? 0;
    },
    publishCounters: () => client.core.publishCounters(),
    refuseCalls: () => client.refuseCalls(),
    reap: () => {
      client.core.flushAll();
      client.core.reap();
    },
    fail: (error) => client.fail(error),
    emit: (name, event) => client.emit(name, event),
    close: (options) => client.close(options),
  });
  const bus = busOf(host, client);
  client.handlerBus = bus;
  return bus;
}

function busOf(host: BusHost, client: BusClient): MessageBus {
  const close = closeOnce((options) => host.close(options));
  const bus = {
    ...verbsOf(client),
    startWorker: (url: string | URL, options?: StartWorkerOptions) =>
      host.startWorker(url, options),
    registerPool: (id: string, url: string | URL, options?: PoolOptions) =>
      host.pools.register(id, url, options),
    createTicket: (options?: TicketOptions) => host.createTicket(options),
    close,
    [Symbol.asyncDispose]: async () => {
      await close();
    },
  };
  return Object.freeze(bus as MessageBus);
}
