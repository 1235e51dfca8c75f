/** The pools of a bus: registered, watched, and ended with it. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { Endpoint } from '../client/endpoint-handle.ts';
import { endpointSpec } from '../client/endpoint-spec.ts';
import { AHEAD } from '../client/registrations.ts';
import type { EndpointSpec } from '../control/plane.ts';
import { BEAT } from '../memory/client-memory.ts';
import { type ControlWords, clearTallies } from '../memory/control-words.ts';
import { get } from '../memory/seam.ts';
import type { BusError } from '../message/errors.ts';
import { configError } from '../options/reader.ts';
import {
  type Logger,
  type PoolOptions,
  type ResolvedPoolOptions,
  resolvePoolOptions,
} from '../options.ts';
import type { Registry } from '../registry/registry.ts';
import { assertOpen } from './bus-state.ts';
import type { Clients } from './clients.ts';
import type { Plane } from './plane.ts';
import { BEAT_MS, Pool } from './pool.ts';
import type { Ended, SeatInit } from './pool-seat.ts';
import type { Sessions } from './sessions.ts';
import type { Shards } from './shards.ts';
import { moduleHref } from './start-thread.ts';

/** Client 0 lives as long as the bus: what waits for a pool waits in its cells. */
const MAIN = 0;
const WHERE = 'registerPool';
/** What a thread may be late with a beat because others had the cores. */
const LATE_MS = 400;

export interface PoolsInit {
  readonly registry: Registry;
  readonly shards: Shards;
  readonly clients: Clients;
  readonly sessions: Sessions;
  readonly plane: Plane;
  readonly control: ControlWords;
  readonly logger: Logger;
  /** Messages handed over and not acknowledged, per endpoint. */
  readonly maxConcurrentDeliveries: number;
  readonly onStarted: (worker: Worker) => void;
  /** A pool has lost all of its threads. */
  readonly onFailed: (pool: string) => void;
  readonly isOver: () => boolean;
}

export class Pools {
  readonly #init: PoolsInit;
  readonly #pools = new Set<Pool>();

  constructor(init: PoolsInit) {
    this.#init = init;
  }

  /** Rejects `ERR_BUS_CONFIG`, `ERR_BUS_DUPLICATE`, `ERR_BUS_WORKER`, `ERR_BUS_FULL` or `ERR_BUS_CLOSED`. */
  async register(id: string, url: unknown, options: PoolOptions | undefined): Promise<Endpoint> {
    const { control } = this.#init;
    assertOpen(control);
    try {
      return await this.#start(id, url, options);
    } catch (error) {
      // Closing the bus ends threads that are being started; that is no defect of theirs.
      assertOpen(control);
      throw error;
    }
  }

  async #start(id: string, url: unknown, options: PoolOptions | undefined): Promise<Endpoint> {
    const href = moduleHref(url, WHERE);
    const { clients, control, plane } = this.#init;
    // By default as many as there are cores, or places.
    const most = Math.min(availableParallelism(), clients.limit);
    const resolved = resolvePoolOptions(options, most);
    const { name } = resolved.threadOptions;
    // Piscina passes none on.
    if (name !== undefined) throw configError(WHERE, 'name', 'undefined', `'${name}'`);
    clients.assertPossible(resolved.threads);
    const { startPoolThread } = await import('./piscina-door.ts');
    const target = await plane.allocateTarget(MAIN);
    clearTallies(control, target);
    try {
      await plane.registerEndpoint(MAIN, target, specOf(id, resolved, this.#windowOf(resolved)));
    } catch (error) {
      await plane.releaseTarget(target);
      throw error;
    }
    const start: SeatInit['start'] = (join, transferList) =>
      startPoolThread(resolved.threadOptions, join, transferList);
    const pool: Pool = new Pool({
      id,
      threads: resolved.threads,
      seat: this.#seatOf(id, href, resolved, start),
      onFailed: (error) => this.#fail(id, target, error),
      remove: () => plane.closeEndpoint(target),
      onEnded: async () => {
        this.#pools.delete(pool);
        await plane.releaseTarget(target);
      },
    });
    this.#pools.add(pool);
    await pool.start();
    return pool;
  }

  /** Resolves when all threads have ended. */
  async end(): Promise<void> {
    await Promise.all([...this.#pools].map((pool) => pool.end()));
  }

  #windowOf({ concurrency, threads }: ResolvedPoolOptions): number {
    return Math.min(this.#init.maxConcurrentDeliveries, concurrency * threads + AHEAD);
  }

  #seatOf(
    id: string,
    href: string,
    resolved: ResolvedPoolOptions,
    start: SeatInit['start'],
  ): Omit<SeatInit, 'onGivenUp'> {
    const { handler, isFailure, keepAlive, threadOptions: _, threads: __, ...options } = resolved;
    const { clients, isOver, onStarted, sessions } = this.#init;
    const isTimed = Number.isFinite(resolved.timeout);
    return {
      pool: id,
      href,
      start,
      isOver,
      issue: () => sessions.issue({ lifetimeMs: undefined, endsWithPort: false }),
      task: {
        href,
        handler,
        pool: id,
        options: { ...options, keepAlive },
        ...(isFailure === undefined ? {} : { isFailure }),
        ...(isTimed ? { beatMs: BEAT_MS } : {}),
      },
      stuckMs: isTimed ? resolved.timeout + LATE_MS : undefined,
      beatOf: (client) => {
        const words = clients.get(client)?.memory.words;
        return words === undefined ? undefined : get(words, BEAT);
      },
      onStarted: (worker) => {
        onStarted(worker);
        if (keepAlive) worker.ref();
      },
      onDeath: (death) => this.#noteDeath(id, death),
    };
  }

  #noteDeath(pool: string, { error, exitCode, threadId }: Ended): void {
    if (this.#init.isOver()) return;
    const facts = { pool, threadId, exitCode, ...(error === undefined ? {} : { err: error }) };
    this.#init.logger.warn(facts, 'a thread of a pool has ended');
  }

  async #fail(id: string, target: number, error: BusError): Promise<void> {
    const { clients, isOver, logger, onFailed, registry, shards } = this.#init;
    const entry = registry.noteEnd(target, { failure: error.message });
    if (entry === undefined) return;
    if (!isOver()) logger.error({ pool: id, err: error }, 'a pool has no threads any more');
    clients.announce(entry);
    onFailed(id);
    await shards.tellAll({ op: 'failPool', target });
  }
}

function specOf(id: string, resolved: ResolvedPoolOptions, window: number): EndpointSpec {
  const { concurrency, threads } = resolved;
  return {
    ...endpointSpec(id, window, resolved),
    concurrency: concurrency * threads,
    threadConcurrency: concurrency,
  };
}
