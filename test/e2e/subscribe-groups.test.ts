import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventMessage, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf } from '../helpers/failure.ts';
import { gate, turn, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

interface Told {
  readonly logs: readonly { readonly payloads: readonly number[] }[];
}

const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);
const inOrder = (numbers: readonly unknown[]): unknown[] =>
  [...numbers].sort((left, right) => (left as number) - (right as number));

describe.each([1, 2, 4])('a group of subscriptions with %i shards', (shards) => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards });
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  const startMember = (id: string, options: object) => {
    const workerData = { id, gate: new SharedArrayBuffer(8), pattern: 'work.*', options };
    return bus.startWorker(workerFile('blocking-subscriber'), { workerData });
  };

  // Behaviour D2: nats.js core/tests/queues_test.ts (three tests).
  it('of five reaches exactly one, one of each of two, and plain subscribers get their own', async () => {
    const seen: Record<string, unknown[]> = { one: [], two: [], plain: [] };
    const log = (name: string) => (event: EventMessage) => void seen[name]?.push(event.payload);
    const subscriptions = [await bus.subscribe('queue.x', log('plain'))];
    for (let at = 0; at < 5; at++) {
      subscriptions.push(await bus.subscribe('queue.x', log('one'), { group: 'one' }));
      subscriptions.push(await bus.subscribe('queue.*', log('two'), { group: 'two' }));
    }
    for (let i = 0; i < 50; i++) expect(await bus.publish('queue.x', i)).toBe(3);
    await until(() => Object.values(seen).every(({ length }) => length === 50));
    expect(Object.values(seen).map(inOrder)).toEqual(Array(3).fill(numbersTo(50)));
    for (const subscription of subscriptions) await subscription.unsubscribe();
    expect(await bus.publish('queue.x')).toBe(0);
  });

  // Bugs 60: eclipse-vertx/vert.x#4732; across members there is no order.
  it('gives each member its share in the order of sending, however long they take', async () => {
    const logs: number[][] = [[], []];
    const members = await Promise.all(
      logs.map((log, slowness) =>
        bus.subscribe<number>(
          'share.x',
          async ({ payload }) => {
            log.push(payload);
            for (let turns = 0; turns < slowness * 5; turns++) await turn();
          },
          { group: 'share' },
        ),
      ),
    );
    for (let number = 1; number <= 10; number++) await bus.publish('share.x', number);
    await until(() => logs.flat().length === 10);
    for (const log of logs) {
      expect(log.length).toBeGreaterThan(0);
      expect(log).toEqual(inOrder(log));
    }
    expect(inOrder(logs.flat())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const member of members) await member.unsubscribe();
  });

  it('has members on several threads, and gives each event to one of them', async () => {
    const here: unknown[] = [];
    await startMember('first', { group: 'threads' });
    await startMember('second', { group: 'threads' });
    const own = await bus.subscribe('work.*', ({ payload }) => void here.push(payload), {
      group: 'threads',
    });
    for (let i = 0; i < 300; i++) expect(await bus.publish(`work.${i % 7}`, i)).toBe(1);
    const all = async (): Promise<unknown[][]> => {
      const told = await Promise.all(
        ['first', 'second'].map((id) => bus.request<Told>(`${id}.told`)),
      );
      return [here, ...told.map(({ logs }) => [...(logs[0]?.payloads ?? [])])];
    };
    await until(async () => (await all()).flat().length === 300);
    const shares = await all();
    expect(inOrder(shares.flat())).toEqual(numbersTo(300));
    expect(shares.every(({ length }) => length >= 90)).toBe(true);
    await own.unsubscribe();
  });

  it('is shown by explain and metrics', async () => {
    const subscription = await bus.subscribe('shown.*', () => {}, { group: 'shown' });
    const { subscriptions } = await bus.explain('shown.x');
    expect(subscriptions).toEqual([{ id: subscription.id, pattern: 'shown.*', group: 'shown' }]);
    const metrics = await bus.metrics();
    expect(metrics.subscriptions.map(({ group }) => group)).toContain('shown');
    await subscription.unsubscribe();
  });

  it('has a name of 1 to 256 characters', async () => {
    for (const group of ['', 'x'.repeat(257), 7 as never]) {
      expect(await codeOf(bus.subscribe('x', () => {}, { group }))).toBe('ERR_BUS_CONFIG');
    }
  });

  it('gives what waits for a member that leaves to the others', async () => {
    const held = gate();
    const seen: unknown[] = [];
    const options = { group: 'leaving' };
    const stuck = await bus.subscribe('leave.x', () => held.promise, options);
    const other = await bus.subscribe('leave.x', ({ payload }) => void seen.push(payload), options);
    for (let i = 0; i < 40; i++) await bus.publish('leave.x', i);
    await until(() => seen.length === 20);
    await stuck.unsubscribe();
    // The one that it has in hand is its own.
    await until(() => seen.length === 39);
    held.open();
    await other.unsubscribe();
  });

  it('gives what a thread that dies had to the others', async () => {
    const seen: EventMessage[] = [];
    const worker = await startMember('dying', { group: 'dying' });
    await bus.request('dying.block');
    const other = await bus.subscribe('work.*', (event) => void seen.push(event), {
      group: 'dying',
    });
    for (let i = 0; i < 40; i++) await bus.publish('work.x', i);
    await worker.terminate();
    await until(() => new Set(seen.map(({ payload }) => payload)).size === 40);
    expect(seen.filter(({ redelivered }) => !redelivered).length).toBeGreaterThanOrEqual(20);
    await other.unsubscribe();
  });

  it('passes over a member that is full', async () => {
    const held = gate();
    const seen: unknown[] = [];
    const stuck = await bus.subscribe('full.*', () => held.promise, { group: 'g', capacity: 2 });
    const other = await bus.subscribe('full.*', ({ payload }) => void seen.push(payload), {
      group: 'g',
    });
    for (let i = 0; i < 60; i++) expect(await bus.publish(`full.${i % 5}`, i)).toBe(1);
    await until(() => seen.length === 58);
    expect([stuck.missed, other.missed]).toEqual([0, 0]);
    held.open();
    await stuck.unsubscribe();
    await other.unsubscribe();
  });

  it('whose members all block makes the publisher wait, and loses nothing', async () => {
    const held = gate();
    const seen: unknown[] = [];
    const options = { group: 'block', capacity: 3, overflow: 'block' } as const;
    const take = async ({ payload }: EventMessage): Promise<void> => {
      await held.promise;
      seen.push(payload);
    };
    const members = [1, 2].map(() => bus.subscribe('jobs.*', take, options));
    await Promise.all(members);
    let routed = 0;
    const sends = numbersTo(20).map((i) => bus.publish(`jobs.${i % 4}`, i).then(() => routed++));
    await until(() => routed === 6);
    held.open();
    await Promise.all(sends);
    await until(() => seen.length === 20);
    expect(inOrder(seen)).toEqual(numbersTo(20));
    for (const member of await Promise.all(members)) await member.unsubscribe();
  });

  // Behaviour D8: nats.js core/tests/drain_test.ts "subscription drain", "connection drain".
  it('loses and doubles nothing when a member leaves after its first event', async () => {
    const seen: unknown[] = [];
    const options = { group: 'drain', overflow: 'block' } as const;
    const note = ({ payload }: EventMessage): void => void seen.push(payload);
    const leaving = await bus.subscribe(
      'drain.*',
      (event) => {
        note(event);
        void leaving.unsubscribe();
      },
      options,
    );
    const staying = await Promise.all([1, 2].map(() => bus.subscribe('drain.*', note, options)));
    const count = 10_000;
    for (let i = 0; i < count; i++) {
      while (bus.tryPublish(`drain.${i % 16}`, i) !== 'accepted') await bus.writable();
    }
    await until(() => seen.length >= count);
    expect(inOrder(seen)).toEqual(numbersTo(count));
    for (const member of staying) await member.unsubscribe();
  });

  it.each([1, 3])(
    'of %i in a flood in one go has each event once, or counts it as dropped by the default policy',
    async (size) => {
      const seen: unknown[] = [];
      const note = ({ payload }: EventMessage): void => void seen.push(payload);
      const options = { group: 'flooded' };
      const members = await Promise.all(
        Array.from({ length: size }, () => bus.subscribe('flooded.*', note, options)),
      );
      const count = 10_000;
      for (let i = 0; i < count; i++) {
        while (bus.tryPublish(`flooded.${i % 16}`, i) !== 'accepted') await bus.writable();
      }
      const dropped = (): number => members.reduce((sum, { missed }) => sum + missed, 0);
      await until(() => seen.length + dropped() === count);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBeGreaterThanOrEqual(1_000);
      for (const member of members) await member.unsubscribe();
    },
  );
});
