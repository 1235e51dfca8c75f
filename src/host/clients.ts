/**
 * The clients of a bus: admitted, attached to all shards, made known to each other, and dismissed when they have left
 * or died.
 */
import type { BusEvents } from '../client/bus-events.ts';
import { busClock, type ClockOrigin } from '../control/bus-clock.ts';
import type { ClientBoot, ClientSettings, NamedEndpoint, ThreadEnd } from '../control/plane.ts';
import { CALL_LATENCY, CALL_LATENCY_COUNTS, type ClientHandle } from '../memory/client-memory.ts';
import { type ControlWords, foldTallies } from '../memory/control-words.ts';
import { CLIENT_COUNTERS, type ClientCounter } from '../memory/counters.ts';
import { clientIdOf } from '../memory/entries.ts';
import { addLatencies, latencyView } from '../memory/latency-bins.ts';
import { shardHandle } from '../memory/shard-memory.ts';
import { BusError } from '../message/errors.ts';
import type { EndpointEntry } from '../registry/endpoints.ts';
import type { Registry } from '../registry/registry.ts';
import { ClientHost, type ClientSize, type PeerSink } from './client-host.ts';
import { ClientIds } from './client-ids.ts';
import { LostEndpoints } from './lost-endpoints.ts';
import type { Shards } from './shards.ts';

/** An endpoint came, takes no more for now, takes messages again, or is gone. */
export type TellState = (news: BusEvents['endpointState']) => void;

export interface ClientsInit {
  readonly shards: Shards;
  readonly registry: Registry;
  readonly control: ControlWords;
  readonly settings: ClientSettings;
  readonly size: ClientSize;
  readonly clock: ClockOrigin;
  readonly maxClients: number;
  /** Tests have few. */
  readonly ids?: ClientIds;
  readonly tellState: TellState;
}

interface Departed {
  readonly client: ClientHandle;
  /** Shards that have something of it, and one more until its departure is in force in all of them. */
  users: number;
  /** Messages that it had accepted and was not told the end of. */
  readonly unsettled: number;
}

export class Clients {
  readonly lost: LostEndpoints = new LostEndpoints();
  readonly #init: ClientsInit;
  /** Ms since the bus epoch. */
  readonly #now: () => number;
  readonly #present = new Map<number, ClientHost>();
  /** Clients that left and of which something is still in use: newcomers are told of them too. */
  readonly #departed = new Map<number, Departed>();
  /** Counts of clients whose memory is gone, so that totals never shrink. */
  readonly #departedCounts: Record<ClientCounter, number> = noCounts();
  readonly #departedLatencies: Float64Array = new Float64Array(CALL_LATENCY_COUNTS);
  readonly #ids: ClientIds;
  #closed = false;

  constructor(init: ClientsInit) {
    this.#init = init;
    this.#ids = init.ids ?? new ClientIds();
    this.#now = busClock(init.clock.originMs);
  }

  /**
   * Makes a client and tells all others of it. Throws `ERR_BUS_FULL`. Attach it before its thread sends anything.
   */
  admit(threadId: number, tellPeer: PeerSink): ClientHost {
    const { registry, size, maxClients } = this.#init;
    if (this.#present.size >= maxClients) refuse(maxClients, 'at once: close some');
    const number = this.#ids.next(this.#heard());
    if (number === undefined) {
      this.#ringClients();
      refuse(this.#ids.count, 'that are there or have left a moment ago: try again');
    }
    const reports = registry.allocateTarget(clientIdOf(number));
    const { told } = this.#ids;
    const client = new ClientHost(number, size, { threadId, reports, tellPeer, told });
    this.#ids.take();
    const { id } = client;
    for (const other of this.#present.values()) other.tellPeer({ came: client.clientHandle });
    this.#present.set(id, client);
    return client;
  }

  /** At once, main among them. */
  get limit(): number {
    return this.#init.maxClients;
  }

  /** Throws `ERR_BUS_FULL` where so many, beside main, could never be there at once. */
  assertPossible(count: number): void {
    const { maxClients } = this.#init;
    if (count >= maxClients)
      refuse(maxClients, `at once, main among them: ${count} more do not fit`);
  }

  /** What its thread needs. Take it in the same turn as `admit`: later newcomers come through the peer sink. */
  bootOf(client: ClientHost): ClientBoot {
    const { shards, control, registry, settings, clock } = this.#init;
    const present = [...this.#present.values()].map((other) => other.clientHandle);
    return {
      memory: client.clientHandle,
      links: client.linkHandles,
      shards: shards.hosts.map(({ memory }) => shardHandle(memory)),
      control: { targets: control.targets, buffer: control.buffer },
      peers: [...[...this.#departed.values()].map(({ client: left }) => left), ...present],
      endpoints: registry.findEndpoints({}).map(namedEndpoint),
      reports: client.reports,
      ...clock,
      settings,
    };
  }

  /** Resolves when all shards know it. */
  async attach(client: ClientHost): Promise<void> {
    const { clientHandle, linkHandles, reportsTarget } = client;
    await this.#init.shards.tellEach((shard) => ({
      op: 'attach',
      client: clientHandle,
      link: linkHandles[shard] as (typeof linkHandles)[number],
      reports: reportsTarget,
    }));
  }

  /**
   * A client has left in good order, or its thread has ended: it must not write any more. Takes all it had out of the
   * registry and the shards. Resolves when that is in force; at once for one that is not here. `end`: of its thread.
   */
  async dismiss(id: number, end?: Omit<ThreadEnd, 'threadId'>): Promise<void> {
    const client = this.#present.get(id);
    if (client === undefined || this.#closed) return;
    const { registry, shards, tellState } = this.#init;
    this.#present.delete(id);
    this.#remember(client);
    client.seal();
    if (end !== undefined) this.#tellEnd(id, { ...end, threadId: client.threadId });
    const left = registry.findEndpoints({}).filter(({ client: owner }) => owner === id);
    const { targets } = registry.forget(id);
    for (const { spec } of left) {
      if (end !== undefined) {
        this.lost.note(spec.id, { ...end, threadId: client.threadId }, this.#now());
      }
      tellState({ endpoint: spec.id, state: 'closed', exitCode: end?.exitCode });
    }
    const told = shards.tellAll({ op: 'detach', client: id });
    // A thread that died may have rung nobody, or half: who sleeps must look again.
    this.ringAll();
    await told;
    for (const target of targets) registry.releaseTarget(target);
    this.noteForgotten(id);
  }

  /** All clients learn what to call the endpoint. Before its shards know it. */
  announce(entry: EndpointEntry): void {
    this.lost.cameBack(entry.spec.id);
    const named = namedEndpoint(entry);
    for (const client of this.#present.values()) client.tellPeer({ named });
  }

  /** An endpoint was closed in good order. */
  announceClosed(target: number): void {
    for (const client of this.#present.values()) client.tellPeer({ closed: target });
  }

  /** Entries of all rings to a shard that it has not read. A moment old. */
  unreadBy(shard: number): number {
    let unread = 0;
    for (const client of this.#present.values()) unread += client.unreadBy(shard);
    return unread;
  }

  get(id: number): ClientHost | undefined {
    return this.#present.get(id);
  }

  present(): Iterable<ClientHost> {
    return this.#present.values();
  }

  /** CALL_LATENCY histograms of those that have left. */
  get departedLatencies(): Float64Array {
    return this.#departedLatencies;
  }

  get departedCounts(): Readonly<Record<ClientCounter, number>> {
    return this.#departedCounts;
  }

  /** A shard has nothing of this client any more, or the shards know. When all is over everybody lets its memory go. */
  noteForgotten(id: number): void {
    const departed = this.#departed.get(id);
    if (departed === undefined || --departed.users > 0) return;
    this.#departed.delete(id);
    // What a thread had accepted when it died is settled by now; there was nobody left to count it.
    this.#departedCounts.settled += departed.unsettled;
    const told = this.#ids.retire(departed.client.number);
    for (const client of this.#present.values()) client.tellLeft(id, told);
    // Who sleeps would keep its memory until it is woken for something else.
    this.#ringClients();
  }

  /** Every bell of the bus: clients and shards. */
  ringAll(): void {
    this.#ringClients();
    this.#init.shards.ringAll();
  }

  #ringClients(): void {
    for (const client of this.#present.values()) client.bell.ring();
  }

  *#heard(): Iterable<number> {
    for (const { heard } of this.#present.values()) yield heard;
  }

  /** From here on a thread's end changes nothing any more: all threads end. */
  close(): void {
    this.#closed = true;
  }

  /** Whoever waits for one of its endpoints learns what became of it. Before the shards know. */
  #tellEnd(id: number, ended: ThreadEnd): void {
    this.#tellMemberEnd(id, ended);
    for (const entry of this.#init.registry.findEndpoints({})) {
      // A pool is main's, whoever its threads are.
      if (entry.client !== id) continue;
      const named = { ...namedEndpoint(entry), ended };
      for (const client of this.#present.values()) client.tellPeer({ named });
    }
  }

  /** The pools that it was a thread of. */
  #tellMemberEnd(id: number, ended: ThreadEnd): void {
    const { registry } = this.#init;
    for (const target of registry.targetsOf(id)) {
      const pool = registry.poolOf(target);
      if (pool === undefined) continue;
      foldTallies(this.#init.control, target, pool.target);
      const entry = registry.noteEnd(pool.target, { lastEnd: ended });
      if (entry !== undefined) this.announce(entry);
    }
  }

  #remember(client: ClientHost): void {
    const users = this.#init.shards.hosts.length + 1;
    const counts = client.counts();
    const unsettled = counts.accepted - counts.settled;
    this.#departed.set(client.id, { client: client.clientHandle, users, unsettled });
    for (const name of CLIENT_COUNTERS) this.#departedCounts[name] += counts[name];
    for (const place of Object.values(CALL_LATENCY)) {
      addLatencies(
        latencyView(this.#departedLatencies, place),
        latencyView(client.memory.latencies, place),
      );
    }
  }
}

function namedEndpoint({ failure, lastEnd, target, spec }: EndpointEntry): NamedEndpoint {
  return {
    target,
    id: spec.id,
    queueLimit: spec.queueLimit ?? Number.POSITIVE_INFINITY,
    ...(lastEnd === undefined ? {} : { lastEnd }),
    ...(failure === undefined ? {} : { failure }),
  };
}

function noCounts(): Record<ClientCounter, number> {
  return Object.fromEntries(CLIENT_COUNTERS.map((name) => [name, 0])) as Record<
    ClientCounter,
    number
  >;
}

function refuse(limit: number, how: string): never {
  throw new BusError('ERR_BUS_FULL', `A bus has at most ${limit} clients ${how}.`, {
    details: { limit, option: 'maxClients' },
  });
}
