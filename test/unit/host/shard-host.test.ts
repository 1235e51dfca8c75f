import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ShardHost, type ShardRestart } from '../../../src/host/shard-host.ts';
import { createClientMemory } from '../../../src/memory/client-memory.ts';
import { createLink, TAIL } from '../../../src/memory/link-memory.ts';
import {
  createShardMemory,
  SHARD_BEAT,
  SHARD_BELL,
  type ShardMemory,
} from '../../../src/memory/shard-memory.ts';
import { BusError } from '../../../src/message/errors.ts';
import { FakeThread } from './fake-thread.ts';

const GRACE_MS = 60_000;

let memory: ShardMemory;
let thread: FakeThread;
let crashes: BusError[];
let restarts: ShardRestart[];
let replaced: number;
let host: ShardHost;

beforeEach(() => {
  memory = createShardMemory(3, 8);
  thread = new FakeThread(memory);
  crashes = [];
  restarts = [];
  replaced = 0;
  host = new ShardHost(memory, () => thread, {
    onFatal: (error) => crashes.push(error),
    onRestart: (restart) => restarts.push(restart),
    onReplaced: () => {
      replaced += 1;
    },
  });
});

function target(id: number) {
  return { id, kind: 'endpoint', client: 0, window: 1, whenFull: 'park' } as const;
}

async function started(): Promise<void> {
  const start = host.start();
  thread.emit('message', { ready: true });
  await start;
}

/** What became of a promise so far. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const pending = Symbol('pending');
  const first = await Promise.race([
    promise.then(
      () => 'resolved',
      (error: unknown) => error,
    ),
    new Promise((resolve) => setImmediate(resolve, pending)),
  ]);
  return first === pending ? 'pending' : first;
}

describe('ShardHost', () => {
  it('resolves its start with the first message, and then does not hold the process', async () => {
    const start = host.start();
    expect(await outcome(start)).toBe('pending');
    expect(thread.isReferenced).toBe(true);
    thread.emit('message', { ready: true });
    await start;
    expect(thread.isReferenced).toBe(false);
    expect(host.threadId).toBe(7);
    expect(host.running).toBe(true);
  });

  it('rejects its start with the cause when the thread ends before', async () => {
    const start = host.start();
    const cause = new Error('no such file');
    thread.emit('error', cause);
    expect(await outcome(start)).toBe('pending');
    thread.emit('exit', 1);
    await expect(start).rejects.toMatchObject({
      code: 'ERR_BUS_WORKER',
      cause,
      details: { shard: 3, exitCode: 1 },
    });
    expect(crashes).toEqual([]);
  });

  it('rejects its start when the thread cannot be made', async () => {
    const refusal = new BusError('ERR_BUS_CONFIG', 'bad flags');
    const failing = new ShardHost(
      memory,
      () => {
        throw refusal;
      },
      { onFatal: () => {} },
    );
    await expect(failing.start()).rejects.toBe(refusal);
    await expect(failing.close(GRACE_MS)).resolves.toBe(false);
  });

  it('numbers commands, and rings the shard after each', async () => {
    await started();
    const before = memory.words[SHARD_BELL] as number;
    void host.command({ op: 'removeTarget', target: 1 });
    void host.command({ op: 'removeTarget', target: 2 });
    expect(thread.told.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(memory.words[SHARD_BELL]).toBe(before + 2);
  });

  it('resolves a command once it is in force and main looks, and holds the process until then', async () => {
    await started();
    const first = host.command({ op: 'removeTarget', target: 1 });
    const second = host.command({ op: 'removeTarget', target: 2 });
    expect(thread.isReferenced).toBe(true);

    thread.apply(1);
    expect(await outcome(first)).toBe('pending');
    host.settleApplied();
    expect(await outcome(first)).toBe('resolved');
    expect(await outcome(second)).toBe('pending');
    expect(thread.isReferenced).toBe(true);

    thread.apply();
    host.settleApplied();
    expect(await outcome(second)).toBe('resolved');
    expect(thread.isReferenced).toBe(false);
  });

  it('replaces a thread that ends unasked; what pends comes into force with the takeover', async () => {
    await started();
    const attached = { op: 'addTarget', target: target(1) } as const;
    void host.command(attached);
    thread.apply();
    host.settleApplied();
    const command = host.command({ op: 'addTarget', target: target(2) });
    const cause = new RangeError('defect');
    const dead = thread;
    thread = new FakeThread(memory, 8);
    dead.emit('error', cause);
    dead.emit('exit', 0);

    expect(restarts).toEqual([{ shard: 3, threadId: 7, exitCode: 0, restarts: 1, error: cause }]);
    expect([host.running, host.replacing, host.threadId]).toEqual([false, true, 8]);
    const state = {
      clients: [],
      departed: [],
      departedTargets: [],
      targets: [target(1), target(2)],
      routes: [],
      subscriptions: [],
    };
    expect(thread.commands).toEqual([{ op: 'takeOver', state, skipsEntry: false }]);
    thread.emit('message', { ready: true });
    host.settleApplied();
    expect([host.running, replaced, await outcome(command)]).toEqual([false, 0, 'pending']);
    thread.apply();
    host.settleApplied();
    expect(replaced).toBe(1);
    expect([host.running, await outcome(command)]).toEqual([true, 'resolved']);
    expect(crashes).toEqual([]);
  });

  it('runs again only when the latest successor has taken over', async () => {
    vi.useFakeTimers();
    try {
      const start = host.start();
      thread.emit('message', { ready: true });
      await start;
      for (let death = 0; death < 2; death++) {
        const dead = thread;
        thread = new FakeThread(memory);
        dead.emit('exit', 1);
        thread.apply();
        if (death === 0) host.settleApplied();
      }
      // The second successor waits for its turn, since the first one did nothing.
      host.settleApplied();
      expect([thread.told.length, host.running]).toEqual([0, false]);
      vi.runOnlyPendingTimers();
      host.settleApplied();
      expect(host.running).toBe(false);
      thread.apply();
      host.settleApplied();
      expect(host.running).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives up a shard that dies again and again without handling anything', async () => {
    vi.useFakeTimers();
    try {
      const start = host.start();
      thread.emit('message', { ready: true });
      await start;
      const command = host.command({ op: 'removeTarget', target: 1 });
      const cause = new RangeError('defect');
      for (let death = 0; crashes.length === 0 && death < 100; death++) {
        const dead = thread;
        thread = new FakeThread(memory);
        dead.emit('error', cause);
        dead.emit('exit', 1);
        vi.runOnlyPendingTimers();
      }
      await expect(command).rejects.toMatchObject({ code: 'ERR_BUS_FATAL', cause });
      await expect(host.command({ op: 'close' })).rejects.toMatchObject({ code: 'ERR_BUS_FATAL' });
      expect(crashes).toEqual([expect.objectContaining({ code: 'ERR_BUS_FATAL', cause })]);
      expect(crashes[0]?.message).toContain(`: ${cause.message}`);
      expect([host.running, host.replacing, host.restarts]).toEqual([false, false, 7]);
      await expect(host.close(GRACE_MS)).resolves.toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends a shard that has unread work and makes no progress', async () => {
    await started();
    const link = createLink(0, 3, { slots: 2, cells: 2 });
    const client = createClientMemory(0, 2, 1024);
    void host.command({ op: 'attach', client, link, reports: target(0) });
    host.endIfStalled(0, 100);
    host.endIfStalled(1_000, 100);
    expect(thread.terminations).toBe(0);
    link.words[TAIL] = 1;
    host.endIfStalled(1_050, 100);
    memory.words[SHARD_BEAT] = 1;
    host.endIfStalled(1_200, 100);
    host.endIfStalled(1_299, 100);
    expect(thread.terminations).toBe(0);
    host.endIfStalled(1_300, 100);
    expect(thread.terminations).toBe(1);
    expect(restarts[0]?.error).toMatchObject({ code: 'ERR_BUS_WORKER' });
  });

  it('closes in good order without terminating', async () => {
    await started();
    const command = host.command({ op: 'removeTarget', target: 1 });
    const close = host.close(GRACE_MS);
    expect(thread.commands.at(-1)).toEqual({ op: 'close' });
    expect(thread.isReferenced).toBe(true);
    await expect(host.command({ op: 'close' })).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
    thread.emit('exit', 0);
    await expect(close).resolves.toBe(false);
    await expect(command).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
    expect(crashes).toEqual([]);
    expect(thread.terminations).toBe(0);
  });

  it('terminates a shard that does not end, after its grace', async () => {
    vi.useFakeTimers();
    try {
      const start = host.start();
      thread.emit('message', { ready: true });
      await start;
      const close = host.close(500);
      vi.advanceTimersByTime(499);
      expect(thread.terminations).toBe(0);
      vi.advanceTimersByTime(1);
      await expect(close).resolves.toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('can be closed while it starts', async () => {
    const start = host.start();
    const close = host.close(GRACE_MS);
    thread.emit('message', { ready: true });
    thread.emit('exit', 0);
    await close;
    expect(await outcome(start)).toBe('resolved');
    expect(crashes).toEqual([]);
  });

  it('asks what a key leads to, again after a death, holds the process until then, and rejects at its end', async () => {
    await started();
    const query = { client: 0, key: 'k', hash: 1, interned: undefined };
    const calls = [host.explain(query), host.explain(query)];
    expect(thread.isReferenced).toBe(true);
    expect(thread.commands).toMatchObject([
      { op: 'explain', question: 1, query },
      { op: 'explain', question: 2, query },
    ]);
    thread.emit('message', { question: 2, answer: 'second' });
    expect(await calls[1]).toBe('second');
    expect([await outcome(calls[0] as Promise<unknown>), thread.isReferenced]).toEqual([
      'pending',
      true,
    ]);
    const dead = thread;
    thread = new FakeThread(memory);
    dead.emit('exit', 1);
    expect(thread.commands.slice(1)).toEqual([{ op: 'explain', question: 1, query }]);
    thread.emit('message', { question: 1, answer: 'first' });
    expect(await calls[0]).toBe('first');
    const last = host.explain(query);
    void host.close(GRACE_MS);
    thread.emit('exit', 0);
    await expect(last).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
    await expect(host.explain(query)).rejects.toMatchObject({ code: 'ERR_BUS_CLOSED' });
  });
});
