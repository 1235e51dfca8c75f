/**
 * Whole client and shard cores on one thread, over real shared memory, with a clock, microtasks and timers that the test
 * moves by hand. Everything a client reads from its rings is written down. It has no threads, no doorbells that anyone
 * waits on, and no control plane: the test tells the shards what main would.
 */
import { EndpointReceiver, type Handler } from '../../../src/client/endpoint.ts';
import type { Receiver } from '../../../src/client/receiver.ts';
import {
  mayHold,
  type RouteSpec,
  type ShardCommand,
  type ShardExplanation,
  type TargetSpec,
} from '../../../src/control/commands.ts';
import { ClientIds } from '../../../src/host/client-ids.ts';
import { ShardJournal } from '../../../src/host/shard-journal.ts';
import {
  type ClientMemory,
  createClientMemory,
  HEARD,
  TOLD,
} from '../../../src/memory/client-memory.ts';
import { createControlWords, setHolding } from '../../../src/memory/control-words.ts';
import { createLink, type LinkMemory } from '../../../src/memory/link-memory.ts';
import { sealLink } from '../../../src/memory/seal-link.ts';
import { createShardMemory, type ShardMemory } from '../../../src/memory/shard-memory.ts';
import type { EndpointOptions } from '../../../src/options.ts';
import { resolveEndpointOptions } from '../../../src/options.ts';
import { ShardCore } from '../../../src/shard/shard-core.ts';
import { WorldClient } from './world-client.ts';
import { SIZE, type WorldSize } from './world-size.ts';

export { CORRELATION_TIMEOUT_MS, type WorldClient } from './world-client.ts';
export type { WorldSize } from './world-size.ts';

/** A world that is busy for longer than this never comes to rest. */
const ROUNDS_MAX = 1000;

export class CoreWorld {
  readonly size: Required<WorldSize>;
  nowMs = 1;
  /** By id: of its last owner. */
  readonly clientMemories: ClientMemory[];
  readonly shardMemories: readonly ShardMemory[];
  /** By shard, then by client. */
  readonly links: readonly LinkMemory[][];
  readonly control: ReturnType<typeof createControlWords>;
  readonly shards: ShardCore[];
  /** What each shard was told, for successors. */
  readonly journals: readonly ShardJournal[];
  /** Everything a shard does goes through here; a test may let it die inside. Returns how much was done. */
  runShard: (id: number, work: () => number) => number = (_, work) => work();
  /** All that ever were. */
  readonly clients: WorldClient[];
  /** Clients that a shard has nothing of any more. */
  readonly forgotten: { readonly shard: number; readonly client: number }[] = [];
  /** Targets whose breakers have changed, as main is told. */
  readonly turned: number[] = [];
  readonly answers: Map<number, ShardExplanation> = new Map();
  /** Clients hear of departures when they happen to look, as where main's word comes late. */
  tellsLate = false;
  /** What the shards draw, 0 ≤ value < 1. */
  random = 0;
  readonly #gone = new Set<number>();
  /** By id: shards that have something of a client that is gone. */
  readonly #departing = new Map<number, number>();
  readonly #ids: ClientIds;
  readonly #freeTargets: number[];
  #nextId = 0;

  constructor(size: WorldSize = {}) {
    this.size = { ...SIZE, ...size };
    const { shards, clients, slots, cells, heapBytes, targets, startPosition } = this.size;
    const { handledIds } = this.size;
    this.control = createControlWords(targets);
    this.#ids = new ClientIds(this.size.ids - 1);
    const ids = Array.from({ length: clients }, () => this.#takeNumber() as number);
    this.clientMemories = ids.map((id) => createClientMemory(id, slots, heapBytes));
    this.shardMemories = Array.from({ length: shards }, (_, id) =>
      createShardMemory(id, targets, handledIds),
    );
    this.links = this.shardMemories.map(({ id }) =>
      ids.map((client) => createLink(client, id, { slots, cells }, startPosition)),
    );
    this.shards = this.shardMemories.map((shard) => this.#startShard(shard));
    this.journals = this.shardMemories.map(() => new ShardJournal());
    this.clients = ids.map((id) => new WorldClient(this, id, this.clientMemories));
    // Targets 0 … are the clients' sinks for failure reports.
    this.#freeTargets = Array.from({ length: targets - clients }, (_, at) => clients + at);
    for (const id of ids) this.#attach(id);
  }

  client(id = 0): WorldClient {
    return this.clients[id] as WorldClient;
  }

  shard(id = 0): ShardCore {
    return this.shards[id] as ShardCore;
  }

  tell(command: ShardCommand): void {
    for (let id = 0; id < this.shards.length; id++) this.#tellShard(id, command);
  }

  /** The shard's thread has ended: a successor takes its memory over. */
  replaceShard(id: number, skipsEntry = false): void {
    this.shards[id] = this.#startShard(this.shardMemories[id] as ShardMemory);
    // The loop steps once before it looks at its commands: it knows the time, and no client yet.
    this.shard(id).step(this.nowMs);
    const state = (this.journals[id] as ShardJournal).snapshot();
    this.#tellShard(id, { op: 'takeOver', state, skipsEntry });
  }

  /** A target of `client`, known to all shards; returns its number. */
  addTarget(client: WorldClient, receiver: Receiver, wishes: Partial<TargetSpec> = {}): number {
    const id = this.#freeTargets.shift();
    if (id === undefined) throw new RangeError('the world has no free target number');
    client.core.install(id, receiver);
    const target = { kind: 'endpoint', window: 8, whenFull: 'park', ...wishes } as const;
    if (mayHold(target)) setHolding(this.control);
    this.tell({ op: 'addTarget', target: { ...target, id, client: client.core.id } });
    return id;
  }

  /** Takes it out of the shards; its receiver stays. */
  removeTarget(target: number): void {
    this.tell({ op: 'removeTarget', target });
  }

  addEndpoint(
    client: WorldClient,
    name: string,
    handler: Handler,
    options: EndpointOptions & { readonly window?: number } = {},
  ): number {
    const { window = 8, ...rest } = options;
    const resolved = resolveEndpointOptions(rest);
    const receiver = new EndpointReceiver(name, handler, resolved, client.core.receiverParts);
    return this.addTarget(client, receiver, { window });
  }

  /** Returns the route's number. Routes of one pattern share a cursor. */
  addRoute(pattern: string, target: number, wishes: Partial<RouteSpec> = {}): number {
    const id = ++this.#nextId;
    const route: RouteSpec = {
      id,
      pattern,
      match: /[*?[]/.test(pattern) ? 'glob' : 'exact',
      priority: 0,
      target,
      balance: 'round-robin',
      order: id,
      weight: 1,
      cursor: 0,
      ...wishes,
    };
    this.tell({ op: 'addRoutes', routes: [route] });
    return id;
  }

  removeRoute(id: number): void {
    this.tell({ op: 'removeRoutes', routes: [id] });
  }

  subscribe(pattern: string, target: number, group?: number): number {
    const id = ++this.#nextId;
    const match = /[*?[]/.test(pattern) ? 'glob' : 'exact';
    this.tell({
      op: 'addSubscription',
      subscription: { id, pattern, match, target, order: id, ...(group && { group }) },
    });
    return id;
  }

  /** The client's thread is gone: it runs no more, and main has sealed its rings. */
  detach(client: WorldClient): void {
    const { id } = client.core;
    this.#gone.add(client.id);
    this.#departing.set(id, this.shards.length);
    for (const links of this.links) sealLink(links[id] as LinkMemory);
    this.tell({ op: 'detach', client: id });
  }

  /** A client more; undefined: no id is free. */
  admit(): WorldClient | undefined {
    const number = this.#takeNumber();
    if (number === undefined) return undefined;
    const { cells, heapBytes, slots, startPosition } = this.size;
    const memory = createClientMemory(number, slots, heapBytes);
    const { id } = memory;
    for (const word of [TOLD, HEARD]) memory.words[word] = this.#ids.told;
    this.clientMemories[id] = memory;
    for (const { id: shard } of this.shardMemories) {
      (this.links[shard] as LinkMemory[])[id] = createLink(
        id,
        shard,
        { slots, cells },
        startPosition,
      );
    }
    for (const { news } of this.#alive()) news.push({ came: memory });
    const here = new Set([
      ...this.#alive().map(({ core }) => core.id),
      ...this.#departing.keys(),
      id,
    ]);
    const peers = this.clientMemories.filter((peer) => here.has(peer.id));
    const client = new WorldClient(this, id, peers);
    this.clients.push(client);
    this.#attach(id);
    return client;
  }

  #takeNumber(): number | undefined {
    const alive = this.clients === undefined ? [] : this.#alive();
    const number = this.#ids.next(alive.map(({ core }) => core.memory.words[HEARD] as number));
    if (number !== undefined) this.#ids.take();
    return number;
  }

  #noteForgotten(id: number): void {
    const shards = (this.#departing.get(id) as number) - 1;
    this.#departing.set(id, shards);
    if (shards > 0) return;
    this.#departing.delete(id);
    const told = this.#ids.retire((this.clientMemories[id] as ClientMemory).number);
    for (const { core, news } of this.#alive()) {
      news.push({ left: id, told });
      if (!this.tellsLate) core.memory.words[TOLD] = told;
    }
  }

  advance(ms: number): void {
    this.nowMs += ms;
    for (const client of this.#alive()) client.fireTimers();
  }

  /** One turn of everybody; returns how much was done. */
  turn(): number {
    let work = 0;
    for (const client of this.#alive()) work += client.endMicrotask();
    this.shards.forEach((_, id) => {
      work += this.runShard(id, () => this.shard(id).step(this.nowMs));
    });
    for (const client of this.#alive()) work += client.core.poll();
    return work;
  }

  /** Until nobody has anything to do at this time. Deliveries that look again later count as rest. */
  run(): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      if (this.turn() === 0 && this.turn() === 0) return;
      if (this.#onlyBacksOff()) return;
    }
    throw new Error(`the world is still busy after ${ROUNDS_MAX} rounds`);
  }

  /** As `run`, with the promises of handlers in between. */
  async runAsync(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      this.run();
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.turn() === 0 ? quiet + 1 : 0;
    }
  }

  #startShard(shard: ShardMemory): ShardCore {
    const { control, shardMemories: shards } = this;
    const boot = { shard, control, shards, originMs: 0, spin: false };
    return new ShardCore(boot, {
      random: () => this.random,
      turned: (target) => this.turned.push(target),
      explained: (question, answer) => this.answers.set(question, answer),
      forgot: (client) => {
        this.forgotten.push({ shard: shard.id, client });
        this.journals[shard.id]?.forget(client);
        this.#noteForgotten(client);
      },
    });
  }

  #tellShard(id: number, command: ShardCommand): void {
    this.journals[id]?.note(command);
    this.runShard(id, () => {
      this.shard(id).apply(command);
      return 1;
    });
  }

  #alive(): WorldClient[] {
    return this.clients.filter(({ id }) => !this.#gone.has(id));
  }

  /** A shard with deliveries that look again counts as busy at every step. */
  #onlyBacksOff(): boolean {
    const waits = this.shards.some(({ state }) => state.backingOff.size > 0);
    if (!waits) return false;
    return [0, 1, 2].every(() => {
      const microtasks = this.#alive().reduce((sum, client) => sum + client.endMicrotask(), 0);
      for (const shard of this.shards) shard.step(this.nowMs);
      return microtasks + this.#alive().reduce((sum, { core }) => sum + core.poll(), 0) === 0;
    });
  }

  #attach(id: number): void {
    const client = this.clientMemories[id] as ClientMemory;
    const { reportsWindow: window } = this.size;
    this.shards.forEach((_, at) => {
      const link = this.links[at]?.[id] as LinkMemory;
      const reports = { id, kind: 'reports', client: id, window, whenFull: 'park' } as const;
      this.#tellShard(at, { op: 'attach', client, link, reports });
    });
  }
}
