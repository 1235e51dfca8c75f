import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../src/index.ts';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { codeOf, failureOf } from '../helpers/failure.ts';
import { turn, until } from '../helpers/gate.ts';
import { joinOwnWorker, startOwnWorker } from '../helpers/own-worker.ts';
import { connect, createBus, workerFile } from '../helpers/real-bus.ts';

/** Less than a control call waits for an answer: what would wait for that fails. */
const CALL_TIMEOUT_MS = 20_000;

const ROOT = new URL('../../', import.meta.url);

/** Calls of a client that comes and goes. */
const WORK = 100;

const small = { slots: 64, heapBytes: 1024 * 1024, maxMessageSize: 10_000 };

describe('a ticket', () => {
  it('brings a Worker of the user into the bus, and two of them talk to each other', async () => {
    const bus = await createWatchedBus({ shards: 2 });
    const [left, right] = [await joinOwnWorker(bus, 'left'), await joinOwnWorker(bus, 'right')];
    const ask = { key: 'join.right', payload: 'hello' };
    expect(await left.tell('ask', ask)).toEqual({ result: 'right: hello' });
    expect(await bus.request('join.left', 1)).toBe('left: 1');
    expect((await bus.endpoints.find()).map(({ threadId }) => threadId)).toEqual([
      left.worker.threadId,
      right.worker.threadId,
    ]);
    await left.tell('leave');
    expect(await codeOf(bus.request('join.left'))).toBe('ERR_BUS_NO_ROUTE');
    expect(await right.tell('ask', { key: 'join.right', payload: 2 })).toEqual({
      result: 'right: 2',
    });
    await expectAtRest(bus);
    expect([await left.end(), (await bus.metrics()).clients.length]).toEqual([0, 2]);
    await bus.close();
    expect(await right.end()).toBe(0);
  });

  it('is for one use: later ones say so, whatever copies there are', async () => {
    const bus = await createBus({ shards: 1 });
    const ticket = bus.createTicket();
    const own = startOwnWorker(ticket, 'own');
    // Passed on and not used yet: from here on it is not main's any more.
    expect(await failureOf(connect(ticket))).toMatchObject({
      code: 'ERR_BUS_CONFIG',
      details: { option: 'ticket', got: expect.stringContaining('used') },
    });
    expect(await own.tell('connect')).toEqual({ result: 'connected' });
    for (let i = 0; i < 2; i++) {
      expect(await own.tell('again')).toMatchObject({ error: { code: 'ERR_BUS_CONFIG' } });
      expect(await codeOf(connect({ ...ticket }))).toBe('ERR_BUS_CONFIG');
    }
    expect(await bus.request('join.own', 1)).toBe('own: 1');
    await bus.close();
    expect(await codeOf(connect(ticket))).toBe('ERR_BUS_CLOSED');
    await own.end();
  });

  it('may be used on the thread that made it', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const ticket = bus.createTicket();
    const copy = { ...ticket };
    const second = await connect(ticket);
    expect(await codeOf(connect(copy))).toBe('ERR_BUS_CONFIG');
    await second.registerEndpoint('e', ({ payload }) => payload);
    await second.registerRoute('e', 'e');
    expect(await bus.request('e', 5)).toBe(5);
    expect(await second.request('e', 6)).toBe(6);
    expect(await second.close()).toEqual({ settled: 0, abandoned: 0 });
    await expectAtRest(bus);
    await bus.close();
  });

  it('expires: whoever comes later is told so, also where it waited in a thread', async () => {
    const bus = await createBus({ shards: 1 });
    const ticket = bus.createTicket({ lifetime: 1 });
    const late = bus.createTicket({ lifetime: 1 });
    const own = startOwnWorker(late, 'late');
    await own.tell('again');
    await until(async () => (await codeOf(connect({ ...ticket }))) === 'ERR_BUS_CLOSED');
    const error = await failureOf(connect(ticket));
    expect(error).toMatchObject({ code: 'ERR_BUS_CLOSED', details: { state: 'expired' } });
    expect(error.message).toContain('expired');
    expect(await own.tell('connect')).toMatchObject({
      error: { code: 'ERR_BUS_CLOSED', details: { state: 'expired' } },
    });
    for (const lifetime of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
      const call = (): unknown => bus.createTicket({ lifetime } as never);
      expect(await codeOf(call)).toBe('ERR_BUS_CONFIG');
    }
    await own.end();
    await bus.close();
  });

  it('says at once that its bus has closed while its thread was connecting', {
    timeout: CALL_TIMEOUT_MS,
  }, async () => {
    const bus = await createBus({ shards: 1 });
    const own = startOwnWorker(bus.createTicket(), 'slow');
    const word = new Int32Array(new SharedArrayBuffer(4));
    expect(await own.tell('connectSlowly', { word })).toEqual({ result: 'begun' });
    await bus.close();
    const told = once(own.worker, 'message');
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
    expect(await told).toMatchObject([
      { error: { code: 'ERR_BUS_CLOSED', details: { state: 'closed' } } },
    ]);
    expect(await own.end()).toBe(0);
  });

  it('that nobody uses holds nothing but its place, until it expires', async () => {
    const bus = await createBus({ shards: 1 });
    const tickets = Array.from({ length: 1024 }, () => bus.createTicket({ lifetime: 200 }));
    const error = await failureOf(() => bus.createTicket());
    expect(error).toMatchObject({ code: 'ERR_BUS_FULL', details: { limit: 1024 } });
    expect((await bus.metrics()).clients).toHaveLength(1);
    await until(() => tickets.every(({ state }) => state[0] !== 0));
    expect((await connect(bus.createTicket())).close).toBeTypeOf('function');
    await bus.close();
    await turn();
    expect(process.getActiveResourcesInfo()).not.toContain('MessagePort');
  });

  it('of a thread that ends without using it is taken back', async () => {
    const bus = await createBus({ shards: 1 });
    const empty = new URL('data:text/javascript,');
    for (let round = 0; round < 2; round++) {
      const ticket = bus.createTicket();
      const { transferList } = ticket;
      const worker = new Worker(empty, {
        workerData: { ticket },
        transferList: [...transferList],
      });
      await once(worker, 'exit');
    }
    expect((await bus.metrics()).clients).toHaveLength(1);
    await bus.close();
  });
});

describe('what is no ticket, or not one alone', () => {
  it('is said, and at once', { timeout: CALL_TIMEOUT_MS }, async () => {
    const bus = await createBus({ shards: 1 });
    const [a, b, c, d, e] = Array.from({ length: 5 }, () => bus.createTicket()) as [
      Ticket,
      Ticket,
      Ticket,
      Ticket,
      Ticket,
    ];
    const mixed = [
      { ...a, peers: b.peers },
      { ...c, control: c.peers, peers: c.control },
      { ...d, control: e.peers, peers: d.control },
    ];
    for (const ticket of mixed) {
      const { code, details } = await failureOf(connect(ticket));
      expect([code, details['got']]).toEqual([
        'ERR_BUS_CONFIG',
        expect.stringContaining('mixed up'),
      ]);
    }
    expect((await failureOf(connect({} as Ticket))).message).toContain(
      "whose 'control' is no port",
    );
    expect((await failureOf(connect())).message).toContain('main thread has no ticket');
    expect((await bus.metrics()).clients).toHaveLength(1);
    await bus.close();
  });

  it('may be in the hands of another copy of the package, which is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'copy-'));
    for (const part of ['src/index.js', 'src/chunks']) {
      cpSync(new URL(`dist/${part}`, ROOT), join(folder, 'dist', part), { recursive: true });
    }
    symlinkSync(new URL('node_modules', ROOT), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const entries = [
      new URL('dist/src/index.js', ROOT),
      pathToFileURL(`${folder}/dist/src/index.js`),
    ];
    const text = entries.map(({ href }) => `await (await import('${href}')).connect();`).join('');
    const bus = await createBus({ shards: 1 });
    const error = await failureOf(bus.startWorker(new URL(`data:text/javascript,${text}`)));
    expect(error.cause).toMatchObject({
      code: 'ERR_BUS_CONFIG',
      message: expect.stringContaining('two copies of symphony-bus') as unknown,
      details: {
        copies: [
          expect.stringContaining(`${ROOT.href}dist/`),
          expect.stringContaining(`${pathToFileURL(folder).href}/dist/`),
        ],
      },
    });
    await bus.close();
    rmSync(folder, { recursive: true });
  });
});

describe('clients', () => {
  it('are 64 at once with main: the next is refused with the limit and its option', async () => {
    const bus = await createWatchedBus({ shards: 1, ...small });
    const threads = await Promise.all(
      Array.from({ length: 4 }, (_, i) =>
        bus.startWorker(workerFile('many-clients'), { workerData: { id: `w${i}` } }),
      ),
    );
    // 59 more, each with a ticket, over the threads: 1 + 4 + 59 clients.
    for (let i = 0; i < 59; i++) {
      const ticket = bus.createTicket();
      const worker = threads[i % threads.length] as Worker;
      worker.postMessage({ ticket, id: `t${i}` }, [...ticket.transferList]);
    }
    await until(async () => (await bus.endpoints.find()).length === 63);
    expect((await bus.metrics()).clients).toHaveLength(64);
    const error = await failureOf(connect(bus.createTicket()));
    expect(error).toMatchObject({
      code: 'ERR_BUS_FULL',
      details: { limit: 64, option: 'maxClients' },
    });
    const started = await failureOf(
      bus.startWorker(workerFile('many-clients'), { workerData: { id: 'x' } }),
    );
    expect(started).toMatchObject({ code: 'ERR_BUS_WORKER', cause: { code: 'ERR_BUS_FULL' } });
    expect(await bus.notify('all', 1)).toEqual({ delivered: 63 });
    await bus.request('leave.t0');
    await until(async () => (await bus.endpoints.find()).length === 62);
    expect(await (await connect(bus.createTicket())).notify('all')).toEqual({ delivered: 62 });
    await expectAtRest(bus);
    await bus.close();
  });

  it.each([1, 4])('come and go under load, and leave nothing, with %i shards', async (shards) => {
    const bus = await createWatchedBus({ shards, ...small });
    const seen = { main: 0, worker: 0 };
    await bus.registerEndpoint('main', () => {
      seen.main += 1;
    });
    await bus.registerRoute('load.main', 'main');
    await bus.startWorker(workerFile('answering'), {
      workerData: { id: 'w', routes: [{ pattern: 'load.worker' }] },
    });
    let loading = true;
    const load = (async () => {
      while (loading) {
        await bus.request('load.worker');
        seen.worker += 1;
      }
    })();
    for (let round = 0; round < 2; round++) {
      const own = await Promise.all(
        [0, 1, 2].map((place) => joinOwnWorker(bus, `r${round}.${place}`)),
      );
      // The last one is ended in the middle of its work: what it had accepted is handled all the same.
      const last = own[2] as (typeof own)[number];
      void last.tell('work', { count: 1e9, key: 'load.main' }).catch(() => {});
      const worked = await Promise.all(
        own.slice(0, 2).map(({ tell }) => tell('work', { count: WORK, key: 'load.main' })),
      );
      expect(worked).toMatchObject(Array(2).fill({ result: { abandoned: 0 } }));
      await last.worker.terminate();
      for (const each of own.slice(0, 2)) expect(await each.end()).toBe(0);
    }
    loading = false;
    await load;
    await until(async () => (await bus.metrics()).clients.length === 2);
    await expectAtRest(bus);
    expect(seen.main).toBeGreaterThanOrEqual(2 * 2 * WORK);
    expect(seen.worker).toBeGreaterThan(0);
    expect((await bus.endpoints.find()).map(({ id }) => id)).toEqual(['main', 'w']);
    // Of those that were ended in the middle, and of nobody else.
    expect((await bus.health()).reasons).toEqual(
      [0, 1].map((round) => expect.stringContaining(`'r${round}.2' has gone`) as string),
    );
    await bus.close();
  });
});

describe('the workerData of a thread of startWorker', () => {
  it('is the user’s, whatever it is, and so is what is transferred', async () => {
    const bus = await createBus({ shards: 1 });
    const shared = new SharedArrayBuffer(4);
    const buffer = new ArrayBuffer(16);
    const { port1, port2 } = new MessageChannel();
    const values: unknown[] = [
      undefined,
      null,
      0,
      'text',
      [1, 2],
      new Map([['a', 1n]]),
      { ticket: 'mine', transferList: 5 },
      { shared, buffer, port2 },
    ];
    for (const workerData of values) {
      const isLast = workerData === values.at(-1);
      await bus.startWorker(workerFile('showing-given'), {
        ...(workerData === undefined ? {} : { workerData }),
        ...(isLast ? { transferList: [buffer, port2] } : {}),
        argv: ['one', 'two'],
      });
      const shown = await bus.request<{ kind: string; value: unknown; argv: string[] }>('show');
      expect(shown.argv).toEqual(['one', 'two']);
      if (isLast) expect(shown).toMatchObject({ value: ['shared', 'buffer', 'port2'] });
      else expect(shown).toMatchObject({ value: workerData });
      await bus.request('show', 'leave');
      await until(async () => (await bus.metrics()).clients.length === 1);
    }
    expect(buffer.byteLength).toBe(0);
    expect((await once(port1, 'message'))[0]).toBe('through the user’s port');
    expect(new Int32Array(shared)[0]).toBe(7);
    port1.close();
    await bus.close();
  });
});
