import { describe, expect, it } from 'vitest';
import type { PeerNews } from '../../../src/control/plane.ts';
import type { ClientHost } from '../../../src/host/client-host.ts';
import { ClientIds } from '../../../src/host/client-ids.ts';
import { Clients } from '../../../src/host/clients.ts';
import { ShardHost } from '../../../src/host/shard-host.ts';
import { Shards } from '../../../src/host/shards.ts';
import { BELL, HEARD } from '../../../src/memory/client-memory.ts';
import { createControlWords } from '../../../src/memory/control-words.ts';
import { CLIENT_ID_MAX } from '../../../src/memory/entries.ts';
import { createShardMemory } from '../../../src/memory/shard-memory.ts';
import { Registry } from '../../../src/registry/registry.ts';
import { FakeThread } from './fake-thread.ts';

const TARGETS = 16;
const IDS = 3;

/** Clients of a bus with one shard that obeys when it is told to. */
async function clientsOfBus() {
  const control = createControlWords(TARGETS);
  const memory = createShardMemory(0, TARGETS);
  const thread = new FakeThread(memory);
  const shards = new Shards([new ShardHost(memory, () => thread, { onFatal: () => {} })]);
  const limits = { maxEndpoints: 8, maxSubscriptions: 8, maxRoutes: 8, maxRegexRoutes: 8 };
  const clients = new Clients({
    shards,
    registry: new Registry({ ...limits, maxPatternsPerRun: 8, targets: TARGETS, cells: 64 }),
    control,
    clock: { epochMs: 0, originMs: 0 },
    maxClients: 8,
    ids: new ClientIds(IDS - 1),
    tellState: () => undefined,
    size: { slots: 4, heapBytes: 1024, shards: 1 },
    settings: {
      maxMessageBytes: 128,
      correlationTimeoutMs: 1000,
      batchSize: 1,
      maxConcurrentDeliveries: 10,
      codec: 'auto',
    },
  });
  const start = shards.start();
  thread.emit('message', { ready: true });
  await start;
  async function dismiss(client: ClientHost): Promise<void> {
    const dismissal = clients.dismiss(client.id);
    thread.apply();
    shards.settleApplied();
    await dismissal;
  }
  return { clients, dismiss };
}

/** As its thread does when it has heard of all departures of which it was told. */
function hear(client: ClientHost, told: number): void {
  client.memory.words[HEARD] = told;
}

const FULL = expect.objectContaining({ code: 'ERR_BUS_FULL', details: expect.anything() });

describe('Clients, when the fresh ids are gone,', () => {
  it('give an id again when the shards have forgotten its owner and all others have heard it', async () => {
    const { clients, dismiss } = await clientsOfBus();
    const heard: PeerNews[] = [];
    const first = clients.admit(0, () => {});
    const second = clients.admit(1, (news) => heard.push(news));
    const gone = clients.admit(2, () => {});
    await dismiss(gone);
    expect(() => clients.admit(3, () => {})).toThrow(FULL);
    clients.noteForgotten(gone.id);
    expect(heard.at(-1)).toEqual({ left: 2, told: 1 });
    expect(() => clients.admit(3, () => {})).toThrow(FULL);
    hear(first, 1);
    expect(() => clients.admit(3, () => {})).toThrow(FULL);
    hear(second, 1);
    const next = clients.admit(3, () => {});
    expect([next.id, next.memory.number]).toEqual([2, CLIENT_ID_MAX + 1 + 2]);
    expect(heard.at(-1)).toEqual({ came: next.clientHandle });
    expect(next.memory.buffer).not.toBe(gone.memory.buffer);
    expect(clients.bootOf(next).peers.map(({ number }) => number)).toEqual([
      0,
      1,
      next.memory.number,
    ]);
  });

  it('wait for nobody who has left himself, nor for who came later', async () => {
    const { clients, dismiss } = await clientsOfBus();
    const first = clients.admit(0, () => {});
    const deaf = clients.admit(1, () => {});
    const gone = clients.admit(2, () => {});
    await dismiss(gone);
    clients.noteForgotten(gone.id);
    await dismiss(deaf);
    hear(first, 1);
    const next = clients.admit(3, () => {});
    expect([next.id, next.heard]).toEqual([2, 1]);
    clients.noteForgotten(deaf.id);
    hear(first, 2);
    expect(() => clients.admit(4, () => {})).toThrow(FULL);
    hear(next, 2);
    expect(clients.admit(4, () => {}).id).toBe(1);
  });

  it('keep the id of one whose departure is not in force yet', async () => {
    const { clients } = await clientsOfBus();
    for (let thread = 0; thread < IDS; thread++) clients.admit(thread, () => {});
    void clients.dismiss(2);
    clients.noteForgotten(2);
    for (const client of clients.present()) hear(client, 1);
    expect(() => clients.admit(3, () => {})).toThrow(FULL);
  });

  it('wake who sleeps, since it would not hear of a departure', async () => {
    const { clients, dismiss } = await clientsOfBus();
    const first = clients.admit(0, () => {});
    const gone = clients.admit(1, () => {});
    await dismiss(gone);
    const before = first.memory.words[BELL] as number;
    clients.noteForgotten(gone.id);
    expect(first.memory.words[BELL]).not.toBe(before);
  });
});
