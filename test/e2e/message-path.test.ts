import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessagePort, Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createWatchedBus, expectAtRest } from '../helpers/at-rest.ts';
import { turn, until } from '../helpers/gate.ts';
import { createBus, workerFile } from '../helpers/real-bus.ts';

const COUNT = 5_000;
/** More than are under way at once, many times. */
const FLOOD = 30_000;
/** Round trips while main is blocked. */
const TALKS = 2_000;
/** On a busy machine too they have been made by then. */
const BLOCK_MAX_MS = 30_000;

describe('the data path', () => {
  it('never posts a message, on main or in a worker, both ways', async () => {
    // A thread that is started to stand by would be posted its boot meanwhile.
    const bus = await createWatchedBus({ shards: 2, standby: 0 });
    await bus.startWorker(workerFile('counting-posts'));
    let received = 0;
    await bus.registerEndpoint('main', () => {
      received += 1;
    });
    await bus.registerRoute('to.main', 'main');
    await bus.request('to.worker', 'warm');
    let posts = 0;
    const originals = [MessagePort.prototype, Worker.prototype].map((prototype) => {
      const original = prototype.postMessage as (...values: unknown[]) => void;
      prototype.postMessage = function (this: MessagePort & Worker, ...values: unknown[]): void {
        posts += 1;
        original.apply(this, values);
      };
      return () => {
        prototype.postMessage = original;
      };
    });
    const before = await bus.request('to.worker', 'posts');
    for (let i = 0; i < COUNT; i++) {
      while (bus.tryNotify('to.worker', { i }) !== 'accepted') await bus.writable();
    }
    await bus.flush();
    expect(await bus.request('to.worker', COUNT)).toBe(0);
    expect(await bus.request('to.worker', 'posts')).toBe(before);
    for (const restore of originals) restore();
    expect(received).toBe(COUNT);
    expect(posts).toBe(0);
    await expectAtRest(bus);
    await bus.close();
  });

  it('does not pass through main: two workers go on while main is blocked', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    const counter = new SharedArrayBuffer(4);
    const counts = new Int32Array(counter);
    for (const [id, peer] of [
      ['left', 'right'],
      ['right', 'left'],
    ]) {
      await bus.startWorker(workerFile('talking'), { workerData: { id, peer, counter } });
    }
    const talk = bus.request('left', 'talk', { timeout: Number.POSITIVE_INFINITY });
    await until(() => Atomics.load(counts, 0) > 100);
    const begin = Atomics.load(counts, 0);
    const still = new Int32Array(new SharedArrayBuffer(4));
    const end = performance.now() + BLOCK_MAX_MS;
    // Main turns no event loop meanwhile. How the rate compares with an unblocked main is a bench's question.
    while (Atomics.load(counts, 0) - begin < TALKS && performance.now() < end) {
      Atomics.wait(still, 0, 0, 10);
    }
    expect(Atomics.load(counts, 0) - begin).toBeGreaterThanOrEqual(TALKS);
    expect(await bus.request('left', 'stop')).toBe('stop');
    expect(await talk).toBe(Atomics.load(counts, 0));
    await expectAtRest(bus);
    await bus.close();
  });

  it('starts shards bare: nothing of node_modules is loaded in them', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'symphony-bus-'));
    const log = join(directory, 'modules.log');
    const preload = new URL('../fixtures/loaded-modules.mjs', import.meta.url).href;
    const bus = await createBus({
      shards: 1,
      shardOptions: {
        execArgv: ['--import', preload],
        env: { ...process.env, LOADED_MODULES_LOG: log },
      },
    });
    await bus.registerEndpoint('e', () => 1);
    await bus.registerRoute('e.*', 'e');
    expect(await bus.request('e.x')).toBe(1);
    await bus.close();
    const loaded = readFileSync(log, 'utf8').trim().split('\n');
    rmSync(directory, { recursive: true });
    const files = loaded.filter((url) => url.startsWith('file:'));
    expect(files.some((url) => url.endsWith('/shard-worker.cjs'))).toBe(true);
    // The build may have put several modules into one file, whose comments then say where each came from.
    const sources = files.map((url) => readFileSync(new URL(url), 'utf8'));
    for (const text of [...loaded, ...sources]) {
      expect(text).not.toContain('node_modules');
      expect(text).not.toContain('src/host/');
    }
  });

  // Bugs 86: nodejs/node PR 28030 and 29315, a flood on one port starves timers.
  it('does not keep the event loop: timers run while a worker sends without pause', async () => {
    const bus = await createWatchedBus({ shards: 1 });
    await bus.startWorker(workerFile('counting-posts'));
    let received = 0;
    await bus.registerEndpoint('main', () => {
      received += 1;
    });
    await bus.registerRoute('to.main', 'main');
    const flood = bus.request('to.worker', FLOOD);
    let turns = 0;
    let hasEnded = false;
    void flood.finally(() => {
      hasEnded = true;
    });
    while (!hasEnded) {
      await turn();
      turns += 1;
    }
    expect(received).toBe(FLOOD);
    // A loop that took all that came at once would have had a few turns only.
    expect(turns).toBeGreaterThan(50);
    await expectAtRest(bus);
    await bus.close();
  });
});
