import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BusError, MessageBus } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { failureOf } from '../helpers/failure.ts';
import { until } from '../helpers/gate.ts';
import { createBus, workerFile } from '../helpers/real-bus.ts';
import { type SharedBus, sharedBus } from '../helpers/shared-bus.ts';

const TOS = ['main', 'worker'];

function codecFile(name: string): URL {
  return new URL(`../fixtures/codecs/${name}.mjs`, import.meta.url);
}

/** A bus for the tests of a block, with endpoints `main` here and `worker` on a thread; both answer with what they get. */
function echoing(codec: string | URL): SharedBus {
  const shared = sharedBus({ shards: 2, slots: 32, codec });
  beforeAll(async () => {
    const { bus } = shared;
    await bus.startWorker(workerFile('codec'), { workerData: {} });
    await bus.registerEndpoint('main', ({ payload }) => payload);
    await bus.registerRoute('main', 'main');
  });
  return shared;
}

async function expectErrorsLeftAlone({ bus }: SharedBus): Promise<void> {
  const { code, cause } = await failureOf(bus.request('worker', 'throw'));
  expect(code).toBe('ERR_BUS_HANDLER');
  expect(cause).toBeInstanceOf(RangeError);
  expect(cause).toMatchObject({ message: 'thrown', at: new Date(7) });
}

/** What a worker says of its connecting. */
async function connecting(bus: MessageBus, codec?: string): Promise<unknown> {
  const worker = await bus.startWorker(workerFile('codec'), { workerData: { codec } });
  worker.postMessage('how did it go?');
  const [said] = (await once(worker, 'message')) as unknown[];
  return said;
}

describe("codec 'json'", () => {
  const shared = echoing('json');

  it.each(TOS)(
    'gives what JSON gives to %s and back, and keeps strings, bytes, undefined and errors',
    async (to) => {
      const { bus } = shared;
      const lossy = { at: new Date(0), map: new Map([[1, 2]]), none: undefined, nan: Number.NaN };
      expect(await bus.request(to, lossy)).toEqual({ at: lossy.at.toJSON(), map: {}, nan: null });
      expect(await bus.request(to, JSON.parse('{"__proto__": 1}'))).toEqual(
        JSON.parse('{"__proto__": 1}'),
      );
      for (const kept of [
        'ä€😀',
        '\ud800',
        new Uint8Array([1, 2]),
        Buffer.from('b'),
        undefined,
        null,
      ]) {
        expect(await bus.request(to, kept)).toStrictEqual(kept);
      }
      const error = await bus.request<Error>(to, new RangeError('sent', { cause: 1 }));
      expect([error.constructor, error.message, error.cause]).toEqual([RangeError, 'sent', 1]);
    },
  );

  it.each(TOS)('refuses to send to %s what has no form in JSON, that call only', async (to) => {
    const { bus } = shared;
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const [value, cause] of [
      [{ n: 1n }, TypeError],
      [cycle, TypeError],
      [() => 1, TypeError],
      [Symbol('s'), TypeError],
    ] as const) {
      const error = await failureOf(bus.request(to, value));
      expect(error.code).toBe('ERR_BUS_INVALID_MESSAGE');
      expect(error.message).toContain("codec 'json'");
      expect(error.cause).toBeInstanceOf(cause);
    }
    expect(await bus.request(to, [1])).toEqual([1]);
  });

  it('leaves thrown errors alone', () => expectErrorsLeftAlone(shared));
});

describe("codec 'v8'", () => {
  const shared = echoing('v8');

  it('keeps cycles and shared references, and every view in a buffer of its own', async () => {
    const { bus } = shared;
    interface Ring {
      self?: Ring;
      readonly both: readonly object[];
    }
    const twice = {};
    const ring: Ring = { both: [twice, twice] };
    ring.self = ring;
    for (const to of ['main', 'worker']) {
      const back = await bus.request<Ring>(to, ring);
      expect(back.self).toBe(back);
      expect(back.both[0]).toBe(back.both[1]);
      expect(back).not.toBe(ring);
      const bytes = new Uint8Array(64).map((_, i) => i);
      const views = [
        bytes.subarray(8, 16),
        Buffer.from(bytes.buffer, 16, 8),
        new Float64Array(bytes.buffer, 8, 2),
        new DataView(bytes.buffer, 1, 9),
        bytes.buffer,
      ];
      const got = await bus.request<typeof views>(to, views);
      expect(got).toStrictEqual(views.map((view) => structuredCloneKeepingBuffers(view)));
      const buffers = got.map((view) => (ArrayBuffer.isView(view) ? view.buffer : view));
      expect(new Set(buffers).size).toBe(views.length);
      expect(buffers.map(({ byteLength }) => byteLength)).toEqual([8, 8, 16, 9, 64]);
    }
  });

  it('refuses functions, symbols, weak collections and promises, that call only', async () => {
    const { bus } = shared;
    for (const value of [
      () => 1,
      { s: Symbol('s') },
      new WeakMap(),
      new WeakSet(),
      Promise.resolve(),
    ]) {
      const error = await failureOf(bus.request('worker', value));
      expect(error.code).toBe('ERR_BUS_INVALID_MESSAGE');
      expect(error.cause).toBeInstanceOf(Error);
    }
    expect(await bus.request('worker', new Map([[1, new Set([2n])]]))).toEqual(
      new Map([[1, new Set([2n])]]),
    );
  });

  it('leaves thrown errors alone', () => expectErrorsLeftAlone(shared));
});

describe('a codec module', () => {
  const shared = echoing(codecFile('wrapping'));

  it('carries payloads, replies and events between all threads; undefined and errors go past it', async () => {
    const { bus } = shared;
    expect(await bus.request('worker', { a: 1 })).toEqual({ wrapped: { wrapped: { a: 1 } } });
    expect(await bus.request('main', [1])).toEqual({ wrapped: { wrapped: [1] } });
    expect(await bus.request('worker', new Uint8Array([1, 2]))).toMatchObject({
      wrapped: { wrapped: { shown: '1,2' } },
    });
    expect(await bus.request('worker')).toBe(undefined);
    const events = await bus.subscribe('event');
    await bus.publish('event', { b: 2 });
    for await (const { payload } of events) {
      expect(payload).toEqual({ wrapped: { b: 2 } });
      break;
    }
  });

  it('that throws in encode, or returns no bytes, fails that call only', async () => {
    const { bus } = shared;
    const thrown = await failureOf(bus.request('worker', { refuse: 'encode' }));
    expect([thrown.code, (thrown.cause as Error).message]).toEqual([
      'ERR_BUS_INVALID_MESSAGE',
      'not this one',
    ]);
    const wrong = await failureOf(bus.request('worker', { refuse: 'bytes' }));
    expect([wrong.code, wrong.cause]).toEqual(['ERR_BUS_INVALID_MESSAGE', undefined]);
    expect(wrong.message).toContain("no Uint8Array in the codec 'wrapping'");
    expect(await bus.request('worker', [])).toEqual({ wrapped: { wrapped: [] } });
  });

  // shared/cases/behaviour.md F10
  it('that throws in decode fails the delivery once, with the cause', async () => {
    const { bus } = shared;
    let runs = 0;
    const count = (): void => void runs++;
    shared.open(await bus.registerEndpoint('counting', count));
    await bus.registerRoute('counting', 'counting');
    const unread = { refuse: 'decode' };
    for (const key of ['worker', 'main']) {
      const { code, cause } = await failureOf(bus.request(key, unread));
      expect([code, (cause as BusError).code]).toEqual([
        'ERR_BUS_HANDLER',
        'ERR_BUS_INVALID_MESSAGE',
      ]);
      expect((cause as BusError).message).toContain("codec 'wrapping'");
      expect(((cause as BusError).cause as Error).message).toBe('cannot read this');
    }
    const failed = await failureOf(bus.notify('counting', unread));
    expect(failed.code).toBe('ERR_BUS_DELIVERY_FAILED');
    expect((failed.cause as BusError).code).toBe('ERR_BUS_INVALID_MESSAGE');
    const { items } = await bus.deadLetters.list();
    expect(items).toMatchObject([
      { endpoint: 'counting', reason: 'rejected', error: { code: 'ERR_BUS_INVALID_MESSAGE' } },
    ]);
    await bus.deadLetters.purge();
    const seen: unknown[] = [];
    const told: string[] = [];
    bus.on('handlerError', ({ routingKey, error }) => {
      told.push(`${routingKey}: ${(error as BusError).code}`);
    });
    const subscription = await bus.subscribe('event', ({ payload }) => void seen.push(payload));
    await bus.publish('event', unread);
    await bus.publish('event', [1]);
    await until(() => seen.length > 0);
    expect(seen).toEqual([{ wrapped: [1] }]);
    expect(told).toEqual(['event: ERR_BUS_INVALID_MESSAGE']);
    expect(runs).toBe(0);
    await subscription.unsubscribe();
  });

  it('whose reply cannot be decoded rejects that request with the reason', async () => {
    const { bus } = shared;
    shared.open(await bus.registerEndpoint('unread', () => ({ refuse: 'decode' })));
    await bus.registerRoute('unread', 'unread');
    const error = await failureOf(bus.request('unread', {}));
    expect([error.code, (error.cause as Error).message]).toEqual([
      'ERR_BUS_INVALID_MESSAGE',
      'cannot read this',
    ]);
  });

  it.each([
    ['broken', 'broken at load'],
    ['absent', 'absent.mjs'],
  ])('that is %s fails createBus with the cause', async (name, text) => {
    const error = await failureOf(createBus({ codec: codecFile(name) }));
    expect(error).toMatchObject({ code: 'ERR_BUS_CONFIG', details: { option: 'codec' } });
    expect((error.cause as Error).message).toContain(text);
  });

  it('without what a codec exports fails createBus with what is missing', async () => {
    const error = await failureOf(createBus({ codec: codecFile('nameless').href }));
    expect(error.code).toBe('ERR_BUS_CONFIG');
    expect(error.message).toContain("'name' must be a non-empty string");
  });
});

describe('connect', () => {
  it('takes the codec of the bus, and refuses another', async () => {
    const bus = await createWatchedBus({ shards: 1, codec: 'json' });
    expect(await connecting(bus, 'v8')).toMatchObject({
      code: 'ERR_BUS_CONFIG',
      details: { option: 'codec', got: "'v8'" },
    });
    expect(await connecting(bus, 'json')).toBe('connected');
    expect(await bus.request('worker', new Date(0))).toBe(new Date(0).toJSON());
    await expectAtRest(bus);
    await bus.close();
  });

  it('rejects where the codec cannot be loaded, with the cause', async () => {
    const bus = await createBus({ shards: 1, codec: codecFile('main-only') });
    expect(await connecting(bus)).toMatchObject({
      code: 'ERR_BUS_CONFIG',
      cause: { message: 'not on this thread' },
    });
    await bus.close();
  });
});

/** A view's class over exactly its bytes, a Buffer's too. */
function structuredCloneKeepingBuffers(view: ArrayBufferView | ArrayBufferLike): unknown {
  if (!ArrayBuffer.isView(view)) return view.slice(0);
  const content = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  if (Buffer.isBuffer(view)) return Buffer.from(content);
  return new (view.constructor as new (of: ArrayBufferLike) => ArrayBufferView)(content);
}
