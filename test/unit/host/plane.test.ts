import { beforeEach, describe, expect, it } from 'vitest';
import type { PeerNews, RouteRequest } from '../../../src/control/plane.ts';
import { planeOfClient } from '../../../src/host/client-calls.ts';
import { ClientIds } from '../../../src/host/client-ids.ts';
import { Clients } from '../../../src/host/clients.ts';
import { DroppedCounts } from '../../../src/host/dropped-counts.ts';
import { Plane } from '../../../src/host/plane.ts';
import { ShardHost } from '../../../src/host/shard-host.ts';
import { Shards } from '../../../src/host/shards.ts';
import { BUS_STATE, createControlWords, setBusState } from '../../../src/memory/control-words.ts';
import { CLIENT_COUNTERS } from '../../../src/memory/counters.ts';
import { PTAIL, TAIL } from '../../../src/memory/link-memory.ts';
import { createShardMemory } from '../../../src/memory/shard-memory.ts';
import { homeShard } from '../../../src/registry/placement.ts';
import { Registry } from '../../../src/registry/registry.ts';
import { FakeThread } from './fake-thread.ts';

const TARGETS = 16;
const SHARDS = 2;

/** A bus whose shards obey at once: everything of the host but threads. */
async function bus(ids = new ClientIds()) {
  const control = createControlWords(TARGETS);
  const threads: FakeThread[] = [];
  const hosts = Array.from({ length: SHARDS }, (_, id) => {
    const memory = createShardMemory(id, TARGETS);
    const thread = new FakeThread(memory);
    threads.push(thread);
    return new ShardHost(memory, () => thread, { onFatal: () => {} });
  });
  const shards = new Shards(hosts);
  const registry = new Registry({
    maxEndpoints: 8,
    maxSubscriptions: 8,
    maxRoutes: 100,
    maxRegexRoutes: 10,
    maxPatternsPerRun: 10,
    targets: TARGETS,
    cells: 64,
  });
  const clients = new Clients({
    shards,
    registry,
    control,
    clock: { epochMs: 5, originMs: 6 },
    maxClients: 3,
    ids,
    tellState: () => undefined,
    size: { slots: 4, heapBytes: 1024, shards: SHARDS },
    settings: {
      maxMessageBytes: 128,
      correlationTimeoutMs: 1000,
      batchSize: 1,
      maxConcurrentDeliveries: 10,
      codec: 'auto',
    },
  });
  const plane = new Plane({
    registry,
    shards,
    clients,
    control,
    busNow: () => 0,
    tellState: () => {},
    dropped: new DroppedCounts(shards),
    deadLetters: () => undefined,
    metrics: () => 'metrics',
    health: () => 'health',
    now: () => 99,
  });
  const start = shards.start();
  for (const thread of threads) thread.emit('message', { ready: true });
  await start;
  /** Lets the shards obey until the promise is settled. */
  async function done<T>(promise: Promise<T>): Promise<T> {
    for (const thread of threads) thread.apply();
    shards.settleApplied();
    return await promise;
  }
  /** The commands of each shard since the last call. */
  function told(): string[][] {
    return threads.map((thread) => {
      const ops = thread.told.slice(seen.get(thread) ?? 0).map(({ command }) => command.op);
      seen.set(thread, thread.told.length);
      return ops;
    });
  }
  const seen = new Map<FakeThread, number>();
  return { clients, control, done, plane, registry, shards, threads, told };
}

const route = (pattern: string, endpoint: string): RouteRequest => ({
  pattern,
  match: 'auto',
  endpoint,
  priority: 0,
  balance: 'round-robin',
  weight: 1,
});

let setup: Awaited<ReturnType<typeof bus>>;
beforeEach(async () => {
  setup = await bus();
});

async function endpoint(id: string, client: number): Promise<number> {
  const { done, plane } = setup;
  const target = await plane.allocateTarget(client);
  await done(plane.registerEndpoint(client, target, { id, tags: [], window: 5 }));
  return target;
}

describe('Clients', () => {
  it('attaches a client to every shard over a link of its own', async () => {
    const { clients, done, threads } = setup;
    const client = clients.admit(0, () => {});
    await done(clients.attach(client));
    for (const [shard, thread] of threads.entries()) {
      expect(thread.commands).toMatchObject([
        {
          op: 'attach',
          client: { id: 0, slots: 4 },
          link: { client: 0, shard, buffer: client.links[shard]?.buffer },
          reports: { id: client.reports, kind: 'reports', client: 0, whenFull: 'park' },
        },
      ]);
    }
  });

  it('tells those present of a newcomer before the newcomer can know', () => {
    const { clients } = setup;
    const heard: PeerNews[] = [];
    const first = clients.admit(0, (news) => heard.push(news));
    const boot = clients.bootOf(first);
    const second = clients.admit(12, () => {});
    expect(heard).toEqual([{ came: second.clientHandle }]);
    expect(boot.peers.map((peer) => peer.id)).toEqual([0]);
    expect(clients.bootOf(second).peers.map((peer) => peer.id)).toEqual([0, 1]);
  });

  it('gives a thread all that it needs, and nothing that cannot be cloned', () => {
    const { clients } = setup;
    const boot = clients.bootOf(clients.admit(0, () => {}));
    expect(structuredClone(boot)).toEqual(boot);
    expect(boot.links.map((link) => link.shard)).toEqual([0, 1]);
    expect(boot.shards.map((shard) => shard.id)).toEqual([0, 1]);
    expect(boot).toMatchObject({ epochMs: 5, originMs: 6 });
  });

  it('refuses more clients at once than the option says, and hands out fresh ids first', async () => {
    const { clients, done } = setup;
    for (let count = 0; count < 3; count++) clients.admit(count, () => {});
    expect(() => clients.admit(3, () => {})).toThrow(
      expect.objectContaining({
        code: 'ERR_BUS_FULL',
        details: { limit: 3, option: 'maxClients' },
      }),
    );
    await done(clients.dismiss(1));
    expect(clients.admit(3, () => {}).id).toBe(3);
  });

  it('publishes what a dead client had accepted before the shards hear of its death', async () => {
    const { clients, done, threads } = setup;
    const client = clients.admit(9, () => {});
    for (const link of client.links) link.words[PTAIL] = 5;
    const dismissal = clients.dismiss(client.id);
    expect(client.links.map((link) => link.words[TAIL])).toEqual([5, 5]);
    expect(threads.map((thread) => thread.commands.at(-1))).toEqual([
      { op: 'detach', client: client.id },
      { op: 'detach', client: client.id },
    ]);
    await done(dismissal);
  });

  it('takes all of a dead client out of the registry, and frees its targets when the shards have let go', async () => {
    const { clients, done, plane, registry } = setup;
    const client = clients.admit(9, () => {});
    const target = await endpoint('gone', client.id);
    const dismissal = clients.dismiss(client.id);
    expect(registry.findEndpoints({})).toEqual([]);
    expect(registry.ownerOf(target)).toBe(client.id);
    await done(dismissal);
    expect(registry.ownerOf(target)).toBeUndefined();
    await expect(plane.registerRoutes([route('x', 'gone')])).rejects.toMatchObject({
      code: 'ERR_BUS_ENDPOINT_NOT_FOUND',
    });
  });

  it('tells the others how the thread of an endpoint ended, before the shards hear of it', async () => {
    const { clients, done, threads } = setup;
    const heard: PeerNews[] = [];
    const client = clients.admit(9, () => {});
    clients.admit(10, (news) => {
      heard.push(news);
      if ('named' in news && news.named.ended !== undefined) {
        expect(threads.flatMap(({ commands }) => commands.map(({ op }) => op))).not.toContain(
          'detach',
        );
      }
    });
    const target = await endpoint('gone', client.id);
    await endpoint('other', 1);
    await done(clients.dismiss(client.id, { exitCode: 3 }));
    const named = { target, id: 'gone', queueLimit: Number.POSITIVE_INFINITY };
    expect(heard.filter((news) => 'named' in news && news.named.ended)).toEqual([
      { named: { ...named, ended: { threadId: 9, exitCode: 3 } } },
    ]);
  });

  it('still shows a newcomer the memory of those who have left', async () => {
    const { clients, done } = setup;
    clients.admit(0, () => {});
    const gone = clients.admit(9, () => {});
    await done(clients.dismiss(gone.id));
    const newcomer = clients.admit(10, () => {});
    expect(clients.bootOf(newcomer).peers.map((peer) => peer.id)).toEqual([gone.id, 0, 2]);
  });

  it('lets the memory of one who left go when every shard has nothing of it any more', async () => {
    const { clients, done, shards } = setup;
    const heard: PeerNews[] = [];
    clients.admit(0, (news) => heard.push(news));
    const gone = clients.admit(9, () => {});
    gone.memory.counters[CLIENT_COUNTERS.indexOf('accepted')] = 5;
    gone.memory.counters[CLIENT_COUNTERS.indexOf('settled')] = 2;
    await done(clients.dismiss(gone.id));
    for (let shard = 1; shard < shards.hosts.length; shard++) clients.noteForgotten(gone.id);
    expect(heard).toEqual([{ came: gone.clientHandle }]);
    expect(clients.departedCounts).toMatchObject({ accepted: 5, settled: 2 });
    clients.noteForgotten(gone.id);
    expect(heard.at(-1)).toEqual({ left: gone.id, told: 1 });
    // What it had accepted has ended with it.
    expect(clients.departedCounts).toMatchObject({ accepted: 5, settled: 5 });
    const newcomer = clients.admit(10, () => {});
    expect(clients.bootOf(newcomer).peers.map((peer) => peer.id)).toEqual([0, newcomer.id]);
  });
});

describe('Plane', () => {
  beforeEach(() => {
    setup.clients.admit(0, () => {});
  });

  it('resolves when all shards have a new endpoint, not before', async () => {
    const { done, plane, shards, threads } = setup;
    const target = await plane.allocateTarget(0);
    let isRegistered = false;
    const registration = plane
      .registerEndpoint(0, target, { id: 'a', tags: [], window: 5 })
      .then(() => {
        isRegistered = true;
      });
    threads[0]?.apply();
    shards.settleApplied();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isRegistered).toBe(false);
    await done(registration);
    expect(isRegistered).toBe(true);
  });

  it('tells only the shard of its key of an exact route, and all of them of a pattern', async () => {
    const { done, plane, told } = setup;
    await endpoint('a', 0);
    told();
    const [record] = await done(plane.registerRoutes([route('exact.key', 'a')]));
    expect(record).toMatchObject({ pattern: 'exact.key', match: 'exact', createdAt: 99 });
    const home = homeShard('exact.key', 'exact', SHARDS);
    expect(told()).toEqual([0, 1].map((shard) => (shard === home ? ['addRoutes'] : [])));

    await done(plane.registerRoutes([route('glob.*', 'a'), route('*.other', 'a')]));
    expect(told()).toEqual([['addRoutes'], ['addRoutes']]);
    expect(await done(plane.removeRoute('glob.*', 'auto', 'a'))).toBe(true);
    expect(told()).toEqual([['removeRoutes'], ['removeRoutes']]);
    expect(await plane.removeRoute('glob.*', 'auto', 'a')).toBe(false);
    expect(told()).toEqual([[], []]);
  });

  it('tells no shard anything when one of several routes is refused', async () => {
    const { plane, told } = setup;
    await endpoint('a', 0);
    told();
    const routes = [route('x', 'a'), route('y', 'nobody')];
    await expect(plane.registerRoutes(routes)).rejects.toMatchObject({
      code: 'ERR_BUS_ENDPOINT_NOT_FOUND',
    });
    expect(told()).toEqual([[], []]);
  });

  it('lets the shards prepare for many globs, and forget them when the routes are refused', async () => {
    const { plane, registry, told } = setup;
    await endpoint('a', 0);
    told();
    const many = Array.from({ length: 1000 }, (_, at) => route(`${at}.*`, 'a'));
    await expect(plane.registerRoutes(many)).rejects.toMatchObject({ code: 'ERR_BUS_FULL' });
    expect(told()).toEqual([0, 1].map(() => ['expectGlobs', 'addRoutes']));
    expect(registry.findRoutes('1.x')).toEqual([]);
  });

  it('closes an endpoint once; the second time it is gone already', async () => {
    const { done, plane, told } = setup;
    const target = await endpoint('a', 0);
    told();
    await done(plane.closeEndpoint(target));
    expect(told()).toEqual([['removeTarget'], ['removeTarget']]);
    await plane.closeEndpoint(target);
    expect(told()).toEqual([[], []]);
  });

  it('makes the target of a subscription before the subscription, and ends both', async () => {
    const { done, plane, told } = setup;
    const target = await plane.allocateTarget(0);
    const request = {
      id: 's',
      pattern: 'a*',
      match: 'auto' as const,
      window: 5,
      whenFull: 'drop-oldest' as const,
    };
    await done(plane.subscribe(0, target, request));
    expect(told()[0]).toEqual(['addTarget', 'addSubscription']);
    await done(plane.unsubscribe(target));
    expect(told()[0]).toEqual(['removeSubscription', 'removeTarget']);
    await plane.unsubscribe(target);
    expect(told()[0]).toEqual([]);
  });

  it('finds endpoints with the thread that they live on', async () => {
    const { clients, plane } = setup;
    const client = clients.admit(31, () => {});
    await endpoint('a', client.id);
    expect(await plane.findEndpoints({})).toEqual([
      { id: 'a', tags: [], threadId: 31, state: 'active', health: 'healthy' },
    ]);
  });

  it.each([
    ['closing', BUS_STATE.closing, 'ERR_BUS_CLOSED'],
    ['closed', BUS_STATE.closed, 'ERR_BUS_CLOSED'],
    ['fatal', BUS_STATE.fatal, 'ERR_BUS_FATAL'],
  ])(
    'refuses to register anything while the bus is %s, and still lets go',
    async (state, word, code) => {
      const { control, done, plane } = setup;
      const target = await endpoint('a', 0);
      setBusState(control, word);
      const refusal = { code, details: { state } };
      await expect(plane.allocateTarget(0)).rejects.toMatchObject(refusal);
      await expect(plane.registerRoutes([route('x', 'a')])).rejects.toMatchObject(refusal);
      await done(plane.closeEndpoint(target));
      await plane.releaseTarget(target);
    },
  );
});

describe('planeOfClient', () => {
  it('puts in its own client, whatever the thread says', async () => {
    const { clients, plane, registry } = setup;
    clients.admit(0, () => {});
    const client = clients.admit(9, () => {});
    const narrowed = planeOfClient(plane, client.id, (target) => registry.ownerOf(target));
    const target = await narrowed.allocateTarget(0);
    expect(registry.ownerOf(target)).toBe(client.id);
  });

  it('does not let a thread close what another one holds', async () => {
    const { clients, plane, registry } = setup;
    clients.admit(0, () => {});
    const client = clients.admit(9, () => {});
    const target = await endpoint('a', 0);
    const narrowed = planeOfClient(plane, client.id, (id) => registry.ownerOf(id));
    const refusal = { code: 'ERR_BUS_INTERNAL', details: { client: client.id, target, owner: 0 } };
    await expect(narrowed.closeEndpoint(target)).rejects.toMatchObject(refusal);
    await expect(narrowed.unsubscribe(target)).rejects.toMatchObject(refusal);
    await expect(narrowed.releaseTarget(target)).rejects.toMatchObject(refusal);
    expect(registry.findEndpoints({})).toHaveLength(1);
  });
});
