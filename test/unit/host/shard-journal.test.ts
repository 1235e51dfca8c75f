import { describe, expect, it } from 'vitest';
import { ShardJournal } from '../../../src/host/shard-journal.ts';
import { createClientMemory } from '../../../src/memory/client-memory.ts';
import { createLink, DONE, TAIL } from '../../../src/memory/link-memory.ts';

const target = (id: number, client = 0) => {
  return { id, kind: 'endpoint', client, window: 1, whenFull: 'park' } as const;
};
const route = (id: number, of: number) => {
  return {
    id,
    pattern: 'a*',
    match: 'glob',
    priority: 0,
    target: of,
    balance: 'round-robin',
    order: id,
    weight: 1,
    cursor: 0,
  } as const;
};
const subscription = (id: number, of: number) => {
  return { id, pattern: 'a', match: 'exact', target: of, order: id } as const;
};

function attachment(id: number) {
  const client = createClientMemory(id, 2, 1024);
  return { client, link: createLink(id, 0, { slots: 2, cells: 2 }), reports: target(100 + id, id) };
}

describe('ShardJournal', () => {
  it('holds what still holds', () => {
    const journal = new ShardJournal();
    const clients = [attachment(0), attachment(1)];
    for (const client of clients) journal.note({ op: 'attach', ...client });
    for (const id of [1, 2]) journal.note({ op: 'addTarget', target: target(id) });
    journal.note({ op: 'addTarget', target: target(3, 1) });
    journal.note({ op: 'addRoutes', routes: [route(1, 1), route(2, 2), route(3, 3), route(4, 1)] });
    for (const id of [1, 2, 3]) {
      journal.note({ op: 'addSubscription', subscription: subscription(id, id) });
    }
    journal.note({ op: 'removeRoutes', routes: [4] });
    journal.note({ op: 'removeSubscription', subscription: 1 });
    journal.note({ op: 'removeTarget', target: 2 });
    journal.note({ op: 'detach', client: 1 });
    expect(journal.snapshot()).toEqual({
      clients,
      departed: [1],
      departedTargets: [target(3, 1)],
      targets: [target(1)],
      routes: [route(1, 1)],
      subscriptions: [],
    });
    journal.forget(1);
    expect(journal.snapshot()).toMatchObject({ clients: [clients[0]], departed: [] });
  });

  it('knows whether somebody has sent what is not handled yet', () => {
    const journal = new ShardJournal();
    const client = attachment(0);
    journal.note({ op: 'attach', ...client });
    expect([journal.hasUnread(), journal.entryOf(0), journal.entryOf(1)]).toEqual([
      false,
      '0:0',
      undefined,
    ]);
    client.link.words[TAIL] = 2;
    expect(journal.hasUnread()).toBe(true);
    client.link.words[DONE] = 2;
    expect([journal.hasUnread(), journal.entryOf(0)]).toEqual([false, '0:2']);
  });
});
