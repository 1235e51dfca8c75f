import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { gate, until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';

const href = new URL('../fixtures/payloads.mjs', import.meta.url).href;
const { keptPayloads } = (await import(href)) as { keptPayloads(): unknown[] };

const SLOTS = 32;

describe('payloads', () => {
  let bus: MessageBus;

  beforeAll(async () => {
    bus = await createWatchedBus({ shards: 2, slots: SLOTS });
    for (const id of ['w1', 'w2']) {
      await bus.startWorker(workerFile('payloads'), { workerData: { id } });
    }
    await bus.registerEndpoint('main', ({ payload }) => payload);
    await bus.registerRoute('main', 'main');
  });
  afterAll(async () => {
    await expectAtRest(bus);
    await bus.close();
  });

  it.each(['main', 'w1'])('are kept as they are from main to %s and back', async (key) => {
    for (const value of keptPayloads()) {
      const back = await bus.request(key, value);
      expect(back).toStrictEqual(value);
      if (value === undefined || value === null) continue;
      expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(value));
    }
  });

  it.each(['w2', 'main', 'w1'])(
    'are kept as they are from a worker to %s and back',
    async (ask) => {
      expect(await bus.request('w1', 0, { headers: { ask } })).toEqual([]);
    },
  );

  it('do not reach the prototype of what is received', async () => {
    const back = await bus.request<object>('w1', JSON.parse('{"__proto__": {"x": 1}}'));
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.keys(back)).toEqual(['__proto__']);
    expect('x' in back).toBe(false);
  });

  it('take only the viewed bytes, and leave the sender’s buffer alone', async () => {
    const large = new Uint8Array(1_000).map((_, i) => i);
    const back = await bus.request<Uint8Array>('w1', large.subarray(10, 14));
    expect([...back]).toEqual([10, 11, 12, 13]);
    expect(large).toHaveLength(1_000);
    expect(large[999]).toBe(999 % 256);
  });

  it('are those of the moment of the call: one buffer may be written over between sends', async () => {
    const seen: number[] = [];
    const subscription = await bus.subscribe('reused', ({ payload }) => {
      seen.push((payload as Uint8Array)[0] ?? -1);
    });
    const bytes = new Uint8Array(64);
    const sends = Array.from({ length: 50 }, (_, i) => {
      bytes.fill(i);
      return bus.publish('reused', bytes);
    });
    bytes.fill(255);
    await Promise.all(sends);
    await until(() => seen.length === 50);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i));
    await subscription.unsubscribe();
  });

  it('are private to each receiver, on the sender’s own thread too', async () => {
    const value = { list: [1, 2], bytes: new Uint8Array([1, 2]) };
    const got: (typeof value)[] = [];
    const change = ({ payload }: Message): void => {
      const own = payload as typeof value;
      got.push(structuredClone(own));
      own.list.push(99);
      own.bytes.fill(9);
    };
    const first = await bus.subscribe('private', change);
    const second = await bus.subscribe('priv*', change);
    await bus.publish('private', value);
    await until(() => got.length === 2);
    expect(got).toEqual([value, value]);
    expect(value).toEqual({ list: [1, 2], bytes: new Uint8Array([1, 2]) });
    await first.unsubscribe();
    await second.unsubscribe();
  });

  it('do not change while every slot is used three times more', async () => {
    const held: Message[] = [];
    const done = gate();
    const subscription = await bus.subscribe('held', (event) => {
      held.push(event);
      if (held.length === 5) done.open();
    });
    const headers = { name: 'first' };
    const sent = [
      new Uint8Array(200).fill(1),
      Buffer.from('buffer'.repeat(20)),
      'text'.repeat(50),
      { a: new Uint8Array(50).fill(3), b: ['x'.repeat(100)] },
      new Uint8Array(50).fill(5).buffer,
    ];
    for (const value of sent) await bus.publish('held', value, { headers, id: 'held-id' });
    await done.promise;
    const replies = [await bus.request('w1', sent[0]), await bus.request('main', sent[3])];
    for (let i = 0; i < 3 * SLOTS; i++) {
      const options = { headers: { name: `later ${i}` }, id: `later ${i}` };
      await bus.request(i % 2 === 0 ? 'w1' : 'main', new Uint8Array(200).fill(0xee), options);
      await bus.request('w1', { a: new Uint8Array(50).fill(0xee), b: ['y'.repeat(100)] });
    }
    expect(held.map(({ payload }) => payload)).toStrictEqual(sent);
    expect(replies).toStrictEqual([sent[0], sent[3]]);
    for (const event of held) expect(event).toMatchObject({ id: 'held-id', headers });
    await subscription.unsubscribe();
  });

  it('are kept at sizes around every border, up to the largest message', async () => {
    const text = 'ä€😀';
    for (const size of [1, 63, 64, 65, 255, 256, 257, 4095, 4096, 4097, 65_536, 1_000_000]) {
      const bytes = new Uint8Array(size).map((_, i) => i * 7);
      expect(Buffer.compare(await bus.request<Uint8Array>('w1', bytes), bytes)).toBe(0);
      const long = text.repeat(Math.ceil(size / 9)).slice(0, size);
      expect(await bus.request<string[]>('w1', [long])).toEqual([long]);
    }
  });
});
