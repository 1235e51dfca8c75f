/** Payloads on lease: on shared memory while the loan lasts, and no longer. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { expectAtRest } from '../helpers/at-rest.ts';
import { gate, turn, until } from '../helpers/gate.ts';
import { type SharedBus, sharedBus } from '../helpers/shared-bus.ts';

const SLOTS = 32;
const LAPS = 3;
/** What `debugLeases` writes. */
const SPOILT = 0xdb;

let bus: MessageBus;

/** For the tests of a block; what they register is closed after each. */
function leasing(shards: number, debugLeases = false): SharedBus {
  const shared = sharedBus({ shards, slots: SLOTS, debugLeases });
  beforeAll(async () => {
    ({ bus } = shared);
    await bus.registerEndpoint('other', () => new Uint8Array(100).fill(0xee));
    await bus.registerRoute('other', 'other');
  });
  return shared;
}

async function recycle(): Promise<void> {
  for (let i = 0; i < LAPS * SLOTS; i++) await bus.request('other', new Uint8Array(100).fill(0xee));
}

function isOnSharedMemory(payload: unknown): boolean {
  return payload instanceof Uint8Array && payload.buffer instanceof SharedArrayBuffer;
}

describe.each([1, 2, 4])('a leased payload with %i shards', (shards) => {
  const shared = leasing(shards);

  it('is shared memory that stays until the handler settles, and what it returns is a copy', async () => {
    const done = gate();
    const seen: unknown[] = [];
    const leased = await bus.registerEndpoint(
      'leased',
      async ({ payload }) => {
        seen.push(isOnSharedMemory(payload), Buffer.isBuffer(payload));
        await done.promise;
        return [payload, payload];
      },
      { lease: true },
    );
    shared.open(leased);
    await bus.registerRoute('leased', 'leased');
    const bytes = new Uint8Array(100).map((_, i) => i);
    const replies = [bytes, Buffer.from(bytes)].map((value) => bus.request('leased', value));
    await until(() => seen.length === 4);
    await recycle();
    done.open();
    for (const reply of await Promise.all(replies)) {
      expect(reply).toStrictEqual([bytes, bytes]);
      expect((reply as Uint8Array[]).some(isOnSharedMemory)).toBe(false);
    }
    expect(seen).toEqual([true, false, true, false]);
  });

  it('is a private value as always where it is not bytes', async () => {
    const values = [
      'text',
      { bytes: new Uint8Array(2) },
      new ArrayBuffer(3),
      new Int16Array(2),
      null,
    ];
    const seen: unknown[] = [];
    const see = ({ payload }: Message): void => void seen.push(payload);
    shared.open(await bus.registerEndpoint('leased', see, { lease: true }));
    await bus.registerRoute('leased', 'leased');
    const subscription = await bus.subscribe('leased', see, { lease: true });
    for (const value of values) {
      await bus.notify('leased', value);
      await bus.publish('leased', value);
    }
    await until(() => seen.length === 2 * values.length);
    expect(seen).toStrictEqual(values.flatMap((value) => [value, value]));
    await bus.publish('leased', new Uint8Array(0));
    await until(() => seen.length === 2 * values.length + 1);
    expect(seen.at(-1)).toEqual(new Uint8Array(0));
    await subscription.unsubscribe();
  });

  it('of an event stays until its callback settles, or the iterator asks for the next', async () => {
    const done = gate();
    let held: Uint8Array | undefined;
    const called = await bus.subscribe(
      'leased',
      async ({ payload }) => {
        held = payload as Uint8Array;
        await done.promise;
        expect([...held]).toEqual(Array.from({ length: 50 }, () => 7));
      },
      { lease: true },
    );
    const iterated = await bus.subscribe('leased', { lease: true });
    const events = iterated[Symbol.asyncIterator]();
    await bus.publish('leased', new Uint8Array(50).fill(7));
    const first = (await events.next()).value?.payload as Uint8Array;
    await until(() => held !== undefined);
    await recycle();
    expect([isOnSharedMemory(held), isOnSharedMemory(first)]).toEqual([true, true]);
    expect([...first]).toEqual([...(held as Uint8Array)]);
    expect(first[0]).toBe(7);
    const failures: unknown[] = [];
    bus.on('handlerError', ({ error }) => failures.push(error));
    done.open();
    await called.unsubscribe();
    await events.return?.();
    await expectAtRest(bus);
    expect(failures).toEqual([]);
  });

  it('of an event that comes while its iterator ends is given back', async () => {
    const subscription = await bus.subscribe('leased', { lease: true });
    const events = subscription[Symbol.asyncIterator]();
    const asked = events.next();
    const ended = events.return?.();
    await bus.publish('leased', new Uint8Array(50).fill(7));
    await ended;
    await asked;
    await expectAtRest(bus);
  });

  it('of a subscriber that stands still leaves its publisher half of the slots', async () => {
    for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
      const still = await bus.subscribe('flood', { lease: true, overflow });
      still.pause();
      for (let i = 0; i < 4 * SLOTS; i++) await bus.publish('flood', new Uint8Array(10).fill(i));
      const { clients } = await bus.metrics();
      expect(clients[0]?.slotsUsed).toBeGreaterThan(0);
      expect(clients[0]?.slotsUsed).toBeLessThanOrEqual(SLOTS / 2);
      expect(await bus.request('other')).toHaveLength(100);
      await still.unsubscribe();
    }
  });
});

describe('debugLeases', () => {
  const shared = leasing(1, true);

  it('writes over a lease when the handler has settled, by a reply, a failure or nothing', async () => {
    const kept: Uint8Array[] = [];
    const leased = await bus.registerEndpoint(
      'leased',
      ({ payload, headers }) => {
        kept.push(payload as Uint8Array);
        if (headers['fail'] !== undefined) throw new Error('failed');
        return payload;
      },
      { lease: true, retry: { attempts: 1 } },
    );
    shared.open(leased);
    await bus.registerRoute('leased', 'leased');
    const bytes = new Uint8Array([1, 2, 3]);
    const headers = { fail: '' };
    expect(await bus.request('leased', bytes)).toEqual(bytes);
    await bus.request('leased', bytes, { headers }).catch(() => {});
    await bus.notify('leased', bytes);
    await bus.notify('leased', bytes, { headers }).catch(() => {});
    expect(kept).toHaveLength(4);
    for (const lease of kept) expect([...lease]).toEqual([SPOILT, SPOILT, SPOILT]);
    expect([...bytes]).toEqual([1, 2, 3]);
  });

  it('writes over the lease of an event when the callback has settled or the next is asked for', async () => {
    const kept: number[][] = [];
    let called: Uint8Array | undefined;
    const callback = await bus.subscribe(
      'leased',
      async ({ payload }) => {
        called ??= payload as Uint8Array;
        await turn();
        kept.push([...(payload as Uint8Array)]);
      },
      { lease: true },
    );
    const iterated = await bus.subscribe('leased', { lease: true });
    await bus.publish('leased', new Uint8Array([1, 2]));
    await bus.publish('leased', new Uint8Array([3, 4]));
    let before: Uint8Array | undefined;
    for await (const { payload } of iterated) {
      kept.push([...(payload as Uint8Array)]);
      if (before !== undefined) break;
      before = payload as Uint8Array;
    }
    await until(() => kept.length === 4);
    expect(kept.sort()).toEqual([
      [1, 2],
      [1, 2],
      [3, 4],
      [3, 4],
    ]);
    await callback.unsubscribe();
    expect([before, called].map((lease) => [...(lease as Uint8Array)])).toEqual([
      [SPOILT, SPOILT],
      [SPOILT, SPOILT],
    ]);
  });
});
