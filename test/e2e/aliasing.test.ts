/** What is received is private: no memory of the sender, of the bus or of another receiver is under it. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Message, MessageBus } from '../../src/index.ts';
import { until } from '../helpers/gate.ts';
import { workerFile } from '../helpers/real-bus.ts';
import { sharedBus } from '../helpers/shared-bus.ts';

/** Fewer than the calls of one burst: some wait for room. */
const SLOTS = 32;
const LAPS = 3;

/** Byte values that do not own their buffers, over a buffer that the caller goes on writing to. */
function borrowed(of: ArrayBuffer): ArrayBufferView[] {
  return [
    Buffer.from(of, 3, 10),
    Buffer.from(of).subarray(100, 400),
    new Uint8Array(of, 1, 20),
    new Uint8Array(of).subarray(30, 130),
    new Int16Array(of, 2, 50),
    new Float64Array(of, 8, 4),
    new DataView(of, 5, 70),
  ];
}

describe.each([1, 2, 4])('received values with %i shards', (shards) => {
  const shared = sharedBus({ shards, slots: SLOTS, heapBytes: 8 * 1024 * 1024 });
  let bus: MessageBus;

  beforeAll(async () => {
    ({ bus } = shared);
    await bus.startWorker(workerFile('holding'));
  });
  beforeEach(async () => {
    await bus.request('forget');
  });

  /** Uses every slot, and heap blocks of all sizes, three times. */
  async function recycle(): Promise<void> {
    for (let i = 0; i < LAPS * SLOTS; i++) {
      await bus.publish('other', new Uint8Array(5 + ((i * 97) % 5_000)).fill(0xee));
      await bus.request('lap', [new Uint8Array(30).fill(0xee), 'x'.repeat(100 + i)]);
    }
  }

  // shared/cases/bugs.md 28; shared/cases/behaviour.md B16
  it('hold while the sender writes over its buffer and all slots are used three times more', async () => {
    const kept: unknown[] = [];
    const keep = ({ payload }: Message): unknown => {
      kept.push(payload);
      return payload;
    };
    shared.open(await bus.registerEndpoint('lap', () => new Uint8Array(300).fill(0xdd)));
    await bus.registerRoute('lap', 'lap');
    shared.open(await bus.registerEndpoint('main', keep));
    await bus.registerRoute('main.*', 'main');
    const subscription = await bus.subscribe('main.*', keep);
    const buffer = new ArrayBuffer(512);
    const fill = (by: number): void =>
      void new Uint8Array(buffer).forEach((_, i, all) => {
        all[i] = i * by;
      });
    fill(7);
    const expected = structuredClone(borrowed(buffer).map((view) => [view, bytesOf(view)]));
    const calls: Promise<unknown>[] = [];
    for (const [i, view] of borrowed(buffer).entries()) {
      for (const to of ['main', 'hold']) {
        calls.push(bus.request(`${to}.${i}`, view), bus.publish(`${to}.${i}`, view));
        calls.push(bus.request(`${to}.${i}`, { deep: [view] }));
      }
      // What waits for room waits with the bytes of its call.
      fill(7);
    }
    fill(11);
    const replies = await Promise.all(calls);
    const each = 3 * borrowed(buffer).length;
    await until(async () => kept.length === each && (await shown()).length === each);
    await recycle();
    const wanted = expected.map(([, bytes]) => Buffer.from(bytes as Uint8Array).toString('hex'));
    for (const values of [kept, await shown()]) {
      expect(values.map(hexOf).sort()).toEqual(wanted.flatMap((hex) => [hex, hex, hex]).sort());
    }
    const answered = replies.filter((reply) => typeof reply !== 'number').map(hexOf);
    expect(answered.sort()).toEqual(wanted.flatMap((hex) => [hex, hex, hex, hex]).sort());
    expect(buffer.byteLength).toBe(512);
    await subscription.unsubscribe();
  });

  // shared/cases/bugs.md 26
  it('of small Buffers, which share Node’s pool at the sender, are the bytes of each', async () => {
    const hello = Buffer.from('hello');
    const texts = Array.from({ length: 40 }, (_, i) => `small ${i}`);
    const small = texts.map((text) => Buffer.from(text));
    expect(new Set([hello, ...small].map(({ buffer }) => buffer)).size).toBeLessThan(5);
    expect(await bus.request('hold.a', hello)).toEqual(Buffer.from('hello'));
    expect(await bus.request('hold.b', hello)).toEqual(Buffer.from('hello'));
    const calls = small.map((bytes, i) => bus.request(`hold.${i}`, bytes));
    for (const bytes of small) bytes.fill(0);
    expect((await Promise.all(calls)).map(String)).toEqual(texts);
    expect(hello.toString()).toBe('hello');
  });

  it('lie in buffers of exactly their bytes that nothing else lies in', async () => {
    const buffer = new ArrayBuffer(512);
    const sent = [...borrowed(buffer).filter((view) => !Buffer.isBuffer(view)), buffer];
    const replies: unknown[] = [];
    for (const value of [...sent, ...sent]) replies.push(await bus.request('hold.x', value));
    for (const [name, more, users] of await bus.request<[string, number, number][]>('owners')) {
      expect([name, more, users]).toEqual(['ArrayBuffer', 0, 1]);
    }
    const owners = (replies as ArrayBufferView[]).map((it) =>
      ArrayBuffer.isView(it) ? it.buffer : it,
    );
    expect(new Set(owners).size).toBe(replies.length);
  });

  it('of Buffers may share Node’s pool, as Buffer.from gives them, and never memory of the bus', async () => {
    const replies: Buffer[] = [];
    for (const size of [0, 1, 24, 25, 100, 4_096, 5_000]) {
      for (let twice = 0; twice < 2; twice++) {
        replies.push(await bus.request<Buffer>('hold.x', Buffer.alloc(size, size % 251)));
      }
    }
    for (const reply of replies) expect(reply.buffer).toBeInstanceOf(ArrayBuffer);
    const before = replies.map((reply) => reply.toString('hex'));
    for (const [i, reply] of replies.entries()) {
      reply.fill(0xff);
      expect(replies.slice(i + 1).map(hexOf)).toEqual(before.slice(i + 1));
    }
    for (const [name] of await bus.request<[string][]>('owners')) {
      expect(name).toBe('ArrayBuffer');
    }
  });

  // shared/cases/behaviour.md B14
  it('are each receiver’s own: what one changes no other sees', async () => {
    const seen: unknown[] = [];
    const spoil = ({ payload }: Message): void => {
      const { list, bytes } = payload as { list: unknown[]; bytes: Uint8Array };
      seen.push([[...list], [...bytes]]);
      list.push('spoilt');
      bytes.fill(0);
    };
    const subscriptions = [
      await bus.subscribe('hold.b', spoil),
      await bus.subscribe('hold.*', spoil),
      await bus.subscribe('h*', spoil),
    ];
    const value = { list: [1], bytes: new Uint8Array([1, 2]) };
    expect(await bus.publish('hold.b', value)).toBe(4);
    await until(() => seen.length === 3);
    expect(seen).toEqual(Array.from({ length: 3 }, () => [[1], [1, 2]]));
    await until(async () => (await shown()).length === 1);
    expect(await shown()).toEqual([value]);
    for (const subscription of subscriptions) await subscription.unsubscribe();
  });

  async function shown(): Promise<unknown[]> {
    return bus.request<unknown[]>('show');
  }
});

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}

/** The bytes of a view, or of the one deep inside. */
function hexOf(value: unknown): string {
  const view = ArrayBuffer.isView(value) ? value : (value as { deep: ArrayBufferView[] }).deep[0];
  return Buffer.from(bytesOf(view as ArrayBufferView)).toString('hex');
}
