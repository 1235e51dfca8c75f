import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_FILL_MS, Standby } from '../../../src/host/standby.ts';
import { createShardMemory } from '../../../src/memory/shard-memory.ts';
import { awaitSummons } from '../../../src/memory/summons.ts';
import { FakeThread } from './fake-thread.ts';

let threads: FakeThread[];
let warnings: string[];
let standby: Standby;
/** Of the last thread. */
let summons: Int32Array;

beforeEach(() => {
  vi.useFakeTimers();
  threads = [];
  warnings = [];
  standby = new Standby(started, logger);
});

afterEach(() => {
  vi.useRealTimers();
});

const logger = {
  debug() {},
  info() {},
  warn: (_: object, text: string) => warnings.push(text),
  error() {},
};

function started(word: Int32Array): FakeThread {
  summons = word;
  const thread = new FakeThread(createShardMemory(0, 1), threads.length + 10);
  threads.push(thread);
  return thread;
}

function filled(): FakeThread {
  standby.fill(0);
  vi.runAllTimers();
  return threads.at(-1) as FakeThread;
}

describe('Standby', () => {
  it('starts one thread after the time that it is given, which does not hold the process', () => {
    standby.fill(FIRST_FILL_MS);
    standby.fill(0);
    vi.advanceTimersByTime(FIRST_FILL_MS - 1);
    expect(threads).toEqual([]);
    vi.advanceTimersByTime(1);
    standby.fill(0);
    vi.runAllTimers();
    expect(threads.map(({ isReferenced }) => isReferenced)).toEqual([false]);
  });

  it('tells its thread which shard it is, once, and starts another when asked', () => {
    const thread = filled();
    expect(standby.take(2)).toBe(thread);
    expect(awaitSummons(summons)).toBe(2);
    expect(standby.take(3)).toBeUndefined();
    expect(filled()).not.toBe(thread);
  });

  it('leaves the end of a thread that was taken to its owner', () => {
    filled();
    standby.take(0);
    threads[0]?.emit('exit', 1);
    vi.runAllTimers();
    expect([threads.length, warnings]).toEqual([1, []]);
  });

  it('replaces a thread that dies', () => {
    const thread = filled();
    thread.emit('message', { ready: true });
    thread.emit('error', new Error('defect'));
    thread.emit('exit', 1);
    vi.runAllTimers();
    expect(threads.length).toBe(2);
    expect(standby.take(0)).toBe(threads[1]);
    expect(warnings).toEqual(['the thread that stands by died and is being replaced']);
  });

  it('gives up threads that die before they are ready, until a shard has been replaced', () => {
    filled();
    for (let death = 0; death < 100; death++) {
      threads.at(-1)?.emit('exit', 1);
      vi.runAllTimers();
    }
    const tried = threads.length;
    expect(tried).toBeLessThan(10);
    expect(standby.take(0)).toBeUndefined();
    expect(warnings.at(-1)).toBe('the thread that stands by died and is not replaced any more');
    filled();
    expect(threads.length).toBe(tried + 1);
  });

  it('does without when no thread can be made', () => {
    standby = new Standby(() => {
      throw new Error('no');
    }, logger);
    standby.fill(0);
    vi.runAllTimers();
    expect(standby.take(0)).toBeUndefined();
    expect(warnings).toEqual(['no thread can stand by for the shards']);
  });

  it('closes when its thread has ended, and starts none any more', async () => {
    const thread = filled();
    await standby.close();
    standby.fill(0);
    vi.runAllTimers();
    expect([thread.terminations, threads.length, warnings]).toEqual([1, 1, []]);
  });

  it('closes while a start is due', async () => {
    standby.fill(FIRST_FILL_MS);
    await standby.close();
    vi.runAllTimers();
    expect(threads).toEqual([]);
  });
});
