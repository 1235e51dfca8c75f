import { afterEach, describe, expect, it } from 'vitest';
import { ClientCore } from '../../src/client/client-core.ts';
import type { Loan } from '../../src/client/loan.ts';
import { packAck, STATUS } from '../../src/memory/entries.ts';
import { NO_DEADLINE } from '../../src/memory/slot-header.ts';
import { KIND } from '../../src/message/kinds.ts';
import { ShardCore } from '../../src/shard/shard-core.ts';
import { footprint, grownSince, heldByClient, heldByShard } from '../helpers/leaks.ts';
import { commandsOf, KEYS, makeMemory, targetId } from './slot-scene.ts';

const environment = {
  now: () => 1,
  enqueueMicrotask: () => undefined,
  setTimer: () => undefined,
  clearTimer: () => undefined,
};

/** One client that sends to itself, and its shard, both whole, on this thread. */
function makePair() {
  const memory = makeMemory({
    name: 'leaks',
    clients: [[]],
    targets: [{ client: 0, kind: 'endpoint', key: 0, answer: 'ok' }],
    slots: 4,
    cells: 2,
  });
  const { clients, links, shard: shardHandle, control, scene } = memory;
  const shard = new ShardCore(
    { shard: shardHandle, control, shards: [], originMs: 0, spin: false },
    {
      random: () => 0,
      forgot: () => undefined,
      turned: () => undefined,
      explained: () => undefined,
    },
  );
  for (const command of commandsOf(memory)) shard.apply(command);
  const boot = {
    memory: clients[0],
    endpoints: [],
    links,
    shards: [shardHandle],
    control,
    peers: clients,
    reports: 0,
    epochMs: 0,
    originMs: 0,
    settings: {
      maxMessageBytes: 1024,
      correlationTimeoutMs: 1000,
      batchSize: 8,
      maxConcurrentDeliveries: 2,
      codec: 'auto',
    },
  } as unknown as ConstructorParameters<typeof ClientCore>[0];
  const hooks = {
    takePeer: () => undefined,
    onUnclaimed: () => undefined,
    onRoom: () => undefined,
  };
  const client = new ClientCore(boot, environment, hooks as never);
  const loans: Loan[] = [];
  const receiver = { held: 0, take: (loan: Loan) => loans.push(loan) };
  client.install(targetId(scene, 0), receiver);
  return { client, shard, loans };
}

function send(client: ClientCore): number[] {
  const statuses: number[] = [];
  const slot = client.outbox.submit({
    kind: KIND.notification,
    flags: 0,
    key: client.interner.intern(KEYS[0] ?? ''),
    link: client.links[0] as ClientCore['links'][number],
    payload: 'text in the heap',
    id: undefined,
    headers: undefined,
    deadline: NO_DEADLINE,
    expires: NO_DEADLINE,
    corr: 0,
    isReply: false,
    encoded: undefined,
    holder: undefined,
  });
  client.slots.pending[slot] = {
    settle: (status) => statuses.push(status),
    fail: () => undefined,
  };
  client.flush();
  return statuses;
}

describe('what is held', () => {
  it('by a client and a shard is told while a delivery is out, and nothing afterwards', () => {
    const { client, shard, loans } = makePair();
    const statuses = send(client);
    shard.step(1);
    client.poll();
    expect(heldByClient(client)).toMatchObject({ slotsUsed: 1, pending: 1, outstanding: 1 });
    expect(heldByClient(client)['heapBytesUsed']).toBeGreaterThan(0);
    expect(heldByShard(shard.state)).toEqual({ inCare: 1, cells: 1, loans: 1 });

    const loan = loans[0] as Loan;
    loan.link.submit.push(packAck(loan.cell, loan.number, 0));
    client.flush();
    shard.step(1);
    client.poll();
    expect(statuses).toEqual([STATUS.ok]);
    expect(heldByShard(shard.state)).toEqual({});
    expect(heldByClient(client)).toEqual({});
  });
});

describe('the footprint of the process', () => {
  let timer: NodeJS.Timeout | undefined;
  const listener = (): void => undefined;
  afterEach(() => {
    clearInterval(timer);
    process.off('warning', listener);
  });

  it('shows a timer and a listener that were left', () => {
    const before = footprint();
    expect(grownSince(before)).toEqual({});
    timer = setInterval(() => undefined, 60_000);
    process.on('warning', listener);
    expect(grownSince(before)).toEqual({ Timeout: 1, 'on warning': 1 });
  });
});
