/**
 * Everything that main does for a bus besides being a client of it: shards, clients on other threads, the control
 * plane, and the end of all of them. It is given main's own client half and knows only how to fail and close it.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { DeadLetterHome } from '../client/dead-letter-desk.ts';
import { LEFT_BEHIND_GRACE_MS } from '../client/drain.ts';
import { busClock, startClock } from '../control/bus-clock.ts';
import type { ClientBoot } from '../control/plane.ts';
import { warnAtExit } from '../log.ts';
import {
  BUS_STATE,
  busState,
  type ControlWords,
  createControlWords,
  setBusState,
} from '../memory/control-words.ts';
import { createShardMemory, type ShardMemory } from '../memory/shard-memory.ts';
import type { BusError } from '../message/errors.ts';
import {
  type Logger,
  type ResolvedCloseOptions,
  type ResolvedConfig,
  resolveStartWorkerOptions,
  resolveTicketOptions,
  type StartWorkerOptions,
  type TicketOptions,
} from '../options.ts';
import { Registry } from '../registry/registry.ts';
import { BreakerNews } from './breaker-news.ts';
import { assertOpen } from './bus-state.ts';
import { type ClientHost, cellsFor, type PeerSink } from './client-host.ts';
import { settingsOf } from './client-settings.ts';
import { Clients, type TellState } from './clients.ts';
import { deadLetterHome, deadLettersTarget } from './dead-letter-home.ts';
import { quietWithin, untilQuiet } from './drain.ts';
import { DroppedCounts } from './dropped-counts.ts';
import { atProcessExit } from './exit-drains.ts';
import type { MainClient } from './main-client.ts';
import { observeHealth, observeMetrics, observeTroubles } from './observe.ts';
import { Plane } from './plane.ts';
import { Pools } from './pools.ts';
import { Sessions } from './sessions.ts';
import { ShardHost, type ShardRestart } from './shard-host.ts';
import { Shards } from './shards.ts';
import type { Thread } from './spawn.ts';
import { type ShardSurroundings, spawnShard, spawnStandby } from './spawn-shard.ts';
import { StallWatch } from './stall-watch.ts';
import { FIRST_FILL_MS, Standby } from './standby.ts';
import { moduleHref, startThread } from './start-thread.ts';
import { Threads } from './threads.ts';
import type { Ticket } from './ticket.ts';
import { TroubleWatch } from './trouble-watch.ts';

/** A shard ends within a step of its loop; longer means that it is stuck. */
const SHARD_GRACE_MS = 1_000;

/** An ending process waits so long for the next message to be settled; threads that wait for a core need some of it. */
const EXIT_STALL_MS = 500;
/** And no longer than this for all of them: somebody waits for the end. */
const EXIT_MOST_MS = 2_000;

export interface CloseResult {
  /** Messages of all threads that were settled while the bus was closing. */
  readonly settled: number;
  /** Messages that were accepted and not settled by then, and events whose callbacks had not run to their end. */
  readonly abandoned: number;
  /** Threads of `startWorker` that closing ended, and shards that did not end by themselves. */
  readonly threadsTerminated: number;
}

export class BusHost {
  readonly plane: Plane;
  readonly pools: Pools;
  readonly #control: ControlWords;
  readonly #shards: Shards;
  readonly #clients: Clients;
  readonly #breakers: BreakerNews;
  readonly #breakerTargets: () => number[];
  readonly #sessions: Sessions;
  readonly #threads: Threads;
  readonly #stallWatch: StallWatch;
  readonly #troubleWatch: TroubleWatch;
  readonly #standby: Standby | undefined;
  readonly #logger: Logger;
  readonly #userLogger: Logger | undefined;
  readonly #letters: DeadLetterHome | undefined;
  readonly #main: ClientHost;
  readonly #mainBoot: ClientBoot;
  #client: MainClient | undefined;
  readonly #tellState: TellState = (news) => this.#client?.emit('endpointState', news);
  #closing: Promise<CloseResult> | undefined;
  #cancelExitDrain: () => void = () => {};

  /** Starts nothing. `tellPeer` hears of every client after main's own. */
  constructor(config: ResolvedConfig, logger: Logger, tellPeer: PeerSink) {
    const clock = startClock();
    // Two more for each client, for failure reports and as a pool's thread; one for dead letters.
    const targets = config.maxEndpoints + config.maxSubscriptions + 2 * config.maxClients + 1;
    const control = createControlWords(targets);
    const registry = new Registry({ ...config, targets, cells: cellsFor(config.slots) });
    // Main is a thread with work too: a shard may spin where each of them has a core to itself.
    const spin = config.shards + 1 <= availableParallelism();
    const memories = makeMemories(config.shards, targets);
    const surroundings = { control, originMs: clock.originMs, spin, shards: memories };
    this.#standby =
      config.standby === 0
        ? undefined
        : new Standby((summons) => spawnStandby(surroundings, config, summons), logger);
    const shards = new Shards(this.#makeShards(config, memories, surroundings));
    const clients = new Clients({
      shards,
      registry,
      control,
      clock,
      maxClients: config.maxClients,
      tellState: this.#tellState,
      size: { slots: config.slots, heapBytes: config.heapBytes, shards: config.shards },
      settings: settingsOf(config),
    });
    const dropped = new DroppedCounts(shards);
    const now = busClock(clock.originMs);
    const observed = { registry, shards, clients, control, dropped, now };
    this.#breakerTargets = () => registry.breakerTargets();
    this.#breakers = new BreakerNews({
      control,
      now,
      nameOf: (target) => registry.endpointAt(target)?.spec.id,
      tell: (news) => this.#client?.emit('breaker', news),
    });
    this.#control = control;
    this.#shards = shards;
    this.#clients = clients;
    this.#logger = logger;
    this.#userLogger = config.logger;
    this.plane = new Plane({
      ...observed,
      deadLetters: () => this.#client?.deadLetters,
      metrics: () => observeMetrics(observed),
      health: () => observeHealth(observed, this.#client?.lettersWaiting ?? 0),
      now: Date.now,
      busNow: now,
      tellState: this.#tellState,
    });
    this.#sessions = new Sessions({
      clients,
      plane: this.plane,
      ownerOf: (target) => registry.ownerOf(target),
      assertOpen: () => assertOpen(control),
      onError: (error) => this.#noteError(error),
    });
    this.#threads = new Threads(logger);
    this.#stallWatch = new StallWatch(shards, config.stallTimeout);
    this.#troubleWatch = new TroubleWatch(
      config.healthCheckInterval,
      () => observeTroubles(observed, this.#client?.lettersWaiting ?? 0),
      (alert) => this.#client?.emit('alert', alert),
    );
    this.pools = new Pools({
      ...observed,
      sessions: this.#sessions,
      plane: this.plane,
      logger,
      maxConcurrentDeliveries: config.maxConcurrentDeliveries,
      onStarted: (worker) => this.#threads.addOfPool(worker),
      onFailed: (endpoint) => this.#noteFailedPool(endpoint),
      isOver: () => busState(control) !== BUS_STATE.open,
    });
    this.#main = clients.admit(0, tellPeer);
    this.#mainBoot = clients.bootOf(this.#main);
    if (config.maxDeadLetters > 0) {
      const { maxDeadLetterBytes: bytes, maxDeadLetters: letters } = config;
      this.#letters = deadLetterHome(registry, { letters, bytes });
    }
  }

  /** Undefined: dead letters are not kept. */
  get deadLetterHome(): DeadLetterHome | undefined {
    return this.#letters;
  }

  /** What main's client half is made of. */
  get mainBoot(): ClientBoot {
    return this.#mainBoot;
  }

  /** Starts the shards and attaches main. On failure nothing is left behind. */
  async start(client: MainClient): Promise<void> {
    this.#client = client;
    this.#cancelExitDrain = atProcessExit(() => this.#drainAtExit(client));
    try {
      await this.#shards.start();
      await this.#clients.attach(this.#main);
      if (this.#letters !== undefined) {
        const target = deadLettersTarget(this.#letters.target);
        await this.#shards.tellAll({ op: 'addTarget', target });
      }
      this.#standby?.fill(FIRST_FILL_MS);
      this.#troubleWatch.start();
    } catch (error) {
      await this.close({ drain: false, timeout: 0 });
      throw error;
    }
  }

  /** Main was woken: calls whose changes are in force by now resolve. */
  onWake(): void {
    this.#shards.settleApplied();
  }

  /** Throws `ERR_BUS_CONFIG`, `ERR_BUS_CLOSED` or `ERR_BUS_FULL`. */
  createTicket(options: TicketOptions | undefined): Ticket {
    assertOpen(this.#control);
    const { lifetime } = resolveTicketOptions(options);
    return this.#sessions.issue({ lifetimeMs: lifetime, endsWithPort: true }).ticket;
  }

  /** Rejects `ERR_BUS_CONFIG`, `ERR_BUS_WORKER`, `ERR_BUS_CLOSED` or `ERR_BUS_FULL`. */
  async startWorker(url: unknown, options: StartWorkerOptions | undefined): Promise<Worker> {
    assertOpen(this.#control);
    const href = moduleHref(url);
    const resolved = resolveStartWorkerOptions(options);
    const session = this.#sessions.issue({ lifetimeMs: undefined, endsWithPort: false });
    const { loaded, worker } = startThread(href, resolved, session, this.#logger);
    this.#threads.add(worker);
    try {
      await loaded;
    } catch (error) {
      // Closing the bus ends threads that are being loaded; that is no defect of theirs.
      assertOpen(this.#control);
      throw error;
    }
    return worker;
  }

  /** Options of later calls are not looked at: they get the first one's promise. */
  close(options: ResolvedCloseOptions): Promise<CloseResult> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close({ drain, timeout }: ResolvedCloseOptions): Promise<CloseResult> {
    const start = performance.now();
    const settledBefore = this.#count('settled');
    this.#setState(BUS_STATE.closing);
    this.#client?.refuseCalls();
    const isFatal = (): boolean => busState(this.#control) === BUS_STATE.fatal;
    const leftMs = (): number => Math.max(0, timeout - (performance.now() - start));
    if (drain) await untilQuiet(() => this.#wanted(), isFatal, timeout);
    // Handlers that nobody waits for any more have been told so; they are given a moment, on every thread.
    const graceEnd = performance.now() + Math.min(LEFT_BEHIND_GRACE_MS, leftMs());
    const graceMs = (): number => Math.max(0, graceEnd - performance.now());
    if (drain) await untilQuiet(() => this.#count('leftBehind'), isFatal, graceMs());
    const settled = this.#count('settled') - settledBefore;
    const abandoned = this.#abandoned();
    await this.#client?.close({ drain, timeout: leftMs(), graceMs: graceMs() });
    this.#setState(BUS_STATE.closed);
    this.#clients.close();
    const pools = this.pools.end();
    const terminated = await this.#threads.end(leftMs());
    await pools;
    this.#sessions.endAll();
    this.#breakers.close();
    this.#stallWatch.stop();
    this.#troubleWatch.stop();
    await this.#standby?.close();
    const forced = await this.#shards.close(SHARD_GRACE_MS);
    this.#cancelExitDrain();
    return { settled, abandoned, threadsTerminated: terminated + forced };
  }

  /**
   * The process ends now. Other threads still run until this returns, so what they are to get is published and they
   * are given a bounded time for it; handlers of this thread cannot run any more, and what is for them is counted.
   */
  #drainAtExit(client: MainClient): void {
    if (busState(this.#control) >= BUS_STATE.closed) return;
    this.#setState(BUS_STATE.closing);
    client.refuseCalls();
    const left = (): number => {
      client.reap();
      return this.#outstanding() + this.#othersAwake();
    };
    quietWithin(left, EXIT_STALL_MS, EXIT_MOST_MS);
    const unsettled = this.#count('outstanding');
    if (unsettled === 0) return;
    const text =
      'the process ended before all messages were settled: await bus.close() or bus.flush() first';
    warnAtExit(this.#userLogger, { unsettled }, text);
  }

  /** Threads that have not read, or not finished with, what came to them. */
  #othersAwake(): number {
    let awake = 0;
    for (const client of this.#clients.present()) {
      if (client !== this.#main && !client.parked) awake += 1;
    }
    return awake;
  }

  /** Of all clients; of those on other threads as they last published it. */
  #count(name: 'settled' | 'outstanding' | 'leftBehind'): number {
    this.#client?.publishCounters();
    let sum = name === 'settled' ? this.#clients.departedCounts.settled : 0;
    for (const client of this.#clients.present()) sum += client.counts()[name];
    return sum;
  }

  /** Messages without an end, and events that no callback will get. What left-behind handlers hold is settled. */
  #abandoned(): number {
    this.#client?.publishCounters();
    let sum = 0;
    for (const client of this.#clients.present()) {
      const { accepted, callbacks, settled } = client.counts();
      sum += accepted - settled + callbacks;
    }
    return sum;
  }

  /** What closing waits for: what is neither settled nor run by callbacks. */
  #wanted(): number {
    let sum = this.#client?.wanted ?? 0;
    for (const client of this.#clients.present()) {
      if (client === this.#main) continue;
      const { callbacks, leftBehind, outstanding } = client.counts();
      sum += outstanding - leftBehind + callbacks;
    }
    return sum;
  }

  /** What is not at rest. Main's own is asked directly: calls that wait for room are in no counter. */
  #outstanding(): number {
    let sum = this.#client?.outstanding ?? 0;
    for (const client of this.#clients.present()) {
      if (client !== this.#main) sum += client.counts().outstanding;
    }
    return sum;
  }

  /** Every thread must see it: those asleep are woken. What is fatal stays so. */
  #setState(state: number): void {
    if (busState(this.#control) === BUS_STATE.fatal) return;
    setBusState(this.#control, state);
    this.#clients.ringAll();
  }

  #makeShards(
    config: ResolvedConfig,
    memories: readonly ShardMemory[],
    surroundings: ShardSurroundings,
  ): ShardHost[] {
    return memories.map((memory) => {
      const begin = (): Thread =>
        this.#standby?.take(memory.id) ?? spawnShard(memory, surroundings, config);
      return new ShardHost(memory, begin, {
        onFatal: (error) => this.#fail(error),
        onRestart: (restart) => this.#noteRestart(restart),
        // Not sooner: what starts takes a core from the takeover.
        onReplaced: () => {
          this.#standby?.fill(0);
          this.#breakers.lookAtAll(this.#breakerTargets());
        },
        onTurned: (target) => this.#breakers.note(target),
        onForgotten: (client) => this.#clients.noteForgotten(client),
      });
    });
  }

  /** Whoever sleeps must look again: the dead shard may have rung nobody, or half. */
  #noteRestart(restart: ShardRestart): void {
    this.#clients.ringAll();
    this.#logger.warn({ ...restart, err: restart.error }, 'a shard died and is being replaced');
    this.#client?.emit('shardRestart', restart);
  }

  /** A shard cannot be kept alive: nobody may wait for anything any more. */
  #fail(error: BusError): void {
    this.#logger.error({ err: error }, 'the bus has failed');
    this.#setState(BUS_STATE.fatal);
    this.#client?.fail(error);
  }

  #noteFailedPool(endpoint: string): void {
    this.#tellState({ endpoint, state: 'closed' });
    this.#troubleWatch.check();
  }

  #noteError(error: unknown): void {
    if (busState(this.#control) !== BUS_STATE.open) return;
    this.#logger.error({ err: error }, 'a thread of the bus could not be served');
  }
}

function makeMemories(shards: number, targets: number): ShardMemory[] {
  return Array.from({ length: shards }, (_, id) => createShardMemory(id, targets));
}
