import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ShardHost } from '../../../src/host/shard-host.ts';
import {
  createShardMemory,
  SHARD_BELL,
  type ShardMemory,
} from '../../../src/memory/shard-memory.ts';
import { BusError } from '../../../src/message/errors.ts';
import { FakeThread } from './fake-thread.ts';

const GRACE_MS = 60_000;

let memory: ShardMemory;
let thread: FakeThread;
let crashes: BusError[];
let host: ShardHost;

beforeEach(() => {
  memory = createShardMemory(3, 8);
  thread = new FakeThread(memory);
  crashes = [];
  host = new ShardHost(
    memory,
    () => thread,
    (error) => crashes.push(error),
  );
});

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
      () => {},
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

  it('rejects what pends when the thread ends unasked, and tells of the crash', async () => {
    await started();
    const command = host.command({ op: 'removeTarget', target: 1 });
    const cause = new RangeError('defect');
    thread.emit('error', cause);
    thread.emit('exit', 1);
    await expect(command).rejects.toMatchObject({ code: 'ERR_BUS_FATAL', cause });
    await expect(host.command({ op: 'close' })).rejects.toMatchObject({ code: 'ERR_BUS_FATAL' });
    expect(crashes).toEqual([expect.objectContaining({ code: 'ERR_BUS_FATAL', cause })]);
    expect(host.running).toBe(false);
    await expect(host.close(GRACE_MS)).resolves.toBe(false);
  });

  it('takes an exit with code 0 that nobody asked for as a crash too', async () => {
    await started();
    thread.emit('exit', 0);
    expect(crashes).toHaveLength(1);
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

  it('asks what a key leads to, holds the process until the answer comes, and rejects when it cannot', async () => {
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
    thread.emit('exit', 1);
    await expect(calls[0]).rejects.toMatchObject({ code: 'ERR_BUS_FATAL' });
    await expect(host.explain(query)).rejects.toMatchObject({ code: 'ERR_BUS_FATAL' });
  });
});
